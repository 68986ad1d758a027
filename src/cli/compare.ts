import { loadPolicy } from '../config/index.js';
import {
  comparisonsAcross,
  comparisonsWithin,
  decide,
  differencesOf,
  figures,
  sideOf,
  type Comparison,
  type Evidence,
} from '../gate/index.js';
import { mdText, metricOf, oneLine, SeebenchError, type Verdict } from '../model/index.js';
import { median } from '../stats/index.js';
import { parseRef, readFinished, requireEnvironment } from './sides.js';

/** One line of a comparison: the verdict, and what both sides are. */
export interface ComparedRow extends Verdict {
  /** Medians: of the metric inside one run or with `--absolute`, else of the ratio to native. */
  readonly baselineValue: number | null;
  readonly candidateValue: number | null;
  readonly unit: string;
}

export interface Compared {
  readonly rows: readonly ComparedRow[];
  readonly notes: readonly string[];
  /** As text: a table for the terminal, or Markdown. */
  readonly markdown: (markdown: boolean) => string;
}

/** Compares two references of the command line. @throws SeebenchError for references that name nothing, or the same twice */
export async function compareRefs(
  a: string,
  b: string,
  options: { readonly metric?: readonly string[]; readonly absolute?: boolean; readonly policy?: string },
): Promise<Compared> {
  const policy = loadPolicy(options.policy, new Date().toISOString().slice(0, 10));
  const [left, right] = [parseRef(a), parseRef(b)];
  const leftRun = await readFinished(left.run ?? right.run ?? 'latest');
  const rightRun = right.run === null || right.run === left.run ? leftRun : await readFinished(right.run);
  const metrics = options.metric ?? [null];
  const unknown = metrics.find((name) => name !== null && metricOf(name) === undefined);
  if (unknown !== undefined)
    throw new SeebenchError(
      'unknown-metric',
      `there is no metric ${oneLine(String(unknown), 80)}`,
      'see `seebench list metrics`',
    );
  for (const [run, { environment }] of [[leftRun, left] as const, [rightRun, right] as const])
    if (environment !== null) requireEnvironment(run.manifest, environment);
  const within = leftRun === rightRun;
  if (within && (left.environment === null || right.environment === null || left.environment === right.environment))
    throw new SeebenchError(
      'usage',
      'two environments of one run are named as RUN:environment and :environment',
      'for example: seebench compare latest:gvisor-systrap :gvisor-systrap-tuned',
    );
  const comparisons: Comparison[] = [];
  const notes: string[] = [];
  for (const metric of metrics) {
    if (within) {
      comparisons.push(
        ...comparisonsWithin(leftRun, right.environment!, left.environment!, metric).filter((it) => !it.nullControl),
      );
    } else {
      const absolute = options.absolute ?? false;
      const [base, own] = [leftRun, rightRun].map((run) => sideOf(run, { metric, absolute })) as [
        ReturnType<typeof sideOf>,
        ReturnType<typeof sideOf>,
      ];
      notes.push(...differencesOf(own, base).filter((note) => !notes.includes(note)));
      const wanted = (side: typeof base, environment: string | null): typeof base =>
        environment === null ? side : { ...side, entries: side.entries.filter((it) => it.environment === environment) };
      // Two environments of two runs go under one name.
      const renamed = (side: typeof base): typeof base =>
        left.environment !== null && right.environment !== null && left.environment !== right.environment
          ? {
              ...side,
              unavailable: {},
              entries: side.entries.map((it) => ({ ...it, environment: `${left.environment} → ${right.environment}` })),
            }
          : side;
      comparisons.push(
        ...comparisonsAcross(renamed(wanted(own, right.environment)), renamed(wanted(base, left.environment))),
      );
    }
  }
  const verdicts = decide(comparisons, policy);
  const rows = verdicts.map((verdict, i): ComparedRow => ({
    ...verdict,
    ...valuesOf(comparisons[i]!.evidence),
    unit: within || options.absolute ? (metricOf(verdict.metric)?.unit ?? '') : '× native',
  }));
  return { rows, notes, markdown: (isMarkdown) => (isMarkdown ? markdownTable(rows) : textTable(rows)) };
}

function valuesOf({ baseline, candidate }: Evidence): Pick<ComparedRow, 'baselineValue' | 'candidateValue'> {
  const center = (logs: readonly number[]): number | null => (logs.length === 0 ? null : Math.exp(median(logs)!));
  return { baselineValue: center(baseline), candidateValue: center(candidate) };
}

function cells(row: ComparedRow): string[] {
  const [change, interval, n] = figures(row);
  return [
    row.case,
    row.environment,
    row.metric,
    valueText(row.baselineValue, row.unit),
    valueText(row.candidateValue, row.unit),
    change,
    interval,
    n,
    row.verdict,
  ];
}

const HEAD = ['case', 'environment', 'metric', 'a', 'b', 'b / a', 'interval', 'n', 'verdict'];

function textTable(rows: readonly ComparedRow[]): string {
  const table = [HEAD, ...rows.map((row) => cells(row).map((cell) => oneLine(cell, 44)))];
  const widths = HEAD.map((_, i) => Math.max(...table.map((row) => [...row[i]!].length)));
  const right = new Set([3, 4, 5, 6, 7]);
  return table
    .map((row) =>
      row
        .map((cell, i) => (right.has(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
    .concat('\n');
}

function markdownTable(rows: readonly ComparedRow[]): string {
  const line = (row: readonly string[]): string => `| ${row.map((cell) => mdText(oneLine(cell, 200))).join(' | ')} |`;
  return `${[line(HEAD), `|${' --- |'.repeat(HEAD.length)}`, ...rows.map((row) => line(cells(row)))].join('\n')}\n`;
}

const NS_UNITS: readonly (readonly [number, string])[] = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
  [1, 'ns'],
];

function valueText(value: number | null, unit: string): string {
  if (value === null) return '';
  if (unit === '× native') return `${value.toPrecision(3)}×`;
  if (unit !== 'ns') return `${Number(value.toPrecision(4)).toLocaleString('en-US')} ${unit}`;
  const [divisor, name] = NS_UNITS.find(([size]) => value >= size) ?? NS_UNITS.at(-1)!;
  return `${(value / divisor).toPrecision(3)} ${name}`;
}
