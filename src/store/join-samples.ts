import type { Data, RecordBatch } from 'apache-arrow';
import type { SampleColumns } from '../model/index.js';

/** Batches of one stream, with the index of each trial that was stored with them by its sequence. */
export interface SampleSegment {
  readonly batches: readonly RecordBatch[];
  readonly indexOfSequence: ReadonlyMap<number, number>;
}

/**
 * Joins the samples of all segments. Samples of a trial that was never stored itself (killed between the two) are left out:
 * a resumed run measures that trial again, under the same sequence, in a later segment.
 */
export function joinSamples(segments: readonly SampleSegment[]): SampleColumns {
  const capacity = segments.reduce((sum, s) => sum + s.batches.reduce((rows, batch) => rows + batch.numRows, 0), 0);
  const [trialIndex, codes, iteration] = [new Int32Array(capacity), new Int32Array(capacity), new Int32Array(capacity)];
  const value = new Float64Array(capacity);
  const metrics: string[] = [];
  const units: string[] = [];
  const pairs = new Map<string, number>();
  const pairCode = (metric: string, unit: string): number => {
    const key = JSON.stringify([metric, unit]);
    let code = pairs.get(key);
    if (code === undefined) {
      code = metrics.push(metric) - 1;
      units.push(unit);
      pairs.set(key, code);
    }
    return code;
  };
  let length = 0;
  for (const { batches, indexOfSequence } of segments) {
    for (const batch of batches) {
      const trials = column(batch, 'sequence', Int32Array);
      const iterations = column(batch, 'iteration', Int32Array);
      const values = column(batch, 'value', Float64Array);
      const metric = dictionaryColumn(batch, 'metric');
      const unit = dictionaryColumn(batch, 'unit');
      const known = new Map<number, number>();
      for (let row = 0; row < batch.numRows; row++) {
        const index = indexOfSequence.get(trials[row]!);
        if (index === undefined) continue;
        const pair = metric.codes[row]! * unit.names.length + unit.codes[row]!;
        let code = known.get(pair);
        if (code === undefined) {
          code = pairCode(metric.names[metric.codes[row]!]!, unit.names[unit.codes[row]!]!);
          known.set(pair, code);
        }
        trialIndex[length] = index;
        codes[length] = code;
        iteration[length] = iterations[row]!;
        value[length] = values[row]!;
        length++;
      }
    }
  }
  return {
    length,
    metrics,
    units,
    trialIndex: trialIndex.subarray(0, length),
    codes: codes.subarray(0, length),
    iteration: iteration.subarray(0, length),
    value: value.subarray(0, length),
  };
}

function column<T extends Int32Array | Float64Array>(batch: RecordBatch, name: string, type: new (n: number) => T): T {
  const values: unknown = child(batch, name).values;
  if (!(values instanceof type)) throw new Error(`column "${name}" is missing or of another type`);
  return values;
}

function dictionaryColumn(batch: RecordBatch, name: string): { codes: Int32Array; names: string[] } {
  const data = child(batch, name);
  if (!(data.values instanceof Int32Array) || !data.dictionary) throw new Error(`column "${name}" is no dictionary`);
  const names = Array.from(data.dictionary as Iterable<string>);
  const wrong = data.values.findIndex((code) => code < 0 || code >= names.length);
  if (wrong !== -1) throw new Error(`row ${wrong} of column "${name}" has a code that stands for nothing`);
  return { codes: data.values, names };
}

function child(batch: RecordBatch, name: string): Data {
  const data = batch.getChild(name)?.data[0];
  if (!data) throw new Error(`no column "${name}"`);
  return data;
}
