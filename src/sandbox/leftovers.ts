import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { exec } from '../process/index.js';
import { cgroupTreesNamed, removeCgroupTree } from './cgroup.js';

/** What was found and removed, by kind. */
export interface Leftovers {
  readonly cgroups: readonly string[];
  readonly sandboxes: readonly string[];
  readonly mounts: readonly string[];
}

/** Directories of the state directory that exist only while something is launched: `io-…` is a launch’s FIFOs. */
const MADE = /^(bundles|roots|probe-.+|io-.+)$/;

/**
 * Removes what sandboxes left, at the end of a run or after a killed one: processes and cgroups below this instance's own group,
 * bundles, FIFOs, the runtimes' state in the state directory, and mounts there: runsc pins the empty network namespace that its
 * gofers share, for as long as its root directory is used. Other mounts of a sandbox go with its mount namespace.
 */
export async function removeLeftovers(stateDir: string, cgroupName: string): Promise<Leftovers> {
  const cgroups = cgroupTreesNamed(cgroupName);
  for (const dir of cgroups) removeCgroupTree(dir);
  const bundles = join(stateDir, 'bundles');
  const sandboxes = existsSync(bundles) ? readdirSync(bundles) : [];
  const mounts = mountsBelow(stateDir);
  for (const path of mounts.toReversed()) await exec('umount', ['--lazy', path], { deadlineMs: 10_000 });
  // Nothing is removed through a mount that is still there.
  const held = mountsBelow(stateDir);
  const made = existsSync(stateDir) ? readdirSync(stateDir).filter((name) => MADE.test(name)) : [];
  for (const name of made) {
    const dir = join(stateDir, name);
    if (!held.some((path) => path === dir || path.startsWith(`${dir}/`))) rmSync(dir, { recursive: true, force: true });
  }
  return { cgroups, sandboxes, mounts };
}

/** Mount points in what we made below a directory, outermost first; spaces and the like are octal in the kernel’s table. */
function mountsBelow(dir: string): string[] {
  const points = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  const plain = points.map((point) =>
    point.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
  );
  return plain.filter((point) => point.startsWith(`${dir}/`) && MADE.test(point.slice(dir.length + 1).split('/')[0]!));
}
