import { lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SeebenchError } from '../model/index.js';

/** Root of the package: what stands beside `dist/`, in a checkout and where it was installed. */
export const PACKAGE_DIR = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

export const WORKLOADS_DIR = join(PACKAGE_DIR, 'workloads');
export const PROFILES_DIR = join(PACKAGE_DIR, 'profiles');
export const PROBES_DIR = join(PACKAGE_DIR, 'probes');
export const GUEST_DIR = join(WORKLOADS_DIR, '_guest');

/** Results and reports go to where the user stands, as with any tool that writes files. */
export const RESULTS_DIR = resolve('results');
export const REPORTS_DIR = resolve('reports');

export const VERSION = (JSON.parse(readFileSync(join(PACKAGE_DIR, 'package.json'), 'utf8')) as { version: string })
  .version;

/** Marks a directory as a state directory of ours, and tells instances apart. */
const INSTANCE = 'instance';

export const isRoot = process.getuid?.() === 0;

/**
 * Where everything lives that exists only while something runs: lock, bundles, runtime roots, journal of host settings.
 * It is gone after a reboot, as what it describes is.
 */
export function stateDir(): string {
  const own = join(process.env['XDG_RUNTIME_DIR'] ?? tmpdir(), `seebench-${process.getuid?.() ?? 0}`);
  const dir = process.env['SEEBENCH_STATE'] ?? (isRoot ? '/run/seebench' : own);
  try {
    mkdirSync(dir, { recursive: true, mode: 0o711 });
    claim(dir);
    // The kernel lists mounts by their real path.
    return realpathSync(dir);
  } catch (error) {
    throw new SeebenchError(
      'state-unusable',
      `cannot use the state directory ${dir}: ${(error as Error).message}`,
      'set SEEBENCH_STATE to a directory that can be written to',
    );
  }
}

/** What is in a state directory is removed without asking, so it must be ours alone: made by us, owned by us, written by us. */
function claim(dir: string): void {
  const { uid, mode } = lstatSync(realpathSync(dir));
  if (uid !== process.getuid?.() || (mode & 0o022) !== 0) throw new Error('others may write to it');
  const entries = readdirSync(dir);
  if (entries.length > 0 && !entries.includes(INSTANCE)) throw new Error('it holds something else');
  try {
    writeFileSync(join(dir, INSTANCE), randomBytes(4).toString('hex'), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  // Names of directories and cgroups that are removed are made of it.
  if (!/^[0-9a-f]{8}$/.test(readFileSync(join(dir, INSTANCE), 'utf8').trim())) throw new Error('its mark is not ours');
}

/** Name of the cgroup below which this state directory's sandboxes live; two installations on one host never share one. */
export function cgroupName(): string {
  return `seebench-${readFileSync(join(stateDir(), INSTANCE), 'utf8').trim()}`;
}
