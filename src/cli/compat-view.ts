import { NATIVE, type CompatDifference, type CompatRow } from '../model/index.js';
import { print, printTable } from './print.js';

/** More fill the screen; all stand in conform.json. */
const MOST_TOLD = 40;

/** Prints how test suites came out, and which tests came out otherwise than natively. */
export function tellCompat(rows: readonly CompatRow[], differences: readonly CompatDifference[]): void {
  print('\nTest suites that others wrote:');
  printTable(
    ['suite', 'environment', 'tests', 'passed', 'failed', 'skipped', 'worse than native', 'better', 'flaky', 'causes'],
    rows.map((row) => [
      row.suite,
      row.environment,
      String(row.tests),
      String(row.passed),
      String(row.failed),
      String(row.skipped),
      ...(row.environment === NATIVE
        ? ['', '', '']
        : [row.onlyHere.length, row.onlyNative.length, row.flaky].map(String)),
      [
        ...row.causes.map(({ cause, tests }) => `${cause} ${tests}`),
        ...(row.unnamed > 0 ? [`NOT NAMED ${row.unnamed}`] : []),
      ].join(', '),
    ]),
  );
  const steady = differences.filter(({ flaky }) => !flaky);
  for (const { environment, test, native, here, cause, detail } of steady.slice(0, MOST_TOLD))
    print(
      `${environment}: ${test} ${native} natively, ${here} here (${cause ?? 'cause not named'}): ${detail.slice(-160)}`,
    );
  if (steady.length > MOST_TOLD) print(`… and ${steady.length - MOST_TOLD} more in conform.json`);
}
