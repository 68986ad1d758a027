import type { MarkName } from './trial.js';

/** What is there before a launch: nothing of it in the page cache, all of it, or a snapshot of the warm program (its image cached, or not). */
export const START_KINDS = ['cold', 'warm', 'restored', 'restored-cold'] as const;
export type StartKind = (typeof START_KINDS)[number];

/** Kinds that start without any page of the files that they read. */
export const COLD_KINDS: readonly StartKind[] = ['cold', 'restored-cold'];

/** A moment of a start, nanoseconds since the spawn. */
export interface StartStep {
  /** `<log>/<what was reached>`, e.g. `boot/platform created`; the log is `runtime`, `boot`, `gofer` or `restore`. */
  readonly name: string;
  readonly ns: number;
}

/** Pages of the files that a launch reads. */
export interface DroppedPages {
  readonly files: number;
  /** In the page cache before, and what stayed: pages that somebody has mapped. */
  readonly before: number;
  readonly after: number;
  readonly pageBytes: number;
}

/** One launch of the study. */
export interface StartTrial {
  readonly caseId: string;
  readonly environment: string;
  readonly kind: StartKind;
  readonly block: number;
  /** Launched with the runtime's log: its times are used for shares only. */
  readonly instrumented: boolean;
  readonly completed: boolean;
  /** Why it did not complete. */
  readonly reason: string | null;
  readonly wallNs: number | null;
  readonly marks: Readonly<Partial<Record<MarkName, number>>>;
  readonly clockErrorNs: number | null;
  /** Only of instrumented ones. */
  readonly steps: readonly StartStep[];
  /** Only of cold ones. */
  readonly dropped: DroppedPages | null;
}

/** Where a part's length comes from: marks of measured trials, or its share of that in instrumented ones. */
export type PartSource = 'marks' | 'share of instrumented';

/** A stretch of a start. */
export interface StartPart {
  readonly name: string;
  /** The stretch between two marks that it belongs to: `sandbox`, `interpreter`, `imports`, `first row`, `rest`, `exit`. */
  readonly segment: string;
  readonly source: PartSource;
  /** Median, and its 95 % interval; `null` ends where n is too small. */
  readonly ns: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

/** A step of gVisor's own timeline: how long it took from the step before. Instrumented, and not scaled. */
export interface StartDetail {
  readonly name: string;
  readonly ns: number;
  readonly n: number;
}

/** A ratio over native's start with the same page cache, in the same blocks. */
export interface StartRatio {
  readonly ratio: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

/** One case in one environment, started in one way. */
export interface StartRow {
  readonly case: string;
  readonly environment: string;
  readonly kind: StartKind;
  readonly n: number;
  readonly failed: number;
  /** Spawn to deleted, median. */
  readonly wholeNs: number;
  readonly wholeLow: number | null;
  readonly wholeHigh: number | null;
  /** Spawn to the first row; where a program has none to its imports, else to its first instruction. */
  readonly readyNs: number;
  readonly readyMark: MarkName;
  /** Parts in their order; medians, so their sum may differ from the median of the whole. */
  readonly parts: readonly StartPart[];
  readonly sumNs: number;
  /** Most that the parts of one trial differed from its whole, and the clock's error that allows it. Nanoseconds. */
  readonly worstSumErrorNs: number;
  readonly clockErrorNs: number;
  /** Instrumented whole over measured whole in the same blocks. */
  readonly instrumentedFactor: number | null;
  /** Of the pages of its files, those that were gone before the launch: median share, 0…1. */
  readonly dropped: { readonly share: number; readonly bytes: number } | null;
  readonly details: readonly StartDetail[];
  readonly toReady: StartRatio | null;
  readonly toExit: StartRatio | null;
}

/** `startup.json` of a run, and what `startup --json` prints. */
export interface StartupResult {
  readonly schemaVersion: number;
  readonly run: string;
  readonly command: string;
  readonly rows: readonly StartRow[];
  readonly findings: readonly string[];
  readonly failures: readonly string[];
}
