import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupTreesNamed, removeCgroupTree } from './cgroup.js';

/** What was found and removed, by kind. */
export interface Leftovers {
  readonly cgroups: readonly string[];
  readonly sandboxes: readonly string[];
}

/** Directories of the state directory that exist only while something is launched: `io-…` is a launch’s FIFOs. */
const MADE = /^(bundles|roots|probe-.+|io-.+)$/;

/**
 * Removes what sandboxes of a killed harness left: processes and cgroups below this instance's own group, bundles, FIFOs and
 * the runtimes' state in the state directory. Their mounts lived in mount namespaces of their own, and went with the processes.
 */
export function removeLeftovers(stateDir: string, cgroupName: string): Leftovers {
  const cgroups = cgroupTreesNamed(cgroupName);
  for (const dir of cgroups) removeCgroupTree(dir);
  const bundles = join(stateDir, 'bundles');
  const sandboxes = existsSync(bundles) ? readdirSync(bundles) : [];
  const made = existsSync(stateDir) ? readdirSync(stateDir).filter((name) => MADE.test(name)) : [];
  for (const name of made) rmSync(join(stateDir, name), { recursive: true, force: true });
  return { cgroups, sandboxes };
}
