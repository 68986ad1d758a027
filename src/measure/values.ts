import type { HostCpu } from '../host/index.js';
import type { LauncherReport } from '../process/index.js';
import type { CgroupUsage } from '../sandbox/cgroup.js';
import type { GuestTale } from './guest-events.js';

type Values = Record<string, number>;

/** Spawn to exit, nanoseconds; `null` when the runtime did not end by itself. */
export function wallOf({ exitMonoNs, spawnMonoNs }: LauncherReport): number | null {
  return exitMonoNs === 0n ? null : Number(exitMonoNs - spawnMonoNs);
}

/** One value per metric of the whole trial: what the guest told, and what was measured from outside. */
export function trialMetrics(
  tale: GuestTale,
  report: LauncherReport,
  usage: CgroupUsage | null,
  vmas: number | null,
): Values {
  return {
    ...tale.values,
    ...known({
      wall_ns: wallOf(report),
      startup_ns: tale.marks.guest,
      ready_ns: tale.marks.imports,
      first_result_ns: tale.marks.first_result,
      cpu_ns: cpuOf(report, usage),
      cpu_user_ns: usage?.cpuUserNs ?? report.userNs,
      cpu_system_ns: usage?.cpuSystemNs ?? report.systemNs,
      peak_bytes: usage?.peakBytes,
      vmas,
      faults: report.minorFaults + report.majorFaults,
      ctx_switches: report.voluntarySwitches + report.involuntarySwitches,
    }),
  };
}

/** How fast and how free the host was around a trial (`COVARIATES`); none of a launch that did not end by itself. */
export function covariates(
  report: LauncherReport,
  usage: CgroupUsage | null,
  before: HostCpu | null,
  after: HostCpu | null,
): Values {
  if (wallOf(report) === null) return {};
  const spent = (name: keyof HostCpu): number | null => before && after && after[name] - before[name];
  const busyNs = spent('busyNs');
  return known({
    spin_ns: (report.spinBeforeNs + report.spinAfterNs) / 2,
    spin_memory_ns: (report.spinMemoryBeforeNs + report.spinMemoryAfterNs) / 2,
    core_to_core_ns: coreToCoreNs(report),
    steal_ns: spent('stealNs'),
    others_cpu_ns: busyNs === null ? null : Math.max(0, busyNs - cpuOf(report, usage)),
  });
}

function coreToCoreNs({ coreToCoreBeforeNs, coreToCoreAfterNs }: LauncherReport): number | null {
  return coreToCoreBeforeNs > 0 && coreToCoreAfterNs > 0 ? (coreToCoreBeforeNs + coreToCoreAfterNs) / 2 : null;
}

function cpuOf(report: LauncherReport, usage: CgroupUsage | null): number {
  return usage?.cpuNs ?? report.userNs + report.systemNs;
}

function known(values: Readonly<Record<string, number | null | undefined>>): Values {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, number] => entry[1] != null));
}
