import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupTreesNamed, removeCgroupTree } from './cgroup.js';

/** What was found and removed, by kind. */
export interface Leftovers {
  readonly cgroups: readonly string[];
  readonly sandboxes: readonly string[];
}

/**
 * Removes what sandboxes of a killed harness left: processes and cgroups below this instance's own group, bundles, FIFOs and
 * the runtimes' state in the state directory. Their mounts lived in mount namespaces of their own, and went with the processes.
 */
export function removeLeftovers(stateDir: string, cgroupName: string): Leftovers {
  const cgroups = cgroupTreesNamed(cgroupName);
  for (const dir of cgroups) removeCgroupTree(dir);
  const bundles = join(stateDir, 'bundles');
  const sandboxes = existsSync(bundles) ? readdirSync(bundles) : [];
  for (const dir of ['bundles', 'roots']) rmSync(join(stateDir, dir), { recursive: true, force: true });
  return { cgroups, sandboxes };
}
