import {
  NATIVE,
  oneLine,
  type CompatCause,
  type CompatDifference,
  type CompatRow,
  type TestOutcome,
  type TestSuite,
} from '../model/index.js';

/** A module of a suite: one process, and a deadline for each of its tests. */
export interface TestModule {
  readonly suite: string;
  readonly name: string;
}

/** What became of one process that ran a module. */
export interface ModuleRun extends TestModule {
  readonly ended: 'ended' | 'hung' | 'crashed';
  /** How it crashed, and the last that it said on stderr. */
  readonly said: string;
  /** The test at which it hung or crashed, if it was at one. */
  readonly open: string | null;
  readonly seconds: number;
  readonly passed: readonly string[];
  /** Each with what it said. */
  readonly skipped: readonly (readonly [test: string, detail: string])[];
  readonly failed: readonly (readonly [test: string, detail: string])[];
}

/** One test's outcome, and what it said where it did not pass. */
export interface Outcome {
  readonly outcome: TestOutcome;
  readonly detail: string;
}

/** All that is known of a module in one environment, over as many processes as it took. */
export interface ModuleState {
  readonly module: TestModule;
  readonly tests: ReadonlyMap<string, Outcome>;
  /** Nothing is left that could be run. */
  readonly done: boolean;
  /** Why it was left undone; empty where it was not. */
  readonly said: string;
  readonly ms: number;
}

/** What a launch said: which modules it began, and what came of those that ended. */
export interface LaunchTale {
  readonly began: readonly TestModule[];
  readonly runs: readonly ModuleRun[];
}

const MOST_TESTS = 100_000;
const LONGEST_ID = 320;
const ENDED = ['ended', 'hung', 'crashed'] as const;

export function keyOfModule({ suite, name }: TestModule): string {
  return `${suite}/${name}`;
}

/** Reads what a launch said. It is not believed: lines of no module that was asked, and of one that has ended already, are dropped. */
export function launchTale(stdout: string, asked: readonly TestModule[]): LaunchTale {
  const known = new Map(asked.map((module) => [keyOfModule(module), module]));
  const began = new Map<string, TestModule>();
  const runs = new Map<string, ModuleRun>();
  for (const text of stdout.split('\n')) {
    const line = objectOf(text);
    const key = `${String(line?.['suite'])}/${String(line?.['module'])}`;
    const module = known.get(key);
    if (line === null || module === undefined) continue;
    if (line['ended'] === undefined) began.set(key, module);
    else if (!runs.has(key)) {
      const run = runOf(module, line);
      if (run !== null) runs.set(key, run);
    }
  }
  return { began: [...began.values()], runs: [...runs.values()] };
}

/** Reads which modules a root file system has, by suite. */
export function listedModules(stdout: string): Map<string, string[]> {
  const suites = new Map<string, string[]>();
  for (const text of stdout.split('\n')) {
    const { suite, modules } = objectOf(text) ?? {};
    if (typeof suite === 'string' && Array.isArray(modules))
      suites.set(
        suite,
        modules.flatMap((name) => nameOf(name) ?? []),
      );
  }
  return suites;
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function runOf(module: TestModule, line: Record<string, unknown>): ModuleRun | null {
  const ended = ENDED.find((known) => known === line['ended']);
  const { passed, skipped, failed, open, said, seconds } = line;
  if (ended === undefined || !Array.isArray(passed) || !Array.isArray(skipped) || !Array.isArray(failed)) return null;
  if (passed.length + skipped.length + failed.length > MOST_TESTS) return null;
  const names = (list: readonly unknown[]): string[] => list.flatMap((name) => nameOf(name) ?? []);
  const pairs = (list: readonly unknown[]): [string, string][] =>
    list.flatMap((pair) => {
      const name = Array.isArray(pair) ? nameOf(pair[0]) : null;
      return name === null ? [] : [[name, detailOf((pair as unknown[])[1])]];
    });
  return {
    ...module,
    ended,
    said: detailOf(said),
    open: nameOf(open),
    seconds: typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0 ? seconds : 0,
    passed: names(passed),
    skipped: pairs(skipped),
    failed: pairs(failed),
  };
}

function nameOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? oneLine(value, LONGEST_ID) : null;
}

/** The end of what was said: of a traceback, the error. */
function detailOf(value: unknown): string {
  return typeof value === 'string'
    ? oneLine(
        value
          .trim()
          .slice(-500)
          .replaceAll(/\s*\n\s*/g, ' | '),
        500,
      )
    : '';
}

export function untouched(module: TestModule): ModuleState {
  return { module, tests: new Map(), done: false, said: '', ms: 0 };
}

/** The state after one more process. */
export function afterRun(state: ModuleState, run: ModuleRun): ModuleState {
  const tests = new Map(state.tests);
  for (const test of run.passed) tests.set(test, { outcome: 'passed', detail: '' });
  for (const [test, detail] of run.skipped) tests.set(test, { outcome: 'skipped', detail });
  for (const [test, detail] of run.failed) tests.set(test, { outcome: 'failed', detail });
  const { ended, open } = run;
  if (ended !== 'ended' && open !== null) tests.set(open, { outcome: ended, detail: run.said });
  // One that ended badly outside its tests, or at one that had its turn before, gets no further another time.
  const further = ended !== 'ended' && tests.size > state.tests.size && open !== null;
  const said = ended === 'ended' ? '' : `${ended}${open === null ? '' : ` at ${open}`}: ${run.said}`;
  return { ...state, tests, done: !further, said: further ? '' : said, ms: state.ms + run.seconds * 1000 };
}

/** The state of a module that was running when its whole sandbox ended. */
export function afterLoss(state: ModuleState, how: string): ModuleState {
  return { ...state, done: true, said: oneLine(how, 300) };
}

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
    if (unnamed === 0) return [];
    const open = differences.filter(
      (row) => row.suite === suite && row.environment === environment && row.cause === null && !row.flaky,
    );
    const named = open.slice(0, MOST_NAMED).map(({ test, here }) => `${test} (${here})`);
    const more = open.length > MOST_NAMED ? ` and ${open.length - MOST_NAMED} more` : '';
    return [`${suite} in ${environment}: ${unnamed} differences without a named cause: ${named.join(', ')}${more}`];
  });
}

/** Modules of a suite that a size of it takes. @param found what the root file system has */
export function modulesOf(suite: TestSuite, size: 'smoke' | 'full', found: readonly string[]): TestModule[] {
  const patterns = suite[size].map(
    (glob) =>
      new RegExp(
        `^${glob
          .split('*')
          .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
          .join('.*')}$`,
        'u',
      ),
  );
  const never = new Set(suite.except.map(({ module }) => module));
  return found
    .filter((name) => !never.has(name) && patterns.some((pattern) => pattern.test(name)))
    .map((name) => ({ suite: suite.id, name }));
}

/** System calls by number that a metrics file of gVisor (OpenMetrics text) counts as unimplemented. */
export function unimplementedIn(metrics: string): number[] {
  const found = metrics.matchAll(/unimplemented_syscalls\w*\{[^}]*sysno="(\d+)"[^}]*\} ([\d.e+]+)/g);
  return [...found].filter(([, , count]) => Number(count) > 0).map(([, number]) => Number(number));
}
