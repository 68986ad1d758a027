import { oneLine, type TestOutcome, type TestSuite } from '../model/index.js';

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
