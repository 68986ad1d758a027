/** Why no more sandboxes were added. */
export type DensityStopKind =
  | 'most'
  | 'memory-reserve'
  | 'memory-pressure'
  | 'launch-failed'
  | 'too-slow'
  | 'time'
  | 'interrupted';

/** What ended the adding of sandboxes, and at how many. */
export interface DensityStop {
  readonly kind: DensityStopKind;
  /** In words, with the figures that decided it. */
  readonly reason: string;
  /** Sandboxes that stood, or worked, when it ended. */
  readonly at: number;
}

/** Memory of all sandboxes together while `n` of them are idle, bytes. */
export interface IdleLook {
  readonly n: number;
  /** PSS of the sandboxes' own processes: guest, or sentry, gofer and stubs. */
  readonly pssBytes: number;
  /** PSS of what runs beside each on the host: the runtime's command, which a container manager replaces by its own. */
  readonly commandBytes: number;
  /** The whole charge of the sandboxes' cgroups; `null` where there are none. */
  readonly cgroupBytes: number | null;
  /** By how much the host's MemAvailable fell since the first look, which had no sandbox. */
  readonly hostBytes: number;
}

/** Idle sandboxes of one environment, added one by one. */
export interface IdleClimb {
  readonly environment: string;
  readonly looks: readonly IdleLook[];
  /** From launch to settled, for each. */
  readonly settledMs: readonly number[];
  readonly stop: DensityStop;
}

/** What one of several sandboxes did in the window in which all of them worked. */
export interface WorkShare {
  readonly case: string;
  /** Iterations done, those that reach over an end of the window in part. */
  readonly iterations: number;
  /** Work done, in the case's unit; iterations where it has none. */
  readonly work: number;
  /** Each iteration that ended inside the window, nanoseconds, in order. */
  readonly iterationNs: readonly number[];
}

/** `n` sandboxes that worked at once. */
export interface WorkWindow {
  readonly round: number;
  readonly environment: string;
  /** `alike`: all do the same. `neighbour`: the first works steadily beside noisy ones. */
  readonly kind: 'alike' | 'neighbour';
  readonly case: string;
  readonly n: number;
  readonly windowMs: number;
  readonly shares: readonly WorkShare[];
}

/** Where the adding of working sandboxes ended before the most that was asked for. */
export interface WorkStop extends DensityStop {
  readonly environment: string;
  readonly case: string;
}

/** All that was collected, in order: what `density.json` is computed from. */
export interface DensitySamples {
  readonly schemaVersion: number;
  readonly run: string;
  readonly idle: readonly IdleClimb[];
  readonly windows: readonly WorkWindow[];
  readonly stops: readonly WorkStop[];
}

/** A figure with the ends of its 95 % interval, open (`null`) where there are too few values for one. */
export interface Bounded {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** The three views of memory. */
export const MEMORY_VIEWS = ['pss', 'cgroup', 'host'] as const;
export type MemoryView = (typeof MEMORY_VIEWS)[number];

/** What idle sandboxes of an environment cost, bytes. */
export interface IdleRow {
  readonly environment: string;
  /** The most that stood at once. */
  readonly n: number;
  /** What the first one took. */
  readonly first: Readonly<Record<MemoryView, number | null>>;
  /** What one more takes: slope of a robust line over n. */
  readonly marginal: Readonly<Record<MemoryView, Bounded | null>>;
  /** Marginal PSS over native's; `null` without native. */
  readonly overNative: number | null;
  /** PSS of the runtime's command for each, median. */
  readonly commandBytes: number | null;
  /** How many would stand on this host before its reserve is touched, by what one more is charged for. */
  readonly room: number | null;
  readonly settledMs: number | null;
  readonly stop: DensityStop;
}

/** What `n` sandboxes of an environment get done together that do the same at once. */
export interface WorkRow {
  readonly case: string;
  readonly environment: string;
  readonly n: number;
  /** Windows, one a round. */
  readonly rounds: number;
  /** All of them together, in `unit` per second, median of the rounds. */
  readonly throughput: number;
  readonly unit: string;
  /** Over one native sandbox in the same round. */
  readonly ratio: Bounded | null;
  /** Over as many native sandboxes in the same round. */
  readonly overNative: Bounded | null;
  /** Time of an iteration, nanoseconds, over all iterations of the rounds. */
  readonly p50Ns: number | null;
  readonly p95Ns: number | null;
  /** Jain's index of the sandboxes' work: 1 where all get the same, 1/n where one gets all. Median of the rounds. */
  readonly jain: number;
}

/** What a steady sandbox feels of noisy ones of its own environment. */
export interface NeighbourSlowdown {
  readonly environment: string;
  readonly steady: string;
  readonly noisy: string;
  /** With the steady one. */
  readonly n: number;
  readonly rounds: number;
  /** Time of its iterations over that alone in the same round. */
  readonly slowdown: Bounded;
  /** The slowdown if CPUs were divided evenly: n over the CPUs, at least 1. */
  readonly evenShare: number;
}

/** `density.json`, and what `density --json` prints. */
export interface DensityResult {
  readonly schemaVersion: number;
  readonly run: string;
  readonly seed: number;
  readonly interrupted: boolean;
  readonly environments: readonly {
    readonly id: string;
    readonly status: 'available' | 'unavailable';
    readonly reason: string | null;
  }[];
  readonly host: DensityHost;
  /** What idle sandboxes have imported, and what working ones do. */
  readonly idleCase: string;
  readonly workCases: readonly string[];
  readonly idle: readonly IdleRow[];
  readonly working: readonly WorkRow[];
  readonly neighbours: readonly NeighbourSlowdown[];
  readonly stops: readonly WorkStop[];
  /** What was found, one sentence each. */
  readonly findings: readonly string[];
}

/** What the host gives, and keeps. */
export interface DensityHost {
  readonly cpus: number;
  readonly totalBytes: number;
  /** Before the first sandbox. */
  readonly availableBytes: number;
  /** MemAvailable that is never touched. */
  readonly reserveBytes: number;
  /** Share of time that tasks may wait for memory, per cent. */
  readonly mostPressure: number;
}
