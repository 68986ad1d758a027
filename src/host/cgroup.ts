import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Fingerprint } from '../model/index.js';
import { readKernelFile } from './read.js';

/** How cgroups are mounted, and what this user may use of them. */
export interface Cgroups {
  /** `hybrid`: version 1 hierarchies that do the work, with version 2 beside them. */
  readonly mode: Fingerprint['cgroup'];
  /** Controllers of hierarchies in which this user can make groups. */
  readonly controllers: readonly string[];
}

/** How cgroups are mounted on this host. */
export function cgroupMode(): Fingerprint['cgroup'] {
  return readCgroups().mode;
}

/** Mode and usable controllers of this host. */
export function readCgroups(): Cgroups {
  const { mode, hierarchies } = parseCgroupMounts(readKernelFile('/proc/self/mounts') ?? '');
  const usable = hierarchies.filter(({ dir }) => writable(dir));
  const controllers = usable.flatMap(({ dir, controllers: named }) =>
    named.length > 0 ? named : (readKernelFile(join(dir, 'cgroup.controllers')) ?? '').split(' '),
  );
  return { mode, controllers: [...new Set(controllers)].filter(Boolean) };
}

/** A mounted hierarchy. Version 2 names its controllers in a file, so the list is empty then. */
interface Hierarchy {
  readonly dir: string;
  readonly controllers: readonly string[];
}

/** Controllers that a version 1 hierarchy can be mounted with; its other mount options are none. */
const V1_CONTROLLERS = new Set([
  ...['cpu', 'cpuacct', 'cpuset', 'memory', 'devices', 'freezer', 'blkio', 'pids'],
  ...['net_cls', 'net_prio', 'perf_event', 'hugetlb', 'rdma', 'misc'],
]);

/** @param mounts text of `/proc/self/mounts` */
export function parseCgroupMounts(mounts: string): { mode: Cgroups['mode']; hierarchies: readonly Hierarchy[] } {
  const v1: Hierarchy[] = [];
  const v2: Hierarchy[] = [];
  for (const line of mounts.split('\n')) {
    const [, dir = '', type, options = ''] = line.split(' ');
    if (type === 'cgroup2') v2.push({ dir, controllers: [] });
    if (type !== 'cgroup') continue;
    const controllers = options.split(',').filter((option) => V1_CONTROLLERS.has(option));
    if (controllers.length > 0) v1.push({ dir, controllers });
  }
  const mode = v1.length > 0 ? (v2.length > 0 ? 'hybrid' : 'v1') : v2.length > 0 ? 'v2' : 'none';
  return { mode, hierarchies: [...v1, ...v2] };
}

function writable(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
