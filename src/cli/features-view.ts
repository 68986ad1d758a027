import { NATIVE, type AreaRow, type FeatureRow } from '../model/index.js';
import { print } from './print.js';

const NAME_WIDTH = 26;
const CELL_WIDTH = 18;
const NUMBER = new Intl.NumberFormat('en', { maximumSignificantDigits: 2, useGrouping: false });

/** Prints features and areas by environment, and what local testing lacks. */
export function tellFeatures(features: readonly FeatureRow[], areas: readonly AreaRow[]): void {
  const columns = [...new Set(features.map(({ environment }) => environment))];
  print('What programs use; how much longer than natively it takes:');
  tellRows('feature', columns, features, ({ feature }) => feature, featureMark);
  print('Areas of Snowpark in local testing:');
  const mark = ({ answer }: AreaRow): string => answer;
  tellRows('area', columns, areas, ({ area }) => area, mark);
  for (const row of areas.filter(({ environment }) => environment === NATIVE))
    for (const { id, said } of row.lacks) print(`local testing lacks ${row.area}/${id}: ${said}`);
  for (const id of columns) print(sentence(features, areas, id));
}

function tellRows<Row extends { readonly environment: string; readonly ok: boolean }>(
  title: string,
  columns: readonly string[],
  rows: readonly Row[],
  name: (row: Row) => string,
  mark: (row: Row) => string,
): void {
  const width = (id: string): number => Math.max(CELL_WIDTH, id.length + 2);
  print(`${title.padEnd(NAME_WIDTH)}${columns.map((id) => id.padEnd(width(id))).join('')}`);
  for (const one of new Set(rows.map(name))) {
    const cells = columns.map((id) => {
      const row = rows.find((it) => name(it) === one && it.environment === id);
      return (row === undefined ? '' : `${mark(row)}${row.ok ? '' : ' !'}`).padEnd(width(id));
    });
    print(`${one.padEnd(NAME_WIDTH)}${cells.join('')}`);
  }
}

function featureMark({ answer, ns, ratio }: FeatureRow): string {
  if (answer !== 'works') return answer;
  if (ratio !== null) return `works ${NUMBER.format(ratio)}×`;
  return ns === null ? answer : `works ${time(ns)}`;
}

function time(ns: number): string {
  if (ns < 1e3) return `${NUMBER.format(ns)} ns`;
  if (ns < 1e6) return `${NUMBER.format(ns / 1e3)} µs`;
  return ns < 1e9 ? `${NUMBER.format(ns / 1e6)} ms` : `${NUMBER.format(ns / 1e9)} s`;
}

function sentence(features: readonly FeatureRow[], areas: readonly AreaRow[], id: string): string {
  const count = (rows: readonly { readonly environment: string; readonly answer: string }[], answer: string): number =>
    rows.filter((row) => row.environment === id && row.answer === answer).length;
  const answers = ['blocked', 'differs', 'broken', 'not-applicable', 'lacking'];
  const rest = (rows: Parameters<typeof count>[0]): string =>
    answers.flatMap((answer) => (count(rows, answer) === 0 ? [] : [`, ${count(rows, answer)} ${answer}`])).join('');
  return `${id}: ${count(features, 'works')} features work${rest(features)}; ${count(areas, 'equal')} areas of Snowpark equal${rest(areas)}`;
}
