import { tableFromIPC } from 'apache-arrow';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SUMMARY_COLUMNS, type SummaryRow } from '../../src/model/index.js';
import { exportTable, readRun, RunWriter, type StoredRun } from '../../src/store/index.js';
import { TABLE_FORMATS, TABLES } from '../../src/store/tables.js';
import { manifest, scratch, summaryRow, trial } from './fixture.js';

const HOSTILE = '=cmd|\' /C calc\'!A0,"x"\n<script>';
const row = summaryRow({ case: HOSTILE, ratio_low: 1.9, outcome_counts: { completed: 2, failed: 1 } });

/** A finished run of two trials, the second one failed, with names of others in it. */
async function stored(): Promise<StoredRun> {
  const dir = await scratch();
  const writer = await RunWriter.create(dir, manifest());
  const samples = [
    { metric: 'part/q1_ns', unit: 'ns', iteration: 0, value: 1.5 },
    { metric: HOSTILE, unit: '@A1', iteration: 1, value: -2e-7 },
  ];
  await writer.appendTrial(trial(0, { samples, caseId: HOSTILE }));
  const outcome = { kind: 'failed', exitCode: 3, reason: '+1' } as const;
  await writer.appendTrial(trial(1, { outcome, exitCode: 3, values: {}, wallNs: null }));
  await writer.finish(manifest({ state: { kind: 'complete', finishedAtMs: 5 } }), [row]);
  return readRun(dir);
}
const cellsOf = (bytes: Buffer, column: string): unknown[] => Array.from(tableFromIPC(bytes).getChild(column)!);

describe('a table as CSV', () => {
  it('is the file that the run has itself: no text is a formula, numbers keep sign and digits', async () => {
    const run = await stored();
    for (const table of TABLES)
      expect(exportTable(run, [row], table, 'csv').toString(), table).toBe(
        await readFile(join(run.dir, `${table}.csv`), 'utf8'),
      );
    const samples = exportTable(run, [], 'samples', 'csv').toString();
    expect(samples).toContain(`"'=cmd|' /C calc'!A0,""x""\n<script>",'@A1,1,-2e-7\n`);
    expect(samples).not.toMatch(/(^|,)"?[=+@]/m);
  });

  it('has its header where it has no row', async () => {
    const run = { ...(await stored()), trials: [] };
    expect(exportTable(run, [], 'summary', 'csv').toString()).toBe(`${SUMMARY_COLUMNS.join(',')}\n`);
  });
});

describe('a filtered table', () => {
  const only = (change: Partial<Parameters<typeof exportTable>[4]>) => ({
    cases: null,
    environments: null,
    metrics: null,
    ...change,
  });

  it('has the lines of the environments, cases and metrics that were asked for, in all columns', async () => {
    const run = await stored();
    const environments = cellsOf(exportTable(run, [], 'samples', 'arrow'), 'environment');
    const wanted = environments[0] as string;
    const bytes = exportTable(run, [], 'samples', 'arrow', only({ environments: [wanted] }));
    expect(cellsOf(bytes, 'environment')).toEqual(environments.filter((it) => it === wanted));
    expect(cellsOf(bytes, 'value')).toHaveLength(environments.filter((it) => it === wanted).length);
    const metric = cellsOf(bytes, 'metric')[0] as string;
    const fewer = exportTable(run, [], 'samples', 'arrow', only({ environments: [wanted], metrics: [metric] }));
    expect(new Set(cellsOf(fewer, 'metric'))).toEqual(new Set([metric]));
  });

  it('is refused where nothing is left, or where metrics are columns', async () => {
    const run = await stored();
    const of = (change: Parameters<typeof only>[0]) => () => exportTable(run, [], 'trials', 'csv', only(change));
    expect(of({ cases: ['nobody'] })).toThrow(expect.objectContaining({ code: 'nothing-to-export' }));
    expect(of({ metrics: ['wall_ns'] })).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});

describe('a table as Arrow', () => {
  it('holds the same cells, names as they are, and nothing where nothing is known', async () => {
    const run = await stored();
    const trials = exportTable(run, [], 'trials', 'arrow');
    expect(cellsOf(trials, 'case')).toEqual([HOSTILE, 'true@smoke']);
    expect(cellsOf(trials, 'wall_ns')).toEqual([5e6, null]);
    expect(cellsOf(trials, 'reason')).toEqual([null, '+1']);
    const samples = exportTable(run, [], 'samples', 'arrow');
    expect(cellsOf(samples, 'metric')).toEqual(['part/q1_ns', HOSTILE]);
    expect(cellsOf(samples, 'value')).toEqual([1.5, -2e-7]);
  });

  it('has all columns in order, those without any value too', async () => {
    const bytes = exportTable(await stored(), [row, summaryRow()], 'summary', 'arrow');
    expect(tableFromIPC(bytes).schema.fields.map(({ name }) => name)).toEqual(SUMMARY_COLUMNS);
    expect(cellsOf(bytes, 'ratio_low')).toEqual([1.9, null]);
    expect(cellsOf(bytes, 'version')).toEqual([null, null]);
    expect(cellsOf(bytes, 'outcome_counts')).toEqual(['{"completed":2,"failed":1}', '{"completed":8}']);
  });
});

it.each(TABLES)('has the same types of columns in every run: %s', async (table) => {
  const run = await stored();
  const typesOf = (bytes: Buffer): string[] =>
    tableFromIPC(bytes).schema.fields.map(({ name, type }) => `${name} ${type}`);
  const full = typesOf(exportTable(run, [row], table, 'arrow'));
  const empty = { ...run, trials: [], samples: { ...run.samples, length: 0 } };
  expect(typesOf(exportTable(empty, [], table, 'arrow'))).toEqual(full);
  const text = { trials: 'signal', samples: 'unit', summary: 'version' }[table];
  const number = { trials: 'wall_ns', samples: 'value', summary: 'ratio_low' }[table];
  expect(full).toEqual(expect.arrayContaining([`${text} Utf8`, `${number} Float64`]));
});

describe.each(TABLE_FORMATS)('a table as %s', (format) => {
  it.each(TABLES)('of %s is made of an empty run too', async (table) => {
    const run = await stored();
    const empty = { ...run, trials: [], samples: { ...run.samples, length: 0 } };
    expect(exportTable(empty, [], table, format).length).toBeGreaterThan(8);
  });

  it('takes values that no measurement has', async () => {
    const odd: SummaryRow = summaryRow({ median: NaN, ratio: Infinity, n: 0, native_median: -0 });
    expect(exportTable(await stored(), [odd], 'summary', format).length).toBeGreaterThan(8);
  });
});

it('has the marks of its format at both ends', async () => {
  const run = await stored();
  const ends = (bytes: Buffer, n: number) => [bytes.subarray(0, n).toString(), bytes.subarray(-n).toString()];
  expect(ends(exportTable(run, [row], 'summary', 'parquet'), 4)).toEqual(['PAR1', 'PAR1']);
  expect(ends(exportTable(run, [row], 'summary', 'arrow'), 6)).toEqual(['ARROW1', 'ARROW1']);
});
