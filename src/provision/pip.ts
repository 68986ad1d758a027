import { readFileSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SeebenchError } from '../model/index.js';
import { machine, packageFile } from './paths.js';
import { must, plainEnv, tied } from './programs.js';
import { pythonWithPip } from './python.js';
import type { Step } from './steps.js';

/** One package of a lock file, as pip's requirement lines with `--hash`. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** The lines for pip, verbatim. */
  readonly requirement: string;
}

/** Reads `provision/<name>.lock`. */
export function readLock(name: 'wheels' | 'tools'): LockedPackage[] {
  return parseLock(readFileSync(packageFile('provision', `${name}.lock`), 'utf8'));
}

/** Parses pip's requirement format as `scripts/lock-wheels.mjs` writes it. */
export function parseLock(text: string): LockedPackage[] {
  const joined = text.replaceAll(/\\\n\s*/g, '');
  return joined.split('\n').flatMap((line) => {
    const match = /^([A-Za-z0-9._-]+)==(\S+)((?:\s*--hash=sha256:[0-9a-f]{64})+)$/.exec(line.trim());
    if (match === null) {
      if (line.trim() === '' || line.startsWith('#')) return [];
      throw new SeebenchError('bad-lock', `not a locked package: ${line.slice(0, 120)}`, 'write the lock file again');
    }
    const hashes = match[3]!.split('--hash=').slice(1);
    const requirement = [`${match[1]}==${match[2]}`, ...hashes.map((hash) => `--hash=${hash.trim()}`)].join(' ');
    return [{ name: match[1]!, version: match[2]!, requirement }];
  });
}

/** The package of a lock, by name. */
export function lockedTool(name: string): LockedPackage {
  const found = readLock('tools').find((tool) => tool.name === name);
  if (found === undefined) throw new Error(`provision/tools.lock has no ${name}`);
  return found;
}

/** glibc versions for which wheels are tagged, up to bookworm's; older tags under both of their names. */
const GLIBC_TAGS = ['_2_36', '_2_35', '_2_34', '_2_31', '_2_28', '_2_27', '_2_26', '_2_24', '_2_17', '2014', '_2_12'];
const OLDEST_TAGS = ['2010', '_2_5', '1'];

/** For which Python wheels are chosen; the Python that runs pip does not matter. */
export function wheelTags(): string[] {
  const platforms = [...GLIBC_TAGS, ...OLDEST_TAGS].flatMap((tag) => [
    '--platform',
    `manylinux${tag}_${machine().uname}`,
  ]);
  const abis = ['cp311', 'abi3', 'none'].flatMap((abi) => ['--abi', abi]);
  return ['--python-version', '3.11', '--implementation', 'cp', ...abis, ...platforms];
}

/** Installs locked wheels into an empty directory; each is checked against its hash, nothing else is looked at. */
export async function installWheels(
  packages: readonly LockedPackage[],
  target: string,
  step: Step,
  signal: AbortSignal,
): Promise<void> {
  const scratch = `${target}.scratch`;
  await mkdir(scratch, { recursive: true });
  const list = path.join(scratch, 'requirements.txt');
  await writeFile(list, `${packages.map((entry) => entry.requirement).join('\n')}\n`);
  const chosen = ['--only-binary=:all:', '--no-deps', '--require-hashes', ...wheelTags()];
  await runPip(['install', ...chosen, '--no-compile', '--target', target, '-r', list], scratch, step, signal);
  await rm(scratch, { recursive: true, force: true });
}

/** Fetches one locked source archive, checked against its hash; its metadata is read with the locked setuptools. */
export async function fetchSource(
  source: LockedPackage,
  setuptoolsDir: string,
  target: string,
  step: Step,
  signal: AbortSignal,
): Promise<string> {
  await mkdir(target, { recursive: true });
  const list = path.join(target, 'requirements.txt');
  await writeFile(list, `${source.requirement}\n`);
  const chosen = ['--no-deps', '--require-hashes', '--no-build-isolation', '--no-binary', source.name];
  const env = { PYTHONPATH: setuptoolsDir };
  await runPip(['download', ...chosen, '--dest', target, '-r', list], target, step, signal, env);
  const archive = (await readdir(target)).find((name) => name.endsWith('.tar.gz'));
  if (archive === undefined) throw new Error(`pip downloaded no archive of ${source.name}`);
  return path.join(target, archive);
}

async function runPip(
  args: readonly string[],
  scratch: string,
  step: Step,
  signal: AbortSignal,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const [file, line] = tied((await pythonWithPip()) ?? 'python3', [
    '-m',
    'pip',
    '--disable-pip-version-check',
    '--no-input',
    '--no-cache-dir',
    '--quiet',
    ...args,
  ]);
  await must(file, line, {
    env: plainEnv({ TMPDIR: scratch, PIP_ROOT_USER_ACTION: 'ignore', PYTHONDONTWRITEBYTECODE: '1', ...env }),
    deadlineMs: 20 * 60_000,
    logFile: step.logFile,
    signal,
    doing: 'installing Python packages',
    code: 'packages-failed',
  });
}
