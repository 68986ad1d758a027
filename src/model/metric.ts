/** Which way is better for a metric. A ratio above 1 is slower for `lower`, faster for `higher`. */
export type Better = 'lower' | 'higher';

/** Units that appear in results. Display converts; storage never does. */
export type Unit = 'ns' | 'bytes' | 'count' | (string & {});

/** A named value with a unit and a direction. */
export interface Metric {
  /** For example `wall_ns`, `throughput`, `syscall_ns/getppid`, `part/q1_ns`. */
  readonly name: string;
  readonly unit: Unit;
  readonly better: Better;
  /** One sentence: what is measured, from where to where. */
  readonly description: string;
}

/** Metrics that every trial can report, by name. Families `syscall_ns/<name>` and `part/<name>_ns` are made by {@link metricOf}. */
export const METRICS: Readonly<Record<string, Metric>> = Object.freeze({
  wall_ns: m('wall_ns', 'ns', 'lower', 'from the spawn of the runtime to its exit, with the sandbox deleted'),
  startup_ns: m('startup_ns', 'ns', 'lower', 'from the spawn of the runtime to the first guest instruction'),
  ready_ns: m('ready_ns', 'ns', 'lower', 'from the spawn of the runtime to the end of the imports'),
  first_result_ns: m('first_result_ns', 'ns', 'lower', 'from the spawn of the runtime to the first computed result'),
  iteration_ns: m(
    'iteration_ns',
    'ns',
    'lower',
    'one iteration of the work, by the guest’s own monotonic clock; the trial’s median',
  ),
  throughput: m(
    'throughput',
    'units/s',
    'higher',
    'work done per second of iteration time, in the workload’s own unit',
  ),
  cpu_ns: m(
    'cpu_ns',
    'ns',
    'lower',
    'CPU time, user and system, of the whole sandbox with the runtime, sentry and gofer',
  ),
  cpu_user_ns: m('cpu_user_ns', 'ns', 'lower', 'user CPU time of the whole sandbox'),
  cpu_system_ns: m('cpu_system_ns', 'ns', 'lower', 'system CPU time of the whole sandbox'),
  peak_bytes: m('peak_bytes', 'bytes', 'lower', 'highest memory charge of the sandbox’s cgroup, page cache included'),
  vmas: m('vmas', 'count', 'lower', 'most host memory mappings that one process of the sandbox was seen to have'),
  faults: m('faults', 'count', 'lower', 'page faults on the host, minor and major, of the whole sandbox'),
  guest_clock_ns: m('guest_clock_ns', 'ns', 'lower', 'one read of the guest’s own clock, subtracted from each syscall'),
  ctx_switches: m(
    'ctx_switches',
    'count',
    'lower',
    'context switches on the host, voluntary and not, of the whole sandbox',
  ),
});

/**
 * What a trial tells about the host around it, measured outside the sandbox: shown, and tried out as covariates in certificates. They
 * have no ratio of their own, and no verdict takes them out: those that are counted during a trial grow with how long it takes.
 */
export const COVARIATES: Readonly<Record<string, Metric>> = Object.freeze({
  spin_ns: m('spin_ns', 'ns', 'lower', 'a fixed piece of arithmetic on the host, mean of just before and just after'),
  spin_memory_ns: m(
    'spin_memory_ns',
    'ns',
    'lower',
    'a fixed number of memory loads on the host, mean of just before and just after',
  ),
  core_to_core_ns: m(
    'core_to_core_ns',
    'ns',
    'lower',
    'a cache line from the host’s first CPU to its second, half of a round trip, mean of just before and just after',
  ),
  steal_ns: m('steal_ns', 'ns', 'lower', 'CPU time that the hypervisor took from all CPUs during the trial'),
  others_cpu_ns: m('others_cpu_ns', 'ns', 'lower', 'CPU time of everything else on the host during the trial'),
});

function m(name: string, unit: Unit, better: Better, description: string): Metric {
  return { name, unit, better, description };
}

/**
 * The metric of a name, families included.
 * @returns `undefined` for a name that is neither listed nor of a known family.
 */
export function metricOf(name: string, throughputUnit?: string): Metric | undefined {
  if (name === 'throughput' && throughputUnit !== undefined) {
    return { ...METRICS['throughput']!, unit: `${throughputUnit}/s` };
  }
  // Own entries only: a guest may well send the name `constructor`.
  if (Object.hasOwn(METRICS, name)) return METRICS[name];
  if (/^syscall_ns\/[a-z0-9_+.-]+$/.test(name)) {
    return m(name, 'ns', 'lower', 'one call, the clock’s own cost subtracted; the trial’s median');
  }
  if (/^part\/[a-z0-9_+.-]+_ns$/.test(name))
    return m(name, 'ns', 'lower', 'one part of the workload; the trial’s median');
  return undefined;
}
