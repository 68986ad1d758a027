import type { Platform, Runtime } from './environment.js';
import type { Better } from './metric.js';
import type { OutcomeKind } from './trial.js';

/**
 * One row per case × environment × metric: `summary.csv`, and `rows` of `summary.json`.
 * A value that is not known, or an interval for which n is too small, is `null` (empty in CSV).
 */
export interface SummaryRow {
  readonly case: string;
  readonly workload: string;
  readonly environment: string;
  readonly runtime: Runtime;
  readonly platform: Platform | null;
  readonly profile: string;
  readonly version: string | null;
  readonly metric: string;
  readonly unit: string;
  readonly better: Better;
  /** Blocks in which both this environment's and native's trial completed with equal digests. */
  readonly n: number;
  readonly median: number | null;
  readonly median_low: number | null;
  readonly median_high: number | null;
  readonly native_median: number | null;
  /** Environment over native inside a block, always raw. */
  readonly ratio: number | null;
  readonly ratio_low: number | null;
  readonly ratio_high: number | null;
  readonly outcome_counts: Readonly<Partial<Record<OutcomeKind, number>>>;
}

export const SUMMARY_COLUMNS = [
  'case',
  'workload',
  'environment',
  'runtime',
  'platform',
  'profile',
  'version',
  'metric',
  'unit',
  'better',
  'n',
  'median',
  'median_low',
  'median_high',
  'native_median',
  'ratio',
  'ratio_low',
  'ratio_high',
  'outcome_counts',
] as const satisfies readonly (keyof SummaryRow)[];
