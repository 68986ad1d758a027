import type { SandboxRole } from './conform.js';
import type { EnvironmentRecord } from './run.js';
import type { Outcome } from './trial.js';
import type { Params, Size } from './workload.js';

/** One look at the processes of a running sandbox. */
export interface VmaLook {
  /** Since the launch, milliseconds. */
  readonly atMs: number;
  /** What the program says it has done so far, in the workload's own unit; `null` where it says nothing. */
  readonly done: number | null;
  /** Highest memory charge of the sandbox so far; `null` where the host does not count it. */
  readonly bytes: number | null;
  /** Memory mappings on the host of the largest process of each role. */
  readonly vmas: Readonly<Partial<Record<SandboxRole, number>>>;
}

/** The looks at one trial. */
export interface VmaSeries {
  readonly environment: string;
  readonly block: number;
  readonly outcome: Outcome;
  /** Spawn to deleted; looking is part of it, so that it is no measurement. */
  readonly wallMs: number | null;
  readonly looks: readonly VmaLook[];
  /** Share of the trial's time in which a look was under way. */
  readonly looking: number;
}

/** A figure that others published, to be held beside. */
export interface PublishedVmas {
  readonly what: string;
  readonly vmas: number;
  readonly source: string;
}

/** The most mappings of an environment, and whose they were. */
export interface VmaPeak {
  readonly environment: string;
  /** The process that had most: of the trials the median peak. */
  readonly role: SandboxRole;
  readonly vmas: number;
  readonly byRole: Readonly<Partial<Record<SandboxRole, number>>>;
  /** Completed trials. */
  readonly n: number;
  readonly peakBytes: number | null;
}

/** `vmas.json` of a run, and what `vmas --json` prints. */
export interface VmasResult {
  readonly schemaVersion: number;
  readonly run: string;
  readonly case: string;
  readonly workload: string;
  readonly title: string;
  readonly size: Size;
  /** Unit of `done`; `null` where the workload has none. */
  readonly workUnit: string | null;
  readonly params: Params;
  readonly seed: number;
  readonly command: string;
  /** The host's `vm.max_map_count`; `null` where it does not tell. */
  readonly maxMapCount: number | null;
  readonly environments: readonly EnvironmentRecord[];
  readonly series: readonly VmaSeries[];
  readonly peaks: readonly VmaPeak[];
  readonly published: readonly PublishedVmas[];
  /** What was found, one sentence each. */
  readonly findings: readonly string[];
}
