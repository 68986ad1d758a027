import { readKernelFile } from './read.js';

/**
 * What tells a process from a later one with the same number, after a reboot too: `<boot id>:<start in clock ticks since boot>`.
 * @returns `null` when there is no such process any more; one that waits to be reaped has ended.
 */
export function processStart(pid: number): string | null {
  const stat = readKernelFile(`/proc/${pid}/stat`);
  if (stat === null || /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))) return null;
  const ticks = startTicks(stat);
  return ticks === null ? null : `${readKernelFile('/proc/sys/kernel/random/boot_id') ?? ''}:${ticks}`;
}

/** Field 22 of `/proc/<pid>/stat`. Field 2, the program's name, may hold spaces and brackets, so it is counted from its end. */
export function startTicks(stat: string): string | null {
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return afterName[22 - 3] ?? null;
}
