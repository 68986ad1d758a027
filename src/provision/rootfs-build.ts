import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { SeebenchError } from '../model/index.js';
import { getOrBuild, keyOf, lookUp, type Entry } from './cache.js';
import type { BuildContext } from './context.js';
import { DATA_SETS } from './data.js';
import { aptTransport, debianMirror } from './mirror.js';
import { debianKeyring } from './packages.js';
import { machine } from './paths.js';
import { installWheels, readLock } from './pip.js';
import { isRoot, must, plainEnv, tied } from './programs.js';
import type { Step } from './steps.js';
import { treeDigest } from './tree-digest.js';

/** The distribution in the sandbox; the wheels are for its Python 3.11. */
export const SUITE = 'bookworm';
const PACKAGES = ['python3', 'libgomp1', 'libomp5-14', 'libstdc++6', 'ca-certificates', 'tzdata'];
/** Raised when the way of building changes what comes out. */
const RECIPE = 2;
/** Where Debian's Python looks for packages that are not Debian's. */
export const SITE = 'usr/local/lib/python3.11/dist-packages';

/** Directories that mounts need: an image is read-only, and nothing can be made in it later. */
export const MOUNT_POINTS = [
  ...['workload', 'seebench', 'data', 'out', 'tmp', 'dev', 'dev/shm', 'dev/pts', 'dev/mqueue', 'proc', 'sys'],
  ...['checkpoint', 'sys/fs', 'sys/fs/cgroup'],
  ...DATA_SETS.map((name) => `data/${name}`),
];

export interface RootfsFacts {
  /** Of the tree, see `treeDigest`. */
  readonly digest: string;
  /** Debian packages in it, `name version`. */
  readonly packages: readonly string[];
}

export function rootfsKey(): string {
  const wheels = readLock('wheels').map(({ requirement }) => requirement);
  return keyOf({ RECIPE, SUITE, PACKAGES, MOUNT_POINTS, wheels, machine: machine().uname });
}

export function presentRootfs(cache: string): Entry<RootfsFacts> | null {
  return lookUp<RootfsFacts>(cache, 'rootfs', rootfsKey());
}

/** The tree of an entry. */
export function rootfsTree(entry: Entry<RootfsFacts>): string {
  return path.join(entry.dir, 'tree');
}

/** Builds the root file system: Debian's packages and, at the same time, the wheels; then compiles Python in it. */
export async function buildRootfs(context: BuildContext, step: Step): Promise<Entry<RootfsFacts>> {
  requireRoot();
  return getOrBuild(context.cache, 'rootfs', rootfsKey(), context.waiting(step), async (dir) => {
    const tree = path.join(dir, 'tree');
    const site = path.join(dir, 'site');
    step.working(`Debian ${SUITE} and ${readLock('wheels').length} wheels`);
    await context.together([
      (both) => bootstrap(tree, PACKAGES, [], dir, both, step),
      (both) => installWheels(readLock('wheels'), site, step, both.signal),
    ]);
    // Programs of the wheels start the Python of the host that unpacked them.
    await rm(path.join(site, 'bin'), { recursive: true, force: true });
    await rm(path.join(tree, SITE), { recursive: true, force: true });
    await mkdir(path.dirname(path.join(tree, SITE)), { recursive: true });
    await rename(site, path.join(tree, SITE));
    await finishTree(tree);
    step.working('compiling the Python modules');
    await compile(tree, context, step);
    step.working('computing the digest');
    return { digest: await treeDigest(tree), packages: await installedPackages(tree) };
  });
}

/** @throws SeebenchError `root-needed` */
export function requireRoot(): void {
  if (isRoot()) return;
  throw new SeebenchError(
    'root-needed',
    'a root file system can only be made as root',
    'run `seebench setup` as root once, or give a tree of your own with --rootfs DIR',
  );
}

/** Installs packages, with what every Debian has, into an empty directory. */
export async function bootstrap(
  tree: string,
  packages: readonly string[],
  hooks: readonly string[],
  scratch: string,
  context: BuildContext,
  step: Step,
): Promise<void> {
  const excluded = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/info/*', '/usr/share/locale/*'];
  const options = ['--variant=minbase', ...excluded.map((pattern) => `--dpkgopt=path-exclude=${pattern}`), ...hooks];
  await unpackDebian(tree, packages, options, scratch, context, step);
}

/** What every tree of ours gets when its programs are in it: no trace of its making, and the mount points. */
export async function finishTree(tree: string): Promise<void> {
  await clear(tree);
  for (const name of MOUNT_POINTS) await makeDirectory(path.join(tree, name));
}

/** Unpacks packages of the root file system's Debian into an empty directory, each checked by apt. */
export async function unpackDebian(
  tree: string,
  packages: readonly string[],
  options: readonly string[],
  scratch: string,
  context: BuildContext,
  step: Step,
): Promise<void> {
  const keyring = debianKeyring();
  const args = [
    '--mode=root',
    '--format=directory',
    `--include=${packages.join(',')}`,
    ...(keyring === null ? [] : [`--keyring=${keyring}`]),
    ...options,
    ...(await aptTransport()).map((line) => `--aptopt=${line}`),
    SUITE,
    tree,
    debianMirror(),
  ];
  const [file, line] = tied('mmdebstrap', args);
  await must(file, line, {
    env: plainEnv({ TMPDIR: scratch, DEBIAN_FRONTEND: 'noninteractive' }),
    deadlineMs: 15 * 60_000,
    logFile: step.logFile,
    signal: context.signal,
    doing: `making a Debian ${SUITE} from ${debianMirror()}`,
    code: 'bootstrap-failed',
  });
}

/** Removes what differs from one set-up to the next, or tells of this host. */
async function clear(tree: string): Promise<void> {
  const folders = ['var/log', 'var/cache/apt', 'var/cache/debconf', 'var/lib/apt/lists', 'tmp', 'run', 'var/tmp'];
  for (const folder of folders) {
    for (const name of await readdir(path.join(tree, folder)).catch(() => [])) {
      await rm(path.join(tree, folder, name), { recursive: true, force: true });
    }
  }
  const files = ['var/cache/ldconfig/aux-cache', 'etc/apt/sources.list', 'etc/apt/apt.conf.d/99mmdebstrap'];
  for (const name of files) await rm(path.join(tree, name), { force: true });
  // As every container host gives it: programs bind to localhost by name.
  await writeFile(path.join(tree, 'etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n');
  for (const name of ['etc/hostname', 'etc/resolv.conf', 'etc/machine-id']) await writeFile(path.join(tree, name), '');
}

/** With the usual mode, whatever this process's umask is; one that is there stays as it is. */
async function makeDirectory(dir: string): Promise<void> {
  try {
    await mkdir(dir);
    await chmod(dir, 0o755);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/**
 * Compiles every module with the tree's own Python. The compiled files do not name their source's time or hash to be
 * checked (`unchecked-hash`): whatever a copy or an image does to times, they are used.
 */
async function compile(tree: string, context: BuildContext, step: Step): Promise<void> {
  const folders = ['/usr/lib/python3.11', '/usr/lib/python3', `/${SITE}`];
  const compileAll =
    '/usr/bin/env -i PATH=/usr/bin:/bin LANG=C.UTF-8 PYTHONHASHSEED=0 /usr/bin/python3 -m compileall ' +
    `-q -j ${availableParallelism()} --invalidation-mode unchecked-hash ${folders.join(' ')}`;
  const script = [
    'find "$1/usr" -name __pycache__ -type d -prune -exec rm -rf {} +',
    // Processes of Python's pool share semaphores there.
    'mount -t tmpfs tmpfs "$1/dev/shm"',
    // Exit code 1: some files that packages ship as examples are not Python 3.
    `chroot "$1" ${compileAll} || [ $? -eq 1 ]`,
  ].join('\n');
  const [file, line] = tied('sh', ['-euc', script, 'sh', tree]);
  await must(file, line, {
    deadlineMs: 15 * 60_000,
    logFile: step.logFile,
    signal: context.signal,
    doing: 'compiling Python modules',
    code: 'build-failed',
  });
}

/** `name version` of each Debian package in a tree. */
export async function installedPackages(tree: string): Promise<string[]> {
  const said = await must('dpkg-query', [`--admindir=${tree}/var/lib/dpkg`, '--show'], {
    deadlineMs: 30_000,
    doing: 'listing the packages of the root file system',
    code: 'build-failed',
  });
  return said.stdout
    .trim()
    .split('\n')
    .map((line) => line.replace('\t', ' '));
}
