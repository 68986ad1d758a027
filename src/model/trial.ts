/** How a trial ended. Timings are used only of `completed` trials. */
export type OutcomeKind = 'completed' | 'failed' | 'timed-out' | 'oom-killed' | 'crashed' | 'mismatched' | 'skipped';
export const OUTCOME_KINDS: readonly OutcomeKind[] = [
  'completed',
  'failed',
  'timed-out',
  'oom-killed',
  'crashed',
  'mismatched',
  'skipped',
];

/**
 * The end of a trial, as a union: what a kind needs to be understood is part of it.
 * `reason` is one bounded line for people, already free of control characters.
 */
export type Outcome =
  | { readonly kind: 'completed' }
  | { readonly kind: 'failed'; readonly exitCode: number | null; readonly reason: string }
  | { readonly kind: 'timed-out'; readonly afterMs: number; readonly reason: string }
  | { readonly kind: 'oom-killed'; readonly limitBytes: number; readonly reason: string }
  | { readonly kind: 'crashed'; readonly signal: string; readonly reason: string }
  | { readonly kind: 'mismatched'; readonly expected: string; readonly got: string; readonly reason: string }
  | { readonly kind: 'skipped'; readonly reason: string };

/** Marks on the way of a trial, in the order in which they happen. */
export type MarkName = 'spawn' | 'guest' | 'interpreter' | 'imports' | 'first_result' | 'done' | 'deleted';
export const MARK_NAMES: readonly MarkName[] = [
  'spawn',
  'guest',
  'interpreter',
  'imports',
  'first_result',
  'done',
  'deleted',
];

/** One sample of one metric in the order of acquisition. `iteration` is 0 for values that a trial has only once. */
export interface Sample {
  readonly metric: string;
  readonly unit: string;
  readonly iteration: number;
  readonly value: number;
}

/** Where a trial stands in its run. */
export interface TrialKey {
  /** `<block>-<case>-<environment>` made safe for file names; unique in the run. */
  readonly id: string;
  /** Acquisition order in the run, from 0. */
  readonly sequence: number;
  /** Block number inside the case, from 0. */
  readonly block: number;
  /** Position inside the block, from 0. */
  readonly position: number;
  readonly caseId: string;
  readonly environmentId: string;
}

/** One fresh sandbox launch: the unit of replication. */
export interface Trial extends TrialKey {
  readonly outcome: Outcome;
  /** Real time of the spawn, milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** Spawn to deleted, nanoseconds; `null` when nothing was launched. */
  readonly wallNs: number | null;
  /** Nanoseconds since spawn; a mark that the guest did not send is absent. */
  readonly marks: Readonly<Partial<Record<MarkName, number>>>;
  /** Upper bound of the error of guest marks, nanoseconds: least delay seen between an event's stamp and its arrival. */
  readonly clockErrorNs: number | null;
  /** One value per metric of the whole trial (no iteration values): `wall_ns`, `cpu_ns`, `peak_bytes`, … */
  readonly values: Readonly<Record<string, number>>;
  /** Raw values inside the trial: iterations, parts, syscalls. */
  readonly samples: readonly Sample[];
  /** `sha256:…` of the answer; `null` where the workload has none. */
  readonly digest: string | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** What the guest said of itself, if it did. */
  readonly inside: TrialInside | null;
  /** Bytes that the guest wrote to stdout and stderr, kept or not. */
  readonly outputBytes: number;
  /** Things worth a line in the report that are no failure, bounded. */
  readonly warnings: readonly string[];
}

/** The part of the environment that every Python trial verifies from inside. */
export interface TrialInside {
  readonly kernelRelease: string;
  readonly cpus: number;
  readonly memTotalBytes: number;
}
