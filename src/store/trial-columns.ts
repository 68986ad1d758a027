import { Field, Float64, Int32, Schema, Utf8, vectorFromArray, type RecordBatch } from 'apache-arrow';
import { COVARIATES, MARK_NAMES, METRICS, type Trial } from '../model/index.js';
import { makeBatch } from './ipc.js';
import { outcomeDetail, parseOutcome, parseValues, parseWarnings, valuesJson } from './trial-json.js';

type Cell = string | number | null;
interface Column {
  readonly name: string;
  readonly type: Utf8 | Int32 | Float64;
  readonly get: (trial: Trial) => Cell;
}

const text = (name: string, get: (trial: Trial) => string | null): Column => ({ name, type: new Utf8(), get });
const int = (name: string, get: (trial: Trial) => number | null): Column => ({ name, type: new Int32(), get });
const float = (name: string, get: (trial: Trial) => number | null): Column => ({ name, type: new Float64(), get });

/** Whole-trial values that have a column of their own; others are in `other_values`. */
const VALUE_COLUMNS = [...Object.keys(METRICS), ...Object.keys(COVARIATES)];

/**
 * Columns of `trials.*`. Text is plain Utf8: dictionaries cannot grow in the file format. `elapsed_ns` is {@link Trial.wallNs}
 * (known whenever something was launched); `wall_ns` is the metric. What is a list or a map is JSON.
 */
const COLUMNS: readonly Column[] = [
  text('trial', (t) => t.id),
  int('sequence', (t) => t.sequence),
  text('case', (t) => t.caseId),
  int('block', (t) => t.block),
  int('position', (t) => t.position),
  text('environment', (t) => t.environmentId),
  text('outcome', (t) => t.outcome.kind),
  text('reason', (t) => ('reason' in t.outcome ? t.outcome.reason : null)),
  text('outcome_detail', (t) => outcomeDetail(t.outcome)),
  float('started_at_ms', (t) => t.startedAtMs),
  float('elapsed_ns', (t) => t.wallNs),
  ...MARK_NAMES.map((mark) => float(`mark_${mark}_ns`, (t) => t.marks[mark] ?? null)),
  float('clock_error_ns', (t) => t.clockErrorNs),
  ...VALUE_COLUMNS.map((metric) => float(metric, (t) => own(t.values, metric))),
  text('other_values', (t) => valuesJson(Object.entries(t.values).filter(([name]) => !VALUE_COLUMNS.includes(name)))),
  text('digest', (t) => t.digest),
  int('exit_code', (t) => t.exitCode),
  text('signal', (t) => t.signal),
  text('inside_kernel', (t) => t.inside?.kernelRelease ?? null),
  float('inside_cpus', (t) => t.inside?.cpus ?? null),
  float('inside_mem_bytes', (t) => t.inside?.memTotalBytes ?? null),
  float('output_bytes', (t) => t.outputBytes),
  text('warnings', (t) => JSON.stringify(t.warnings)),
];

export const TRIAL_COLUMN_NAMES: readonly string[] = COLUMNS.map((column) => column.name);
export const TRIAL_SCHEMA = new Schema(COLUMNS.map((column) => new Field(column.name, column.type, true)));

/** The cells of a trial by column, as CSV has them. */
export function trialCells(trial: Trial): Record<string, Cell> {
  return Object.fromEntries(COLUMNS.map((column) => [column.name, checked(column, column.get(trial), trial)]));
}

/**
 * Trials as one batch of columns.
 * @throws RangeError for a number that is not finite, or no 32-bit integer where the column holds one: a bug of the caller.
 */
export function trialBatch(trials: readonly Trial[]): RecordBatch {
  const vectors = COLUMNS.map((column) =>
    vectorFromArray(
      trials.map((trial) => checked(column, column.get(trial), trial)),
      column.type,
    ),
  );
  return makeBatch(TRIAL_SCHEMA, vectors);
}

function checked(column: Column, cell: Cell, trial: Trial): Cell {
  if (typeof cell !== 'number') return cell;
  const fits = column.type instanceof Int32 ? Object.is(cell | 0, cell) : Number.isFinite(cell);
  if (!fits) throw new RangeError(`trial ${trial.id}: ${column.name} cannot be stored: ${cell}`);
  return cell;
}

function own(values: Readonly<Record<string, number>>, name: string): number | null {
  return Object.hasOwn(values, name) ? values[name]! : null;
}

/**
 * The trials of a batch, without their samples.
 * @throws Error when a column is missing or holds what cannot be: the file was not written by this tool.
 */
export function trialsOf(batch: RecordBatch): Trial[] {
  const vectors = new Map(TRIAL_COLUMN_NAMES.map((name) => [name, batch.getChild(name)]));
  return Array.from({ length: batch.numRows }, (_, row) => {
    const cell = (name: string): unknown => {
      const vector = vectors.get(name);
      if (!vector) throw new Error(`no column "${name}"`);
      return vector.get(row);
    };
    const number = (name: string): number | null => expect(name, cell(name), 'number');
    const string = (name: string): string | null => expect(name, cell(name), 'string');
    const marks = MARK_NAMES.map((mark) => [mark, number(`mark_${mark}_ns`)] as const);
    // A metric that is newer than the file has no column in it.
    const values = VALUE_COLUMNS.filter((name) => vectors.get(name)).map((name) => [name, number(name)] as const);
    const kernelRelease = string('inside_kernel');
    return {
      id: known('trial', string('trial')),
      sequence: known('sequence', number('sequence')),
      block: known('block', number('block')),
      position: known('position', number('position')),
      caseId: known('case', string('case')),
      environmentId: known('environment', string('environment')),
      outcome: parseOutcome(string('outcome'), string('reason'), string('outcome_detail')),
      startedAtMs: known('started_at_ms', number('started_at_ms')),
      wallNs: number('elapsed_ns'),
      marks: withoutNulls(marks),
      clockErrorNs: number('clock_error_ns'),
      values: { ...withoutNulls(values), ...parseValues(string('other_values')) },
      samples: [],
      digest: string('digest'),
      exitCode: number('exit_code'),
      signal: string('signal'),
      inside:
        kernelRelease === null
          ? null
          : {
              kernelRelease,
              cpus: known('inside_cpus', number('inside_cpus')),
              memTotalBytes: known('inside_mem_bytes', number('inside_mem_bytes')),
            },
      outputBytes: known('output_bytes', number('output_bytes')),
      warnings: parseWarnings(string('warnings')),
    };
  });
}

function expect(name: string, cell: unknown, type: 'number'): number | null;
function expect(name: string, cell: unknown, type: 'string'): string | null;
function expect(name: string, cell: unknown, type: 'number' | 'string'): unknown {
  if (cell !== null && typeof cell !== type) throw new Error(`column "${name}" is no ${type}`);
  return cell;
}

function known<T>(name: string, cell: T | null): T {
  if (cell === null) throw new Error(`column "${name}" is empty in a row that needs it`);
  return cell;
}

function withoutNulls(entries: readonly (readonly [string, number | null])[]): Record<string, number> {
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => entry[1] !== null));
}
