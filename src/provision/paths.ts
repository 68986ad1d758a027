import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SeebenchError } from '../model/index.js';

/**
 * Where everything that is built or downloaded lies: `$SEEBENCH_CACHE`, else `$XDG_CACHE_HOME/seebench`, else
 * `~/.cache/seebench`. A relative `$XDG_CACHE_HOME` is ignored, as the XDG specification asks.
 */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const own = env['SEEBENCH_CACHE'];
  if (own !== undefined && own !== '') return path.resolve(own);
  const xdg = env['XDG_CACHE_HOME'];
  if (xdg !== undefined && path.isAbsolute(xdg)) return path.join(xdg, 'seebench');
  return path.join(homedir(), '.cache', 'seebench');
}

/** The directory that holds `provision/` and `workloads/`: the checkout, or the installed package. */
export function packageRoot(): string {
  return path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
}

/** A file of the package, e.g. `packageFile('provision', 'wheels.lock')`. */
export function packageFile(...names: string[]): string {
  return path.join(packageRoot(), ...names);
}

/** The names that others use for this machine's processor. */
export interface Machine {
  /** Go's, e.g. `amd64`; Debian's is the same for both processors. */
  readonly go: 'amd64' | 'arm64';
  /** The kernel's, pip's and gVisor's bucket's, e.g. `x86_64`. */
  readonly uname: 'x86_64' | 'aarch64';
}

/** @throws SeebenchError `unsupported-machine` where neither gVisor nor the wheels exist. */
export function machine(arch: string = process.arch): Machine {
  if (arch === 'x64') return { go: 'amd64', uname: 'x86_64' };
  if (arch === 'arm64') return { go: 'arm64', uname: 'aarch64' };
  throw new SeebenchError(
    'unsupported-machine',
    `gVisor does not run on ${arch} processors`,
    'use a machine with an x86-64 or a 64-bit ARM processor',
  );
}
