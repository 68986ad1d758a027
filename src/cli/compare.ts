import { loadPolicy } from '../config/index.js';
import {
  besideWithin,
  changesWithin,
  comparedRows,
  comparisonsAcross,
  differencesOf,
  figures,
  sideOf,
  versionPairs,
  type Side,
} from '../gate/index.js';
import {
  mdText,
  metricOf,
  NATIVE,
  oneLine,
  SeebenchError,
  type Changes,
  type ComparedRow,
  type Policy,
  type RunManifest,
} from '../model/index.js';
import { writeChangesReport } from '../report/index.js';
import { checkedRatios } from '../study/index.js';
import type { StoredRun } from '../store/index.js';
import { parseRef, readFinished, requireEnvironment } from './sides.js';

export interface Compared {
  readonly rows: readonly ComparedRow[];
  readonly notes: readonly string[];
  /** As text: a table for the terminal, or Markdown. */
  readonly markdown: (markdown: boolean) => string;
  /** Writes the page of what changed. @returns its path */
  readonly writePage: (outDir: string) => Promise<string>;
}

export interface CompareAsked {
  readonly metric?: readonly string[];
  readonly absolute?: boolean;
  readonly policy?: string;
}

/** Compares two references of the command line. @throws SeebenchError for references that name nothing, or the same twice */
export async function compareRefs(a: string, b: string, options: CompareAsked): Promise<Compared> {
  const policy = defaultPolicy(options.policy);
  const [left, right] = [parseRef(a), parseRef(b)];
  const leftRun = await readFinished(left.run ?? right.run ?? 'latest');
  const rightRun = right.run === null || right.run === left.run ? leftRun : await readFinished(right.run);
  const unknown = options.metric?.find((name) => metricOf(name) === undefined);
  if (unknown !== undefined)
    throw new SeebenchError(
      'unknown-metric',
      `there is no metric ${oneLine(unknown, 80)}`,
      'see `seebench list metrics`',
    );
  for (const [run, { environment }] of [[leftRun, left] as const, [rightRun, right] as const])
    if (environment !== null) requireEnvironment(run.manifest, environment);
  const changes =
    leftRun === rightRun
      ? within(leftRun, left.environment, right.environment, options, policy)
      : across([leftRun, left.environment], [rightRun, right.environment], options, policy);
  return {
    ...changes,
    markdown: (isMarkdown) => (isMarkdown ? markdownTable(changes.rows) : textTable(changes.rows, policy)),
    writePage: (outDir) => writeChangesReport(changes, leftRun.manifest, rightRun.manifest, outDir),
  };
}

/** What changed between versions of one environment, for every such pair of a run. */
export function versionChanges(run: StoredRun): Changes[] {
  const policy = defaultPolicy(undefined);
  return versionPairs(run.manifest).map((pair) => ({
    ...pair,
    ...withinRows(run, pair.baseline.ref, pair.candidate.ref, {}, policy),
  }));
}

function defaultPolicy(file: string | undefined): Policy {
  return loadPolicy(file, new Date().toISOString().slice(0, 10));
}

function within(
  run: StoredRun,
  baseline: string | null,
  candidate: string | null,
  options: CompareAsked,
  policy: Policy,
): Changes {
  if (baseline === null || candidate === null || baseline === candidate)
    throw new SeebenchError(
      'usage',
      'two environments of one run are named as RUN:environment and :environment',
      'for example: seebench compare latest:gvisor-systrap :gvisor-systrap-tuned',
    );
  const pair = versionPairs(run.manifest).find((it) => it.baseline.ref === baseline && it.candidate.ref === candidate);
  const named = (id: string) => ({ ref: id, name: id });
  return {
    ...(pair ?? { baseline: named(baseline), candidate: named(candidate), subject: null }),
    ...withinRows(run, baseline, candidate, options, policy),
  };
}

function withinRows(
  run: StoredRun,
  baseline: string,
  candidate: string,
  { metric }: CompareAsked,
  policy: Policy,
): Pick<Changes, 'rows' | 'beside' | 'classes' | 'notes'> {
  const pairs = [
    [candidate, baseline],
    [baseline, NATIVE],
    [candidate, NATIVE],
  ] as const;
  return {
    rows: changesWithin(run, baseline, candidate, metric ?? [null], policy),
    beside: metric === undefined ? besideWithin(run, baseline, candidate, policy) : [],
    classes:
      metric === undefined
        ? checkedRatios(
            run,
            pairs.filter(([own, other]) => own !== other),
          )
        : [],
    notes: [],
  };
}

function across(
  [baseRun, baseline]: readonly [StoredRun, string | null],
  [ownRun, candidate]: readonly [StoredRun, string | null],
  { metric: metrics, absolute = false }: CompareAsked,
  policy: Policy,
): Changes {
  const notes: string[] = [];
  const comparisons = (metrics ?? [null]).flatMap((metric) => {
    const [base, own] = [sideOf(baseRun, { metric, absolute }), sideOf(ownRun, { metric, absolute })];
    notes.push(...differencesOf(own, base).filter((note) => !notes.includes(note)));
    const wanted = (side: Side, environment: string | null): Side =>
      environment === null ? side : { ...side, entries: side.entries.filter((it) => it.environment === environment) };
    // Two environments of two runs go under one name.
    const renamed = (side: Side): Side =>
      baseline !== null && candidate !== null && baseline !== candidate
        ? {
            ...side,
            unavailable: {},
            entries: side.entries.map((it) => ({ ...it, environment: `${baseline} → ${candidate}` })),
          }
        : side;
    return comparisonsAcross(renamed(wanted(own, candidate)), renamed(wanted(base, baseline)));
  });
  const rows = comparedRows(comparisons, policy, {
    unit: (metric) => (absolute ? (metricOf(metric)?.unit ?? '') : '× native'),
    ratios: (_, { baselineValue, candidateValue }) => (absolute ? [null, null] : [baselineValue, candidateValue]),
  });
  const named = ({ id }: RunManifest, environment: string | null) => {
    const ref = environment === null ? id : `${id}:${environment}`;
    return { ref, name: ref };
  };
  return {
    baseline: named(baseRun.manifest, baseline),
    candidate: named(ownRun.manifest, candidate),
    subject: null,
    rows,
    beside: [],
    classes: [],
    notes,
  };
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
    sideWithout(row) ?? row.verdict,
  ];
}

/** Where a case was measured on one side alone, there is nothing to give a verdict on. */
function sideWithout({ baselineValue, candidateValue }: ComparedRow): string | null {
  if ((baselineValue === null) === (candidateValue === null)) return null;
  return baselineValue === null ? 'only in b' : 'only in a';
}

/** How many rows came to which verdict, and how to read the column of ratios. */
function lastLine(rows: readonly ComparedRow[]): string {
  const compared = rows.filter((row) => sideWithout(row) === null);
  const verdicts = [...new Set(compared.map(({ verdict }) => verdict))].toSorted();
  const counts = verdicts.map((name) => `${compared.filter(({ verdict }) => verdict === name).length} ${name}`);
  const few = verdicts.includes('inconclusive') ? '; what is inconclusive needs more blocks' : '';
  return `${counts.join(', ') || 'nothing that both sides have'}${few}. “b / a” is taken inside blocks, and no quotient of the medians beside it.\n`;
}

const HEAD = ['case', 'environment', 'metric', 'a', 'b', 'b / a', 'interval', 'n', 'verdict'];

function textTable(rows: readonly ComparedRow[], { confidence }: Policy): string {
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
    .concat(
      `\n${lastLine(rows)}Intervals are of ${Number((100 * confidence).toPrecision(3))} %, as the gate asks for; those of reports are of 95 %.\n`,
    );
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
