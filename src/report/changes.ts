import type { CaseInfo, Changes, CheckedRatio, ComparedRow } from '../model/index.js';
import { BESIDE_TITLES, besideChart } from './charts/beside.js';
import { changesChart } from './charts/changes.js';
import type { Chart, DataTable } from './charts/chart.js';
import { timeChange, valueOf, type TimeChange } from './charts/compared-row.js';
import { interval, ratio } from './format.js';
import { counted, listed, oneLine } from './text.js';
import { CLASS_TITLES } from './view.js';

/** A metric beside the headlines is worth a sentence from this factor on. */
const LARGE = 1.25;

/** What changed, in sentences: how many cases, which most, what else. The words are those of the verdicts. */
export function changeSentences(changes: Changes, cases: readonly CaseInfo[]): string[] {
  const titles = new Map(cases.map(({ id, title }) => [id, oneLine(title, 48)]));
  const nameOf = (row: ComparedRow): string => `“${titles.get(row.case) ?? oneLine(row.case, 48)}”`;
  return [countsSentence(changes), ...extremes(changes, nameOf), ...besideSentences(changes, nameOf)];
}

function countsSentence({ baseline, candidate, subject, rows, classes }: Changes): string {
  const count = (kind: ComparedRow['verdict']): number =>
    rows.filter((row) => row.verdict === kind && row.n > 0).length;
  const none = rows.filter((row) => row.n === 0).length;
  const said = [
    `${count('improvement')} improved`,
    `${count('regression')} regressed`,
    `${count('equivalent')} equivalent`,
    `${count('inconclusive')} inconclusive`,
    ...(none > 0 ? [`${none} not compared`] : []),
  ];
  const over = classes.find(
    (it) => it.class === 'all' && it.environment === candidate.ref && it.baseline === baseline.ref,
  );
  const mean =
    over === undefined ? '' : `; by geometric mean of ${counted(over.cases, 'case')} it takes ${hedged(over)} the time`;
  const [before, after] = [oneLine(baseline.name, 60), oneLine(candidate.name, 60)];
  return `From ${before} to ${after}${subject === null ? '' : ` of ${oneLine(subject, 60)}`}, of ${counted(rows.length, 'comparison')}: ${listed(said)}${mean}.`;
}

function extremes({ rows }: Changes, nameOf: (row: ComparedRow) => string): string[] {
  const known = rows.flatMap((row) => timeChange(row) ?? []).toSorted((a, b) => a.value - b.value);
  const faster = known.filter(({ row }) => row.verdict === 'improvement').slice(0, 3);
  const slower = known
    .filter(({ row }) => row.verdict === 'regression')
    .toReversed()
    .slice(0, 3);
  const say = ({ row, value, low, high, before, after }: TimeChange): string =>
    `${nameOf(row)} ${hedged({ ratio: value, low, high, n: row.n })}${before === null || after === null ? '' : `, ${ratio(before)} → ${ratio(after)} of native`}`;
  return [
    ...(faster.length > 0 ? [`Of the improvements, most time was won on ${faster.map(say).join('; ')}.`] : []),
    ...(slower.length > 0 ? [`Of the regressions, most was lost on ${slower.map(say).join('; ')}.`] : []),
  ];
}

/** The largest sure change of each metric beside the headlines, where it is large. */
function besideSentences({ beside }: Changes, nameOf: (row: ComparedRow) => string): string[] {
  const sure = beside.filter(
    ({ verdict, ratio: value }) =>
      (verdict === 'improvement' || verdict === 'regression') &&
      value !== null &&
      Math.abs(Math.log(value)) >= Math.log(LARGE),
  );
  const size = (row: ComparedRow): number => Math.abs(Math.log(row.ratio!));
  const largest = [...new Set(sure.map(({ metric }) => metric))].map(
    (metric) => sure.filter((row) => row.metric === metric).toSorted((a, b) => size(b) - size(a))[0]!,
  );
  const said = largest.map(
    (row) =>
      `${BESIDE_TITLES[row.metric] ?? row.metric}: ${valueOf(row.baselineValue, row.unit)} → ${valueOf(row.candidateValue, row.unit)} on ${nameOf(row)} (${ratio(row.ratio)})`,
  );
  return said.length === 0 ? [] : [`Beside the headlines, the largest changes: ${said.join('; ')}.`];
}

/** A ratio with its interval, of anything that has one. */
function hedged(of: Pick<CheckedRatio, 'ratio' | 'low' | 'high' | 'n'>): string {
  return `${ratio(of.ratio)} (${interval(of.low, of.high)}, n = ${of.n})`;
}

/**
 * The charts of what changed: one for each environment and metric that was compared, and one for what stands beside the headlines.
 * @param suffix makes ids unique on a page with several
 */
export function changesCharts(changes: Changes, cases: readonly CaseInfo[], suffix = ''): Chart[] {
  const headlines = new Map(cases.map(({ id, headline }) => [id, headline]));
  const several = new Set(changes.rows.map((row) => row.environment)).size > 1;
  const groups = new Map<string, ComparedRow[]>();
  for (const row of changes.rows) {
    const metric = headlines.get(row.case) === row.metric ? null : row.metric;
    const key = [several ? oneLine(row.environment, 60) : null, metric && oneLine(metric, 60)]
      .filter(Boolean)
      .join(', ');
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const charts = [...groups].flatMap(
    ([key, rows], index) =>
      changesChart({
        id: `changes${suffix}${index === 0 ? '' : `-part-${index + 1}`}`,
        title: `${key === '' ? '' : `${key}: `}${chartTitle(rows, changes)}`,
        rows,
        cases,
        changes,
      }) ?? [],
  );
  const beside = besideChart(`beside${suffix}`, besideTitle(changes, cases), changes, cases);
  return beside === null ? charts : [...charts, beside];
}

function chartTitle(rows: readonly ComparedRow[], { baseline, candidate }: Changes): string {
  const [before, after] = [oneLine(baseline.name, 40), oneLine(candidate.name, 40)];
  const count = (kind: ComparedRow['verdict']): number => rows.filter((row) => row.verdict === kind).length;
  const [better, worse] = [count('improvement'), count('regression')];
  return better + worse === 0
    ? `From ${before} to ${after}, no change is sure`
    : `From ${before} to ${after}, ${better} of ${counted(rows.length, 'case')} improved and ${worse} regressed`;
}

function besideTitle(changes: Changes, cases: readonly CaseInfo[]): string {
  const titles = new Map(cases.map(({ id, title }) => [id, oneLine(title, 40)]));
  const [most] = changes.beside
    .filter(({ verdict, ratio: value }) => value !== null && (verdict === 'improvement' || verdict === 'regression'))
    .toSorted((a, b) => Math.abs(Math.log(b.ratio!)) - Math.abs(Math.log(a.ratio!)));
  if (!most) return 'Beside the headlines no change is sure';
  const name = BESIDE_TITLES[most.metric] ?? most.metric;
  return `${name} went from ${valueOf(most.baselineValue, most.unit)} to ${valueOf(most.candidateValue, most.unit)} on “${titles.get(most.case) ?? oneLine(most.case, 40)}”`;
}

/** By class: the sides over native, and over each other. Empty for two runs. */
export function classesTable({ classes, baseline, candidate }: Changes): DataTable {
  const names = [...new Set(classes.map((it) => it.class))];
  const cell = (name: CheckedRatio['class'], own: string, other: string): string => {
    const found = classes.find((it) => it.class === name && it.environment === own && it.baseline === other);
    return found === undefined ? '–' : `${ratio(found.ratio)} (${interval(found.low, found.high)})`;
  };
  const [before, after] = [oneLine(baseline.name, 40), oneLine(candidate.name, 40)];
  return {
    columns: ['class', 'cases', `${before} / native`, `${after} / native`, `${after} / ${before}`],
    rows: names.map((name) => [
      name === 'all' ? 'all cases' : CLASS_TITLES[name],
      String(Math.max(...classes.filter((it) => it.class === name).map((it) => it.cases))),
      cell(name, baseline.ref, 'native'),
      cell(name, candidate.ref, 'native'),
      cell(name, candidate.ref, baseline.ref),
    ]),
  };
}

/** How the figures of a comparison are to be read. */
export const CHANGES_METHOD =
  'Both sides stood in the same blocks, and one is held over the other inside each: Hodges and Lehmann’s estimate, the interval that belongs to it, and a verdict that survives control over all cases (docs/method.md). A ratio to native is the median of its blocks’ ratios; the quotient of two such ratios is therefore not exactly the change.';
