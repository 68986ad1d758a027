import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../provision/index.js';
import { cgroupName, stateDir } from './places.js';

/**
 * Directories of `conform`, `startup` and instrumented trials that are no sandbox's own, named by this instance of seebench: whoever holds its lock may remove what a killed one left.
 * `canary` lies below `/tmp`, where every sandbox has its own and none may see the host's; `disk` has to lie on a disk.
 */
const DIRS = {
  canary: () => `/tmp/${cgroupName()}-canary`,
  disk: () => join(cacheDir(), `${cgroupName()}-limits`),
  count: () => join(stateDir(), 'count'),
  compat: () => join(stateDir(), 'compat'),
  timeline: () => join(stateDir(), 'timeline'),
  metrics: () => join(stateDir(), 'metrics'),
};

/** Makes one of them, empty. @returns its path */
export function makeScratch(name: keyof typeof DIRS): string {
  const dir = DIRS[name]();
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { mode: 0o755 });
  return dir;
}

/** Removes them all. @returns those that were there */
export function removeScratch(): string[] {
  const there = Object.values(DIRS)
    .map((dir) => dir())
    .filter((dir) => existsSync(dir));
  for (const dir of there) rmSync(dir, { recursive: true, force: true });
  return there;
}
