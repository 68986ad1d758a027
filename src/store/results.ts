import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type RecordBatch, Table, tableToIPC } from 'apache-arrow';
import { stringify } from 'csv-stringify';
import { SUMMARY_COLUMNS, type SampleColumns, type SummaryRow, type Trial } from '../model/index.js';
import { writeWhole } from './disk.js';
import { readTrials } from './reader.js';
import { RESULT_PAIR } from './segments.js';
import { runSampleBatch } from './sample-batch.js';
import { TRIAL_COLUMN_NAMES, trialBatch, trialCells } from './trial-columns.js';

export const SAMPLE_COLUMNS = ['trial', 'case', 'environment', 'metric', 'unit', 'iteration', 'value'];

/** Makes the files for readers outside of seebench from the streams of a run, each complete or not there. */
export async function writeResults(dir: string, summaryRows: readonly SummaryRow[]): Promise<void> {
  const { trials, samples } = await readTrials(dir);
  await writeArrow(join(dir, RESULT_PAIR[0]), trialBatch(trials));
  await writeArrow(join(dir, RESULT_PAIR[1]), runSampleBatch(samples, trials));
  await writeCsv(join(dir, 'trials.csv'), TRIAL_COLUMN_NAMES, trials.map(trialCells));
  await writeCsv(join(dir, 'samples.csv'), SAMPLE_COLUMNS, sampleRows(samples, trials));
  await writeCsv(join(dir, 'summary.csv'), SUMMARY_COLUMNS, summaryRows);
}

async function writeArrow(path: string, batch: RecordBatch): Promise<void> {
  await writeWhole(path, (handle) => handle.writeFile(tableToIPC(new Table([batch]), 'file')));
}

/** Text that a spreadsheet would take for a formula gets an apostrophe; numbers keep all their digits; `null` is empty. */
export const CSV_OPTIONS = {
  header: true,
  escape_formulas: true,
  cast: { object: (value: unknown) => JSON.stringify(value) },
} as const;

async function writeCsv(path: string, columns: readonly string[], rows: Iterable<object>): Promise<void> {
  await writeWhole(path, async (handle) => {
    const csv = stringify({ ...CSV_OPTIONS, columns: [...columns] });
    await pipeline(Readable.from(rows), csv, (text) => writeFile(handle, text));
  });
}

/** The samples of a run, a row each, in the order of {@link SAMPLE_COLUMNS}. */
export function* sampleRows(samples: SampleColumns, trials: readonly Trial[]): Iterable<readonly (string | number)[]> {
  for (let i = 0; i < samples.length; i++) {
    const trial = trials[samples.trialIndex[i]!]!;
    const code = samples.codes[i]!;
    yield [
      trial.id,
      trial.caseId,
      trial.environmentId,
      samples.metrics[code]!,
      samples.units[code]!,
      samples.iteration[i]!,
      samples.value[i]!,
    ];
  }
}
