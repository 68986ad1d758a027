import {
  NATIVE,
  type CompatCause,
  type CompatDifference,
  type CompatRow,
  type TestOutcome,
  type TestSuite,
} from '../model/index.js';
import type { ModuleState, Outcome, TestModule } from './compat-tale.js';

const RANK: Readonly<Record<TestOutcome, number>> = {
  passed: 2,
  skipped: 1,
  failed: 0,
  hung: 0,
  crashed: 0,
  absent: 0,
};

const better = (a: TestOutcome, b: TestOutcome): number => RANK[a] - RANK[b];

/** A test that came out differently in two environments the first time that it was run. */
export interface Suspect {
  readonly module: TestModule;
  readonly test: string;
  readonly native: Outcome;
  readonly here: Outcome;
}

/** Tests of a module that came out differently. What both sandboxes did not get to is not told apart. */
export function suspects(native: ModuleState, here: ModuleState): Suspect[] {
  const absent = ({ said }: ModuleState): Outcome => ({ outcome: 'absent', detail: said });
  const names = new Set([...native.tests.keys(), ...here.tests.keys()]);
  return [...names].flatMap((test) => {
    const pair = {
      native: native.tests.get(test) ?? absent(native),
      here: here.tests.get(test) ?? absent(here),
    };
    return better(pair.native.outcome, pair.here.outcome) === 0 ? [] : [{ module: native.module, test, ...pair }];
  });
}

/** What was seen of one test in further launches. */
export interface Again {
  readonly native: readonly TestOutcome[];
  readonly here: readonly TestOutcome[];
}

/** What gVisor's own count of unimplemented system calls was, beyond that of its module without the test. */
export type Unimplemented = readonly number[];

/** A suspect that was run again, with the cause of what it does. */
export function difference(
  suspect: Suspect,
  environment: string,
  again: Again,
  unimplemented: Unimplemented,
  causes: readonly CompatCause[],
): CompatDifference {
  const { module, test, native, here } = suspect;
  const same = (first: TestOutcome, others: readonly TestOutcome[]): boolean =>
    others.every((other) => better(first, other) === 0);
  const detail = better(native.outcome, here.outcome) > 0 ? here.detail : native.detail;
  return {
    suite: module.suite,
    module: module.name,
    test,
    environment,
    native: native.outcome,
    here: here.outcome,
    flaky: !same(native.outcome, again.native) || !same(here.outcome, again.here),
    cause: causeOf(test, here.outcome, detail, unimplemented, causes),
    detail,
  };
}

/**
 * A module that was not run to its end here because its sandbox ended with it, and natively was. Its tests may all pass when they are run again without
 * the one that did it, which natively fails alone: so the module itself is a difference, and no flaky one.
 */
export function lostModule(
  native: ModuleState,
  here: ModuleState,
  environment: string,
  causes: readonly CompatCause[],
): CompatDifference | null {
  if (here.said === '' || native.said !== '') return null;
  const { suite, name } = native.module;
  return {
    ...{ suite, module: name, test: name, environment, native: 'passed', here: 'crashed', flaky: false },
    cause: causeOf(name, 'crashed', here.said, [], causes),
    detail: here.said,
  };
}

function causeOf(
  test: string,
  here: TestOutcome,
  detail: string,
  unimplemented: Unimplemented,
  causes: readonly CompatCause[],
): string | null {
  const known = causes.find(
    (cause) => new RegExp(cause.test, 'u').test(test) && new RegExp(cause.detail, 'u').test(detail),
  );
  if (known !== undefined) return known.id;
  if (unimplemented.length > 0) return `syscall ${unimplemented.join(' ')}`;
  const file = /\/(?:proc|sys)\/[\w./-]+/u.exec(detail)?.[0];
  if (file !== undefined) return `file ${file.slice(0, 60)}`;
  return here === 'hung' ? 'time' : null;
}

/** A suite in an environment, counted. */
export function compatRow(
  suite: TestSuite,
  environment: string,
  states: readonly ModuleState[],
  differences: readonly CompatDifference[],
): CompatRow {
  const outcomes = states.flatMap(({ tests }) => [...tests.values()].map(({ outcome }) => outcome));
  const count = (...wanted: readonly TestOutcome[]): number => outcomes.filter((it) => wanted.includes(it)).length;
  const own = differences.filter((row) => row.suite === suite.id && row.environment === environment);
  const steady = own.filter(({ flaky }) => !flaky);
  const byCause = new Map<string | null, number>();
  for (const { cause } of steady) byCause.set(cause, (byCause.get(cause) ?? 0) + 1);
  const causes = [...byCause].flatMap(([cause, many]) => (cause === null ? [] : [{ cause, tests: many }]));
  const unnamed = byCause.get(null) ?? 0;
  const passed = count('passed');
  const failed = count('failed', 'hung', 'crashed');
  return {
    suite: suite.id,
    environment,
    modules: states.length,
    tests: passed + failed,
    passed,
    failed,
    skipped: count('skipped'),
    onlyHere: steady.filter(({ native, here }) => better(native, here) > 0).map(({ test }) => test),
    onlyNative: steady.filter(({ native, here }) => better(native, here) < 0).map(({ test }) => test),
    flaky: own.length - steady.length,
    causes: causes.toSorted((a, b) => b.tests - a.tests || a.cause.localeCompare(b.cause)),
    unnamed,
    ms: Math.round(states.reduce((sum, { ms }) => sum + ms, 0)),
    answer: steady.length === 0 ? 'same' : 'differs',
    ok: unnamed === 0,
  };
}

const MOST_NAMED = 5;

/** What has no named cause, and suites of which nothing was run. */
export function compatProblems(rows: readonly CompatRow[], differences: readonly CompatDifference[]): string[] {
  return rows.flatMap(({ suite, environment, tests, unnamed }) => {
    if (environment === NATIVE && tests === 0) return [`no test of ${suite} was run natively`];
    const natively = rows.find((row) => row.suite === suite && row.environment === NATIVE)?.tests ?? 0;
    if (tests === 0 && natively > 0) return [`no test of ${suite} was run in ${environment}, and natively ${natively}`];
    if (unnamed === 0) return [];
    const open = differences.filter(
      (row) => row.suite === suite && row.environment === environment && row.cause === null && !row.flaky,
    );
    const named = open.slice(0, MOST_NAMED).map(({ test, here }) => `${test} (${here})`);
    const more = open.length > MOST_NAMED ? ` and ${open.length - MOST_NAMED} more` : '';
    return [`${suite} in ${environment}: ${unnamed} differences without a named cause: ${named.join(', ')}${more}`];
  });
}
