import { constants } from 'node:fs';
import { access, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import { SeebenchError } from '../model/index.js';
import { machine } from './paths.js';
import { MOUNT_POINTS, SITE } from './rootfs-build.js';

/** What one workload, or one profile, needs of the root file system. */
export interface RootfsNeeds {
  /** For messages. */
  readonly id: string;
  /** A workload's command; the program is looked for. */
  readonly command: readonly string[];
  readonly needs: {
    /** Python modules, by the names they are imported with. */
    readonly modules: readonly string[];
    /** Absolute paths. */
    readonly files: readonly string[];
    /** Shared libraries, by the names they are loaded with: a path, or what the linker looks for. */
    readonly libraries?: readonly string[];
  };
}

/** What stands there comes with the sandbox, not from the tree. */
const MOUNTED = /^\/(workload|seebench|out)\//;
/** Directories that the dynamic linker looks into, here for Debian's and Fedora's trees. */
const LIBRARY_DIRS = ['/lib', '/usr/lib', '/lib64', '/usr/lib64', '/usr/local/lib'];

/**
 * Checks a user's tree by its files; nothing of it is run.
 * @throws SeebenchError `rootfs-incomplete`, naming everything that is missing and who needs it.
 */
export async function checkRootfs(dir: string, all: readonly RootfsNeeds[]): Promise<void> {
  if (!(await isThere(dir, '/'))) {
    throw new SeebenchError('rootfs-incomplete', `${dir}: no such directory`, 'give the root of a file system tree');
  }
  const sites = await sitePackages(dir);
  const missing = new Map<string, Set<string>>();
  const lacks = (what: string, who: string): void => {
    missing.set(what, (missing.get(what) ?? new Set()).add(who));
  };
  for (const name of MOUNT_POINTS.filter(isNeededEverywhere)) {
    if (!(await isThere(dir, name))) lacks(`directory /${name}`, 'every sandbox (a mount point)');
  }
  for (const { id, command, needs } of all) {
    const program = command[0];
    const fromTree = program !== undefined && program.startsWith('/') && !MOUNTED.test(program);
    for (const file of [...needs.files, ...(fromTree ? [program] : [])]) {
      if (!(await isThere(dir, file))) lacks(`file ${file}`, id);
    }
    for (const library of needs.libraries ?? []) {
      const dirs = [...LIBRARY_DIRS, ...['/lib', '/usr/lib'].map((it) => `${it}/${machine().uname}-linux-gnu`)];
      const places = library.startsWith('/') ? [library] : dirs.map((it) => `${it}/${library}`);
      const found = await Promise.all(places.map(async (it) => isThere(dir, it)));
      if (!MOUNTED.test(library) && !found.includes(true)) lacks(`library ${library}`, id);
    }
    for (const module of needs.modules) {
      if (!(await hasModule(dir, sites, module))) lacks(`Python module ${module}`, id);
    }
  }
  if (missing.size === 0) return;
  const lines = [...missing].map(([what, who]) => `  ${what}, needed by ${[...who].join(', ')}`);
  throw new SeebenchError(
    'rootfs-incomplete',
    `the root file system ${dir} lacks\n${lines.join('\n')}`,
    'add them, leave out what needs them with --workload or --env, or use the tree that `seebench setup` makes',
  );
}

/** A mount point of a data set is needed in images alone: in a tree the runtime makes it. */
function isNeededEverywhere(name: string): boolean {
  return ['tmp', 'dev', 'proc', 'sys'].includes(name);
}

/** Where the tree's Python looks for modules, relative to its root. */
async function sitePackages(dir: string): Promise<string[]> {
  const found = new Set([SITE, 'usr/lib/python3/dist-packages']);
  for (const lib of ['usr/lib', 'usr/local/lib']) {
    for (const name of await readdir(path.join(dir, lib)).catch(() => [] as string[])) {
      if (!/^python3(\.\d+)?$/.test(name)) continue;
      for (const folder of ['', 'lib-dynload', 'site-packages', 'dist-packages'])
        found.add(path.join(lib, name, folder));
    }
  }
  return [...found];
}

/** By its files; of `a.b` the file of `b` inside the package `a`. Modules compiled into Python itself have none. */
async function hasModule(dir: string, sites: readonly string[], module: string): Promise<boolean> {
  if (['sys', 'builtins', 'time', 'itertools', 'math', 'gc'].includes(module)) return true;
  const parts = module.split('.');
  const name = parts.pop()!;
  for (const site of sites) {
    const entries = await readdir(path.join(dir, site, ...parts)).catch(() => [] as string[]);
    if (entries.some((entry) => entry === name || entry === `${name}.py` || isExtension(entry, name))) return true;
  }
  return false;
}

function isExtension(entry: string, name: string): boolean {
  return entry.startsWith(`${name}.`) && entry.endsWith('.so');
}

/** Whether a path exists in the tree; links are followed inside it, as the sandbox will. */
async function isThere(dir: string, file: string, links = 0): Promise<boolean> {
  let resolved = '';
  const parts = file.split('/').filter((part) => part !== '' && part !== '.');
  for (const [index, part] of parts.entries()) {
    if (part === '..') {
      resolved = path.posix.dirname(resolved);
      continue;
    }
    const next = `${resolved}/${part}`;
    const target = await readlink(path.join(dir, next)).catch(() => null);
    if (target !== null) {
      const rest = parts.slice(index + 1).join('/');
      const from = target.startsWith('/') ? target : `${resolved}/${target}`;
      return links < 40 && isThere(dir, `${from}/${rest}`, links + 1);
    }
    resolved = next;
  }
  return access(path.join(dir, resolved), constants.F_OK).then(
    () => true,
    () => false,
  );
}
