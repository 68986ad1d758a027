import { describe, expect, it } from 'vitest';
import type { CompatCause, TestSuite } from '../../src/model/index.js';
import {
  afterLoss,
  afterRun,
  compatProblems,
  compatRow,
  difference,
  launchTale,
  listedModules,
  lostModule,
  modulesOf,
  suspects,
  unimplementedIn,
  untouched,
  type ModuleRun,
} from '../../src/study/index.js';

const OS = { suite: 'cpython', name: 'test.test_os' };
const FS = { suite: 'cpython', name: 'test.test_fs' };
const SUITE: TestSuite = {
  ...{ id: 'cpython', title: 'CPython', kind: 'unittest', path: '/tests' },
  ...{ smoke: ['test.test_os'], full: ['test.test_*'], except: [{ module: 'test.test_gdb', reason: 'needs gdb' }] },
};
const CAUSE: CompatCause = {
  ...{ id: 'dnotify', kind: 'syscall', why: 'It has none.', reference: 'fcntl(2)' },
  ...{ test: 'test_64$', detail: 'Errno 22' },
};

const ran = (change: Partial<ModuleRun> = {}): ModuleRun => ({
  ...{ ...OS, ended: 'ended', said: '', open: null, seconds: 2 },
  ...{ passed: ['a', 'b'], skipped: [['s', 'no network']], failed: [] },
  ...change,
});
const line = (change: object = {}): string => JSON.stringify({ ...ran(), module: OS.name, ...change });

describe('what a launch of test modules said', () => {
  it('is which began and what came of each', () => {
    const began = JSON.stringify({ suite: 'cpython', module: FS.name });
    expect(launchTale(`${began}\n${line()}\n`, [OS, FS])).toEqual({ began: [FS], runs: [ran()] });
  });

  it('is not believed: other modules, second ends and wrong shapes are dropped, texts are bounded', () => {
    const lies = [
      '{',
      '[]',
      'null',
      line({ module: 'test.test_other' }),
      line({ passed: 'all' }),
      line({ ended: 'well' }),
      line({ passed: ['\u001b[2J', 'x'.repeat(5000), 7], failed: [['f', 'y'.repeat(9000)], 'g', [3, '']] }),
      line({ passed: ['second'] }),
    ];
    const { runs } = launchTale(lies.join('\n'), [OS]);
    expect(runs).toHaveLength(1);
    expect(runs[0]!.passed.map((name) => name.length)).toEqual([3, 320]);
    expect(runs[0]!.passed.join('')).not.toMatch(/\p{Cc}/u);
    expect(runs[0]!.failed.map(([name, detail]) => [name, detail.length])).toEqual([['f', 500]]);
  });

  it('lists modules of suites that it has', () => {
    const found = listedModules(
      'noise\n{"suite":"cpython","modules":["test.test_os","test.test_gdb",3,"tested"]}\n{"suite":1}',
    );
    expect(modulesOf(SUITE, 'full', found.get('cpython')!).map(({ name }) => name)).toEqual(['test.test_os']);
    expect(modulesOf({ ...SUITE, full: ['a.b[c]*'] }, 'full', ['axb[c]', 'a.b[c]d'])).toEqual([
      { suite: 'cpython', name: 'a.b[c]d' },
    ]);
  });
});

describe('a module', () => {
  it('is done when its process ended', () => {
    const state = afterRun(untouched(OS), ran());
    expect({ done: state.done, ms: state.ms, tests: [...state.tests.keys()] }).toEqual({
      ...{ done: true, ms: 2000, tests: ['a', 'b', 's'] },
    });
  });

  it('goes on behind a test that hung, and ends at one that hangs the next process too', () => {
    const hung = afterRun(untouched(OS), ran({ ended: 'hung', passed: ['a'], open: 'b' }));
    expect({ done: hung.done, b: hung.tests.get('b')!.outcome }).toEqual({ done: false, b: 'hung' });
    const again = afterRun(hung, ran({ ended: 'hung', passed: [], skipped: [], open: 'b' }));
    expect(again).toMatchObject({ done: true, said: 'hung at b: ' });
    expect(
      afterRun(untouched(OS), ran({ ended: 'crashed', said: 'no module', passed: [], skipped: [] })),
    ).toMatchObject({
      ...{ done: true, said: 'crashed: no module' },
    });
  });

  it('that took its sandbox with it says how', () => {
    expect(afterLoss(untouched(OS), 'oom-killed: at\nits limit').said).not.toContain('\n');
  });

  it('is a difference of its own when a module took its sandbox with it here, whatever its tests do without it', () => {
    const natively = afterRun(untouched(OS), ran({ failed: [['big', 'exit code -9']] }));
    const lost = afterLoss(untouched(OS), 'oom-killed: at 4 GiB');
    const cause = { ...CAUSE, id: 'memory', test: 'test_os$', detail: 'oom-killed' };
    expect(lostModule(natively, lost, 'gvisor', [CAUSE, cause])).toEqual({
      ...{ suite: 'cpython', module: OS.name, test: OS.name, environment: 'gvisor', native: 'passed', here: 'crashed' },
      ...{ flaky: false, cause: 'memory', detail: 'oom-killed: at 4 GiB' },
    });
    expect(lostModule(natively, lost, 'gvisor', [])!.cause).toBeNull();
    expect(lostModule(natively, natively, 'gvisor', [])).toBeNull();
    expect(lostModule(lost, lost, 'gvisor', [])).toBeNull();
  });
});

describe('tests that came out otherwise', () => {
  const natively = afterRun(untouched(OS), ran({ failed: [['f', 'Errno 1']] }));
  const here = afterRun(
    untouched(OS),
    ran({ passed: ['a', 'f'], failed: [['b', 'OSError: [Errno 22]']], skipped: [] }),
  );
  const suspected = suspects(natively, here);
  const as = (test: string, name = test) => ({ ...suspected.find((it) => it.test === test)!, test: name });

  it('are found in both directions, and where they are absent', () => {
    expect(suspected.map(({ test, native, here: now }) => [test, native.outcome, now.outcome])).toEqual([
      ['b', 'passed', 'failed'],
      ['s', 'skipped', 'absent'],
      ['f', 'failed', 'passed'],
    ]);
  });

  it.each([
    ['a cause that is known', as('b', 'x.test_64'), [], 'dnotify'],
    ['what gVisor counted', as('b'), [307, 434], 'syscall 307 434'],
    [
      'a file',
      { ...as('b'), here: { outcome: 'failed', detail: "no '/proc/self/wchan'" } as const },
      [],
      'file /proc/self/wchan',
    ],
    ['time', { ...as('b'), here: { outcome: 'hung', detail: '' } as const }, [], 'time'],
    ['none', as('b'), [], null],
  ] as const)('have %s', (_what, suspect, unimplemented, cause) => {
    const row = difference(
      suspect,
      'gvisor-systrap',
      { native: ['passed'], here: [suspect.here.outcome] },
      unimplemented,
      [CAUSE],
    );
    expect(row).toMatchObject({ cause, flaky: false });
  });

  it('are flaky when another time was not as the first, here or natively', () => {
    const flaky = (native: 'passed' | 'failed', now: 'passed' | 'crashed'): boolean =>
      difference(as('b'), 'g', { native: ['passed', native], here: ['failed', now] }, [], []).flaky;
    // Failed and crashed are equally bad.
    expect([flaky('passed', 'crashed'), flaky('failed', 'crashed'), flaky('passed', 'passed')]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('are counted by suite, and those without a cause are a problem', () => {
    const rows = suspected.map((suspect) =>
      difference(
        suspect,
        'g',
        { native: [suspect.native.outcome], here: [suspect.here.outcome] },
        [],
        [{ ...CAUSE, test: '^f$', detail: '' }],
      ),
    );
    const row = compatRow(SUITE, 'g', [here], rows);
    expect(row).toMatchObject({
      ...{
        modules: 1,
        tests: 3,
        passed: 2,
        failed: 1,
        skipped: 0,
        onlyHere: ['b', 's'],
        onlyNative: ['f'],
        flaky: 0,
        unnamed: 2,
      },
      ...{ causes: [{ cause: 'dnotify', tests: 1 }], answer: 'differs', ok: false },
    });
    expect(compatProblems([row], rows)[0]).toBe(
      'cpython in g: 2 differences without a named cause: b (failed), s (absent)',
    );
    expect(compatRow(SUITE, 'g', [natively], [])).toMatchObject({ answer: 'same', ok: true });
    expect(compatProblems([compatRow(SUITE, 'native', [], [])], [])).toEqual(['no test of cpython was run natively']);
  });
});

it('reads gVisor’s count of unimplemented system calls', () => {
  const metrics =
    '# TYPE runsc_unimplemented_syscalls counter\nrunsc_unimplemented_syscalls_total{sysno="307"} 2\nrunsc_unimplemented_syscalls_total{sysno="9"} 0\nrunsc_fs_opens_total 5\n';
  expect(unimplementedIn(metrics)).toEqual([307]);
});
