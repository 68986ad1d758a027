import type { RunManifest } from './run.js';
import type { Trial } from './trial.js';

/**
 * The samples of all trials of a run in columns, in the order of acquisition: a million of them are read and reduced in
 * well under a second, which a million objects are not. All arrays have `length` entries, except the two dictionaries.
 */
export interface SampleColumns {
  readonly length: number;
  /** Index into the run's `trials`. */
  readonly trialIndex: Int32Array;
  /** Index into `metrics` and `units`. */
  readonly codes: Int32Array;
  /** Metric name by code. */
  readonly metrics: readonly string[];
  /** Unit by code; one metric in two units has two codes. */
  readonly units: readonly string[];
  readonly iteration: Int32Array;
  readonly value: Float64Array;
}

/** What analysis needs of a run: its manifest, its trials in the order of acquisition (without `samples`), its samples. */
export interface RunData {
  readonly manifest: RunManifest;
  readonly trials: readonly Trial[];
  readonly samples: SampleColumns;
}
