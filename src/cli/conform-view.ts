import type { Conformance, ContainmentRow, LimitRow, NeighbourRow, Surface, SurfaceRow } from '../model/index.js';
import { tellCompat } from './compat-view.js';
import { tellFeatures } from './features-view.js';
import { print, printTable } from './print.js';

const MARKS = { contained: 'contained', allowed: 'allowed', 'not-applicable': '–', broken: 'BROKEN' } as const;

/** Prints all that was found, for people. */
export function tellConformance(result: Conformance): void {
  const {
    areas,
    compat,
    containment,
    differences,
    environments,
    features,
    limits,
    neighbours,
    proof,
    problems,
    unproved,
    surface,
  } = result;
  if (containment.length > 0) tellContainment(containment);
  if (proof.length > 0)
    print(`shown to fail in an opened sandbox: ${proof.filter(({ shown }) => shown).length} of ${proof.length}`);
  for (const text of unproved) print(text);
  if (surface !== null) tellSurface(surface);
  if (limits.length > 0) tellLimits(limits);
  if (neighbours.length > 0) tellNeighbours(neighbours);
  if (features.length > 0) tellFeatures(features, areas);
  if (compat.length > 0) tellCompat(compat, differences);
  for (const { id, status, reason } of environments)
    if (status === 'unavailable') print(`${id} was not asked: ${reason}`);
  for (const problem of problems) print(`not as expected: ${problem}`);
  if (problems.length === 0) print('All as expected; what is allowed has its reason in probes/.');
}

function tellContainment(rows: readonly ContainmentRow[]): void {
  const cells = new Map(rows.map((row) => [`${row.probe}\n${row.environment}`, row]));
  const columns = [...new Set(rows.map(({ environment }) => environment))];
  const mark = (probe: string, id: string): string => {
    const { answer, ok } = cells.get(`${probe}\n${id}`)!;
    return `${MARKS[answer]}${ok ? '' : ' !'}`;
  };
  const probes = [...new Set(rows.map(({ probe }) => probe))];
  printTable(
    ['probe', ...columns],
    probes.map((probe) => [probe, ...columns.map((id) => mark(probe, id))]),
  );
  for (const id of columns) {
    const own = rows.filter((row) => row.environment === id);
    const count = (answer: string): number => own.filter((row) => row.answer === answer).length;
    print(
      `${id}: ${count('contained')} contained, ${count('allowed')} allowed, ${count('not-applicable')} not applicable of ${own.length}`,
    );
  }
}

function tellSurface({ rows, known, cases, notes }: Surface): void {
  print(`\nSystem calls of the host's kernel that are open (of ${known}), and used by ${cases.join(', ')}:`);
  const open = ({ intercepted, reach }: SurfaceRow): string => {
    if (intercepted) return 'stopped by the sentry';
    return reach === null ? '?' : `${reach.always.length} + ${reach.sometimes.length} with some arguments`;
  };
  printTable(
    ['environment', 'process', 'open', 'used', 'capabilities', 'user', 'namespaces of its own'],
    rows.map((row) => [
      row.environment,
      row.role,
      open(row),
      String(row.used?.length ?? '?'),
      String(row.capabilities.length),
      String(row.uid),
      row.namespaces.join(' '),
    ]),
  );
  for (const note of notes) print(note);
}

const ANSWERS = { enforced: 'enforced', 'not-enforced': 'NOT ENFORCED', 'not-applicable': '–' } as const;

function tellLimits(rows: readonly LimitRow[]): void {
  print('\nLimits:');
  printTable(
    ['limit', 'environment', 'asked', 'enforced', '', 'what the program saw'],
    rows.map(({ limit, environment, asked, unit, enforced, answer, ok, seen, afterMs }) => [
      limit,
      environment,
      amount(asked, unit),
      enforced === null ? '' : amount(enforced, unit),
      `${ANSWERS[answer]}${ok ? '' : ' !'}`,
      `${seen}${afterMs === null ? '' : `, ended ${afterMs} ms after`}`,
    ]),
  );
  const reasons = new Set(rows.flatMap(({ limit, reason }) => (reason === null ? [] : [`${limit}: ${reason}`])));
  for (const reason of reasons) print(reason);
}

function amount(value: number, unit: LimitRow['unit']): string {
  if (unit === 'bytes' || unit === 'bytes/s')
    return `${(value / 2 ** 20).toFixed(1)} MiB${unit === 'bytes/s' ? '/s' : ''}`;
  return `${Number(value.toFixed(3))} ${unit}`;
}

function tellNeighbours(rows: readonly NeighbourRow[]): void {
  print('\nA neighbour’s time beside a sandbox that runs into its limit, over its time alone:');
  printTable(
    ['limit', 'environment', 'median', 'pairs'],
    rows.map(({ limit, environment, slowdown, ratios }) => [
      limit,
      environment,
      slowdown === null ? '?' : `${slowdown.toFixed(2)}×`,
      ratios.map((ratio) => ratio.toFixed(2)).join(' '),
    ]),
  );
}
