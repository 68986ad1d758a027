import { DataType, Float64, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { stringify } from 'csv-stringify/sync';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { EXIT, SeebenchError, SUMMARY_COLUMNS, type SummaryRow, type Trial } from '../model/index.js';
import { CSV_OPTIONS, SAMPLE_COLUMNS, sampleRows } from './results.js';
import type { StoredRun } from './reader.js';
import { TRIAL_COLUMN_NAMES, TRIAL_SCHEMA, trialCells } from './trial-columns.js';

export const TABLES = ['trials', 'samples', 'summary'] as const;
export type TableName = (typeof TABLES)[number];
export const TABLE_FORMATS = ['csv', 'arrow', 'parquet'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

type Cell = string | number | null;
/** Columns in their order, each with all its cells. */
type Columns = ReadonlyMap<string, readonly Cell[]>;

/** Types are told by name, never by what is in a column: the tables of many runs are read as one. */
const TEXT_COLUMNS: ReadonlySet<string> = new Set([
  ...TRIAL_SCHEMA.fields.filter(({ type }) => DataType.isUtf8(type)).map(({ name }) => name),
  ...['workload', 'runtime', 'platform', 'profile', 'version', 'metric', 'unit', 'better', 'outcome_counts'],
]);

/** Lines that are wanted; `null` for all. */
export interface TableFilter {
  readonly cases: readonly string[] | null;
  readonly environments: readonly string[] | null;
  readonly metrics: readonly string[] | null;
}

/**
 * A table of a run as bytes of a file: CSV, Arrow's file format, or Parquet.
 * @throws SeebenchError `usage` for metrics of the table of trials, `nothing-to-export` where no line is left
 */
export function exportTable(
  run: StoredRun,
  rows: readonly SummaryRow[],
  table: TableName,
  format: TableFormat,
  filter: TableFilter = { cases: null, environments: null, metrics: null },
): Buffer {
  const columns = filtered(columnsOf(run, rows, table), filter);
  if (format === 'csv') {
    const names = [...columns.keys()];
    const length = columns.get(names[0]!)!.length;
    const lines = Array.from({ length }, (_, i) => names.map((name) => columns.get(name)![i]!));
    return Buffer.from(stringify(lines, { ...CSV_OPTIONS, columns: names }));
  }
  const typed = [...columns].map(([name, cells]) => ({
    name,
    cells,
    number: !TEXT_COLUMNS.has(name),
  }));
  if (format === 'parquet') {
    const columnData = typed.map(({ name, cells, number }) => ({
      name,
      data: [...cells],
      type: number ? ('DOUBLE' as const) : ('STRING' as const),
      nullable: true,
    }));
    return Buffer.from(parquetWriteBuffer({ columnData }));
  }
  const vectors = typed.map(
    ({ name, cells, number }) => [name, vectorFromArray(cells, number ? new Float64() : new Utf8())] as const,
  );
  return Buffer.from(tableToIPC(new Table(Object.fromEntries(vectors)), 'file'));
}

function filtered(columns: Columns, { cases, environments, metrics }: TableFilter): Columns {
  if (metrics !== null && !columns.has('metric'))
    throw new SeebenchError(
      'usage',
      'the table of trials has a column for each metric, and cannot be filtered by them',
      'leave --metric out, or take --table samples or summary',
    );
  const wanted = (
    [
      ['case', cases],
      ['environment', environments],
      ['metric', metrics],
    ] as const
  ).flatMap(([name, ids]) => (ids === null ? [] : [{ cells: columns.get(name)!, ids: new Set<Cell>(ids) }]));
  if (wanted.length === 0) return columns;
  const length = columns.get('case')!.length;
  const lines = Array.from({ length }, (_, i) => i).filter((i) => wanted.every(({ cells, ids }) => ids.has(cells[i]!)));
  if (lines.length === 0)
    throw new SeebenchError(
      'nothing-to-export',
      'the table has no such line',
      'name other cases, environments or metrics',
      EXIT.noAnswer,
    );
  return new Map([...columns].map(([name, cells]) => [name, lines.map((i) => cells[i]!)]));
}

function columnsOf(run: StoredRun, rows: readonly SummaryRow[], table: TableName): Columns {
  const collect = (names: readonly string[], lines: Iterable<(name: string, i: number) => Cell>): Columns => {
    const columns = new Map(names.map((name) => [name, [] as Cell[]]));
    for (const cell of lines) names.forEach((name, i) => columns.get(name)!.push(cell(name, i)));
    return columns;
  };
  if (table === 'trials')
    return collect(
      TRIAL_COLUMN_NAMES,
      run.trials.map((trial: Trial) => {
        const cells = trialCells(trial);
        return (name: string) => cells[name] ?? null;
      }),
    );
  if (table === 'summary')
    return collect(
      SUMMARY_COLUMNS,
      rows.map((row) => (name: string) => {
        const cell = row[name as keyof SummaryRow];
        return typeof cell === 'object' && cell !== null ? JSON.stringify(cell) : cell;
      }),
    );
  const samples = [...sampleRows(run.samples, run.trials)];
  return collect(
    SAMPLE_COLUMNS,
    samples.map((row) => (_: string, i: number) => row[i]!),
  );
}
