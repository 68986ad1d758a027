import { setTimeout as delay } from 'node:timers/promises';
import type { HostState } from '../model/index.js';
import { HALT_POLL } from './halt-polling.js';
import { REPORTING_ORDER } from './page-reporting.js';
import { chosen, readKernelFile } from './read.js';

/** Settings that a runtime, or an administrator during the run, may change, and that change what is measured. */
export const WATCHED_SETTINGS: readonly string[] = [
  '/sys/kernel/mm/transparent_hugepage/enabled',
  '/sys/kernel/mm/transparent_hugepage/defrag',
  '/sys/kernel/mm/transparent_hugepage/shmem_enabled',
  '/sys/kernel/mm/transparent_hugepage/hugepages-64kB/shmem_enabled',
  '/proc/sys/vm/max_map_count',
  '/proc/sys/vm/overcommit_memory',
  '/proc/sys/vm/overcommit_ratio',
  '/proc/sys/vm/swappiness',
  '/proc/sys/vm/nr_hugepages',
  '/proc/sys/kernel/numa_balancing',
  '/proc/sys/kernel/randomize_va_space',
  '/proc/sys/kernel/yama/ptrace_scope',
  '/proc/sys/kernel/unprivileged_userns_clone',
  '/proc/sys/user/max_user_namespaces',
  '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor',
  REPORTING_ORDER,
  HALT_POLL,
];

/** CPU time since boot, in clock ticks over all CPUs. */
interface CpuTicks {
  readonly total: number;
  readonly steal: number;
  /** Neither idle nor waiting for I/O nor stolen. */
  readonly busy: number;
}

let lastTicks: CpuTicks | null = null;

/**
 * State of the host now: under 2 ms, no process is started. `steal` is counted since this process' last reading, so the first one has none.
 * @param settingPaths what to watch; a path that is not there is left out.
 */
export function readHostState(settingPaths: readonly string[] = WATCHED_SETTINGS): HostState {
  const ticks = parseCpuTicks(readKernelFile('/proc/stat') ?? '');
  const steal = stealShare(lastTicks, ticks);
  lastTicks = ticks;
  const settings: Record<string, string> = {};
  for (const path of settingPaths) {
    const value = readKernelFile(path);
    if (value !== null) settings[path] = chosen(value);
  }
  const psi = (name: string): number | null => parsePsi(readKernelFile(`/proc/pressure/${name}`) ?? '');
  return {
    atMs: Date.now(),
    load1: Number.parseFloat(readKernelFile('/proc/loadavg') ?? '') || 0,
    steal,
    psi: { cpu: psi('cpu'), memory: psi('memory'), io: psi('io') },
    settings,
  };
}

/** First line of `/proc/stat`: user nice system idle iowait irq softirq steal guest guest_nice; guest time is in user already. */
export function parseCpuTicks(stat: string): CpuTicks | null {
  const fields = /^cpu\s+(.+)$/m.exec(stat)?.[1]?.split(' ').map(Number);
  const steal = fields?.[7];
  if (fields === undefined || steal === undefined) return null;
  const total = fields.slice(0, 8).reduce((sum, ticks) => sum + ticks, 0);
  return { total, steal, busy: total - fields[3]! - fields[4]! - steal };
}

/** Linux counts these in hundredths of a second for every architecture (USER_HZ). */
const TICK_NS = 1e7;

/** CPU time of the whole host since boot, nanoseconds in steps of 10 ms; `null` where `/proc/stat` does not tell. */
export interface HostCpu {
  readonly busyNs: number;
  readonly stealNs: number;
}

/** Read before and after a trial: what it did not use itself, others took. */
export function readHostCpu(): HostCpu | null {
  const ticks = parseCpuTicks(readKernelFile('/proc/stat') ?? '');
  return ticks && { busyNs: ticks.busy * TICK_NS, stealNs: ticks.steal * TICK_NS };
}

/** What a host does while this process only waits: all of it is somebody else's. */
export interface Observed {
  /** How many CPUs are busy; `null` where `/proc/stat` does not tell. */
  readonly busyCpus: number | null;
  /** Share of the CPU time that the hypervisor took. */
  readonly steal: number | null;
  /** For how much of the time some task waited, per cent; `null` on a kernel without PSI. */
  readonly memoryPressure: number | null;
  readonly ioPressure: number | null;
}

const OBSERVED_MS = 500;
/** Fewer stolen ticks in so short a time may be one that was cut in two. */
const FEWEST_TICKS = 3;

/**
 * Watches the host for half a second. Load average and pressure averages look further back, to a set-up that has just ended.
 */
export async function observeHost(): Promise<Observed> {
  const read = () => ({
    atMs: performance.now(),
    ticks: parseCpuTicks(readKernelFile('/proc/stat') ?? ''),
    memory: parseStalledUs(readKernelFile('/proc/pressure/memory') ?? ''),
    io: parseStalledUs(readKernelFile('/proc/pressure/io') ?? ''),
  });
  const before = read();
  await delay(OBSERVED_MS);
  const after = read();
  const share = (from: number | null, to: number | null): number | null =>
    from === null || to === null ? null : (to - from) / 10 / (after.atMs - before.atMs);
  const elapsedMs = after.atMs - before.atMs;
  const stolen = before.ticks && after.ticks && after.ticks.steal - before.ticks.steal;
  return {
    busyCpus: before.ticks && after.ticks && ((after.ticks.busy - before.ticks.busy) * TICK_NS) / 1e6 / elapsedMs,
    steal: stolen !== null && stolen < FEWEST_TICKS ? 0 : stealShare(before.ticks, after.ticks),
    memoryPressure: share(before.memory, after.memory),
    ioPressure: share(before.io, after.io),
  };
}

/** `some total` of a file of `/proc/pressure`, microseconds since boot; `null` on a kernel without PSI. */
export function parseStalledUs(text: string): number | null {
  const found = /^some .*total=(\d+)/m.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

/** Share of the time between two readings that the hypervisor took; `null` where that is not known. */
export function stealShare(before: CpuTicks | null, after: CpuTicks | null): number | null {
  if (before === null || after === null || after.total <= before.total) return null;
  return Math.max(0, after.steal - before.steal) / (after.total - before.total);
}

/** What the host has left: bytes, and how much of the last 10 s some task waited for memory, per cent. */
export interface HostMemory {
  readonly totalBytes: number;
  /** What can still be taken without swapping, as the kernel estimates it: page cache counts as free. */
  readonly availableBytes: number;
  /** `null` on a kernel without PSI. */
  readonly pressure: number | null;
}

/** Memory of the host now. */
export function readHostMemory(): HostMemory {
  const meminfo = readKernelFile('/proc/meminfo') ?? '';
  const bytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(meminfo)?.[1] ?? 0) * 1024;
  return {
    totalBytes: bytes('MemTotal'),
    availableBytes: bytes('MemAvailable'),
    pressure: parsePsi(readKernelFile('/proc/pressure/memory') ?? ''),
  };
}

/** `some avg10` of a file of `/proc/pressure`, per cent; `null` on a kernel without PSI. */
export function parsePsi(text: string): number | null {
  const found = /^some avg10=([\d.]+)/m.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}
