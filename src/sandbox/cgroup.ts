import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CgroupHandle } from './driver.js';

/** Where the hierarchies of the host are mounted. */
const CGROUP_ROOT = '/sys/fs/cgroup';
/** Controllers that a trial is accounted or limited by. */
const CONTROLLERS = ['cpu', 'cpuacct', 'cpuset', 'memory', 'pids'] as const;

/** The group that the runtime makes for the sandbox itself, below the trial's. */
export const BOX = 'box';
/** Where a hybrid host mounts the v2 hierarchy. */
const HYBRID = 'unified';

/** What the cgroup of a trial has counted at its end. `null` where the host does not tell. */
export interface CgroupUsage {
  readonly cpuUserNs: number | null;
  readonly cpuSystemNs: number | null;
  readonly cpuNs: number | null;
  readonly peakBytes: number | null;
  readonly faults: number | null;
  /** Kills for lack of memory, in the trial’s cgroup and below. On v1 the counter goes with the sandbox’s own cgroup: `null`. */
  readonly oomKills: number | null;
}

/**
 * The cgroup that a trial's launcher joins and below which the runtime makes the sandbox's own: so it counts the
 * runtime, sentry and gofer too, and still tells after the runtime has deleted the sandbox.
 */
export class TrialCgroup implements CgroupHandle {
  readonly path: string;
  readonly #dirs: readonly string[];
  readonly #unified: boolean;

  private constructor(path: string, dirs: readonly string[], unified: boolean) {
    this.path = path;
    this.#dirs = dirs;
    this.#unified = unified;
  }

  /**
   * @param group the instance's own group below the root, e.g. `seebench-1a2b`.
   * @returns `null` when this user may not make cgroups here (a v2 root that is a container's own holds processes: EBUSY) or the
   *   host has no usable controllers.
   */
  static create(group: string, name: string): TrialCgroup | null {
    const path = `/${group}/${name}`;
    try {
      if (existsSync(join(CGROUP_ROOT, 'cgroup.controllers'))) {
        enableControllers(CGROUP_ROOT);
        const parent = join(CGROUP_ROOT, group);
        mkdirSync(parent, { recursive: true });
        enableControllers(parent);
        const dir = join(parent, name);
        mkdirSync(dir);
        // A v2 group that hands controllers down may hold no process itself: the launcher goes to a leaf beside the sandbox.
        enableControllers(dir);
        mkdirSync(join(dir, 'runtime'));
        return new TrialCgroup(path, [dir], true);
      }
      const dirs = v1Hierarchies().map((hierarchy) => join(CGROUP_ROOT, hierarchy, group, name));
      if (dirs.length === 0) return null;
      // A hybrid host has an empty v2 hierarchy beside: nothing is accounted there, but the kernel knows processes by it.
      if (existsSync(join(CGROUP_ROOT, HYBRID, 'cgroup.procs'))) dirs.push(join(CGROUP_ROOT, HYBRID, group, name));
      for (const dir of dirs) {
        mkdirSync(dir, { recursive: true });
        if (dir.includes('/cpuset')) inheritCpuset(dir);
      }
      return new TrialCgroup(path, dirs, false);
    } catch (error) {
      if (['EACCES', 'EPERM', 'EROFS', 'EBUSY'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
      throw error;
    }
  }

  get procsFiles(): readonly string[] {
    return this.#dirs.map((dir) => join(dir, this.#unified ? 'runtime/cgroup.procs' : 'cgroup.procs'));
  }

  /** The group's directory in the v2 hierarchy; `null` where the host has none. */
  get unifiedDir(): string | null {
    return this.#unified
      ? this.#dirs[0]!
      : (this.#dirs.find((dir) => dir.startsWith(join(CGROUP_ROOT, HYBRID, '/'))) ?? null);
  }

  /** All processes in the group and below, by the ids of this PID namespace. */
  pids(): number[] {
    const found = new Set<number>();
    for (const dir of this.#dirs.slice(0, 1)) for (const pid of pidsBelow(dir)) found.add(pid);
    return [...found];
  }

  /** What the sandbox's own group, which its limits hold for, has used so far; `null` while it is not there. */
  boxUsage(): (CgroupUsage & { readonly swapBytes: number | null }) | null {
    const boxes = this.#dirs.map((dir) => join(dir, BOX)).filter((dir) => existsSync(dir));
    if (boxes.length === 0) return null;
    const usage = this.#unified ? usageV2(boxes[0]!) : usageV1(boxes);
    const swaps = boxes.map((dir) =>
      this.#unified
        ? single(join(dir, 'memory.swap.current'))
        : (keyed(join(dir, 'memory.stat'))['total_swap'] ?? null),
    );
    return { ...usage, swapBytes: swaps.find((bytes) => bytes !== null) ?? null };
  }

  /** What the sandbox's own group is charged for now, shared memory, page cache and the kernel's own included; `null` where it is not known. */
  boxBytes(): number | null {
    const file = this.#unified ? 'memory.current' : 'memory.usage_in_bytes';
    const charges = this.#dirs.map((dir) => single(join(dir, BOX, file)));
    return charges.find((bytes) => bytes !== null) ?? null;
  }

  usage(): CgroupUsage {
    return this.#unified ? usageV2(this.#dirs[0]!) : usageV1(this.#dirs);
  }

  /** Kills what is left in the group, and removes it with all below, also where only the runtime made it. */
  remove(): void {
    for (const dir of cgroupTreesNamed(this.path)) {
      removeCgroupTree(dir);
      // The instance's group goes with its last trial.
      tryRemove(dirname(dir), false);
    }
  }
}

/** Directories of a group in all hierarchies of the host. */
export function cgroupTreesNamed(group: string): string[] {
  if (!existsSync(CGROUP_ROOT)) return [];
  const roots = [CGROUP_ROOT, ...readdirSync(CGROUP_ROOT).map((name) => join(CGROUP_ROOT, name))];
  return roots.map((root) => join(root, group)).filter((dir) => existsSync(dir));
}

/** Kills every process in a cgroup and below, then removes the directories, deepest first. */
export function removeCgroupTree(dir: string): void {
  // A killed process leaves its cgroup when it is reaped; that takes a moment that has no event to wait for.
  for (let round = 0; round < 200 && existsSync(dir); round++) {
    for (const pid of pidsBelow(dir)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
    if (tryRemove(dir)) return;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
}

function tryRemove(dir: string, below = true): boolean {
  try {
    for (const entry of below ? readdirSync(dir, { withFileTypes: true }) : []) {
      if (entry.isDirectory() && !tryRemove(join(dir, entry.name))) return false;
    }
    rmdirSync(dir);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function pidsBelow(dir: string): number[] {
  try {
    const own = readFileSync(join(dir, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
    const below = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [...own, ...below.flatMap((entry) => pidsBelow(join(dir, entry.name)))].filter((pid) => pid > 0);
  } catch {
    return [];
  }
}

function enableControllers(dir: string): void {
  const offered = readFileSync(join(dir, 'cgroup.controllers'), 'utf8').trim().split(/\s+/);
  const wanted = CONTROLLERS.filter((name) => offered.includes(name)).map((name) => `+${name}`);
  if (wanted.length > 0) writeFileSync(join(dir, 'cgroup.subtree_control'), wanted.join(' '));
}

/** Distinct v1 hierarchies that hold a controller of ours; `cpu,cpuacct` may be one with links. */
function v1Hierarchies(): string[] {
  const wanted: readonly string[] = CONTROLLERS;
  return (
    readdirSync(CGROUP_ROOT, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name.split(',').some((name) => wanted.includes(name)))
      .map((entry) => entry.name)
      // First the one that `pids()` reads.
      .sort((a, b) => Number(b.includes('memory')) - Number(a.includes('memory')))
  );
}

function inheritCpuset(dir: string): void {
  const parents = [join(dir, '..'), dir];
  for (const each of parents) {
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      if (readFileSync(join(each, file), 'utf8').trim() === '') {
        writeFileSync(join(each, file), readFileSync(join(each, '..', file), 'utf8').trim());
      }
    }
  }
}

function usageV2(dir: string): CgroupUsage {
  const cpu = keyed(join(dir, 'cpu.stat'));
  const us = (name: string): number | null => (cpu[name] === undefined ? null : cpu[name] * 1000);
  return {
    cpuNs: us('usage_usec'),
    cpuUserNs: us('user_usec'),
    cpuSystemNs: us('system_usec'),
    peakBytes: single(join(dir, 'memory.peak')),
    faults: keyed(join(dir, 'memory.stat'))['pgfault'] ?? null,
    oomKills: keyed(join(dir, 'memory.events'))['oom_kill'] ?? null,
  };
}

function usageV1(dirs: readonly string[]): CgroupUsage {
  const first = (file: string): string | undefined =>
    dirs.map((dir) => join(dir, file)).find((path) => existsSync(path));
  const value = (file: string): number | null => {
    const path = first(file);
    return path === undefined ? null : single(path);
  };
  const stat = first('memory.stat');
  return {
    cpuNs: value('cpuacct.usage'),
    cpuUserNs: value('cpuacct.usage_user'),
    cpuSystemNs: value('cpuacct.usage_sys'),
    peakBytes: value('memory.max_usage_in_bytes'),
    faults: stat === undefined ? null : (keyed(stat)['total_pgfault'] ?? null),
    oomKills: null,
  };
}

function single(path: string): number | null {
  try {
    const value = Number(readFileSync(path, 'utf8').trim());
    return Number.isFinite(value) ? value : null;
  } catch {
    return null;
  }
}

function keyed(path: string): Record<string, number> {
  try {
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    return Object.fromEntries(lines.map((line) => line.split(' ')).map(([name, value]) => [name!, Number(value)]));
  } catch {
    return {};
  }
}
