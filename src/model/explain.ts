/** Where overhead can come from. In the order in which a waterfall shows them. */
export const PART_NAMES = ['boot', 'clock', 'calls', 'files', 'mappings', 'faults', 'threads'] as const;
export type PartName = (typeof PART_NAMES)[number];

/** How one kind of system call is priced; a record of `probes/explain.yaml`. */
export interface CallPrice {
  readonly names: readonly string[];
  /** Operations of the micro-suite, each with how much of it one such call is. */
  readonly operations: Readonly<Record<string, number>>;
  readonly part: PartName;
  readonly reason: string;
}

/** What explain knows beforehand: `probes/explain.yaml`. */
export interface ExplainCatalogue {
  /** Workloads on which the model is judged, never looked at while it was made. */
  readonly heldOut: readonly string[];
  readonly calls: readonly CallPrice[];
  /** What the first opening of a file of the root file system or of a mount costs beyond the second. */
  readonly firstOpen: CallPrice;
  /** What a call costs besides that gVisor could not patch, and gets by a signal. */
  readonly bySignal: CallPrice;
  /** A wake-up in which nobody sleeps, of a program that keeps all CPUs busy. */
  readonly crowdedFutex: CallPrice;
  /** For calls that nothing else prices. */
  readonly otherwise: CallPrice;
}

/** A part of an overhead: predicted from counts and prices, never fitted. */
export interface OverheadPart {
  readonly name: PartName;
  /** Nanoseconds; negative where gVisor is faster. */
  readonly ns: number;
  /** 95 %, from the spread of the prices over launches; `null` where the run has fewer than three blocks of them. */
  readonly low: number | null;
  readonly high: number | null;
}

/** What a case did in the segment that its headline covers, on average of the instrumented trials. */
export interface CaseCounts {
  readonly calls: number;
  readonly faults: number;
  /** Of all calls, how many nothing but the default prices. */
  readonly unpricedCalls: number;
  /** Of gVisor's own instrumented trials: page faults of its stubs that the sentry had to resolve, and that the host's kernel did. */
  readonly sentryFaults: number;
  readonly hostFaults: number;
  /** Calls that reached gVisor by a signal. */
  readonly signalledCalls: number;
  /** Those of them that read the clock, which is no call natively. */
  readonly clockReads: number;
  readonly waits: number;
  /** Half of the calls come sooner than this after their thread's last one. */
  readonly gapNs: number;
  /** Share of the other CPUs that the program keeps busy, 0…1. */
  readonly crowd: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/** The CPU time of gVisor's processes in the same segment, beside native's: a cross-check that no price enters. */
export interface CpuSplit {
  readonly nativeNs: number;
  readonly sentryNs: number;
  readonly stubNs: number;
  readonly goferNs: number;
}

export interface ExplainedCase {
  readonly case: string;
  readonly environment: string;
  readonly metric: string;
  readonly nativeNs: number;
  /** Environment minus native inside blocks, Hodges and Lehmann's centre with its 95 % interval. */
  readonly overheadNs: number;
  readonly overheadLow: number | null;
  readonly overheadHigh: number | null;
  readonly n: number;
  readonly parts: readonly OverheadPart[];
  readonly predictedNs: number;
  readonly predictedLow: number | null;
  readonly predictedHigh: number | null;
  /** Measured minus predicted. */
  readonly unexplainedNs: number;
  readonly heldOut: boolean;
  /** (predicted − measured) / measured. */
  readonly relativeError: number | null;
  /** `within`: 25 % or less. `noise`: the measured overhead may be none, so that a relative error means nothing. */
  readonly verdict: 'within' | 'outside' | 'noise';
  readonly counts: CaseCounts;
  readonly cpu: CpuSplit;
}

/** What one operation costs more in an environment than natively. */
export interface ExtraCost {
  readonly operation: string;
  readonly environment: string;
  readonly nativeNs: number;
  /** Mean over launches of the environment less median of native's, each launch by its own median. */
  readonly extraNs: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
  /** Places and shares of both modes of launches, where there are two. */
  readonly modes: { readonly fastNs: number; readonly slowNs: number; readonly slowShare: number } | null;
}

/** `explain.json` of a run, and what `explain --json` prints. */
export interface ExplainResult {
  readonly schemaVersion: number;
  readonly run: string;
  readonly cases: readonly ExplainedCase[];
  readonly prices: readonly ExtraCost[];
  /** What could not be explained at all, with the reason. */
  readonly notes: readonly string[];
  readonly findings: readonly string[];
}
