import type { CheckedRatio } from './tune.js';
import type { Verdict } from './verdict.js';

/** One line of a comparison: the verdict, and what both sides are. */
export interface ComparedRow extends Verdict {
  /** Medians: of the metric inside one run or with `--absolute`, else of the ratio to native. */
  readonly baselineValue: number | null;
  readonly candidateValue: number | null;
  readonly unit: string;
  /** Over native inside blocks, raw, as the run's summary has it; `null` where not known. */
  readonly baselineRatio: number | null;
  readonly candidateRatio: number | null;
}

/** One side of a comparison: what the command line calls it, and what people do. */
export interface ChangedSide {
  readonly ref: string;
  readonly name: string;
}

/** All that two sides differ in: `compare --out`, and the part of a run's report on versions. */
export interface Changes {
  readonly baseline: ChangedSide;
  readonly candidate: ChangedSide;
  /** What both sides are, e.g. `gVisor on systrap`; `null` where they share no more than their cases. */
  readonly subject: string | null;
  /** The headline of every case, or the metrics that were asked for. */
  readonly rows: readonly ComparedRow[];
  /** Metrics of the whole trial beside the headlines: a family of their own, so that they cost the headlines no power. */
  readonly beside: readonly ComparedRow[];
  /** The sides over each other and over native, by class; of two runs none, for their blocks are not the same. */
  readonly classes: readonly CheckedRatio[];
  readonly notes: readonly string[];
}

/** The day in a version of runsc, `2024-07-22`: in module versions and in releases. The version itself where there is none. */
export function versionName(version: string): string {
  const [, year, month, day] = /(?<!\d)(20\d\d)(0[1-9]|1[0-2])([0-3]\d)/.exec(version) ?? [];
  return year === undefined ? version : `${year}-${month}-${day}`;
}
