import {
  Dictionary,
  Field,
  Float64,
  Int32,
  Schema,
  Utf8,
  makeData,
  makeVector,
  vectorFromArray,
  type RecordBatch,
  type Vector,
} from 'apache-arrow';
import type { SampleColumns, Trial } from '../model/index.js';
import { makeBatch } from './ipc.js';

// Ids are given so that every batch of a stream replaces the same two dictionaries.
const METRIC = new Dictionary(new Utf8(), new Int32(), 1);
const UNIT = new Dictionary(new Utf8(), new Int32(), 2);

/** Columns of `samples.*`; `sequence` is the trial's, as in `trials.*`. */
export const SAMPLE_SCHEMA = new Schema([
  new Field('sequence', new Int32(), false),
  new Field('metric', METRIC, false),
  new Field('unit', UNIT, false),
  new Field('iteration', new Int32(), false),
  new Field('value', new Float64(), false),
]);

/** Names with their codes, in the order in which they came. */
class Names {
  readonly list: string[] = [];
  readonly #codes = new Map<string, number>();
  code(name: string): number {
    let code = this.#codes.get(name);
    if (code === undefined) {
      code = this.list.push(name) - 1;
      this.#codes.set(name, code);
    }
    return code;
  }
}

/**
 * The samples of one trial as a batch.
 * @throws RangeError for a value that is not finite or an iteration that is no 32-bit integer: a bug of the caller.
 */
export function trialSampleBatch(trial: Trial): RecordBatch {
  const n = trial.samples.length;
  const metrics = new Names();
  const units = new Names();
  const [metric, unit, iteration] = [new Int32Array(n), new Int32Array(n), new Int32Array(n)];
  const value = new Float64Array(n);
  trial.samples.forEach((sample, i) => {
    if (!Number.isFinite(sample.value) || !Object.is(sample.iteration | 0, sample.iteration)) {
      throw new RangeError(`trial ${trial.id}: a sample of ${sample.metric} cannot be stored: ${sample.value}`);
    }
    metric[i] = metrics.code(sample.metric);
    unit[i] = units.code(sample.unit);
    iteration[i] = sample.iteration;
    value[i] = sample.value;
  });
  return sampleBatch(new Int32Array(n).fill(trial.sequence), metric, metrics.list, unit, units.list, iteration, value);
}

/** All samples of a run as one batch: one dictionary, so that the file format can hold it. */
export function runSampleBatch(samples: SampleColumns, trials: readonly Trial[]): RecordBatch {
  const metrics = new Names();
  const units = new Names();
  const metricOfCode = Int32Array.from(samples.metrics, (name) => metrics.code(name));
  const unitOfCode = Int32Array.from(samples.units, (name) => units.code(name));
  const sequences = samples.trialIndex.map((index) => trials[index]!.sequence);
  const metric = samples.codes.map((code) => metricOfCode[code]!);
  const unit = samples.codes.map((code) => unitOfCode[code]!);
  return sampleBatch(sequences, metric, metrics.list, unit, units.list, samples.iteration, samples.value);
}

function sampleBatch(
  trial: Int32Array,
  metric: Int32Array,
  metrics: string[],
  unit: Int32Array,
  units: string[],
  iteration: Int32Array,
  value: Float64Array,
): RecordBatch {
  return makeBatch(SAMPLE_SCHEMA, [
    makeVector(trial),
    coded(METRIC, metric, metrics),
    coded(UNIT, unit, units),
    makeVector(iteration),
    makeVector(value),
  ]);
}

function coded(type: Dictionary<Utf8, Int32>, codes: Int32Array, names: string[]): Vector {
  return makeVector(makeData({ type, data: codes, nullCount: 0, dictionary: vectorFromArray(names, new Utf8()) }));
}
