import { describe, expect, it, onTestFinished } from 'vitest';
import { loadExplainCatalogue } from '../../src/config/index.js';
import type {
  CallCount,
  CaseInfo,
  ExplainCatalogue,
  InstrumentedTrial,
  RunData,
  Trial,
} from '../../src/model/index.js';
import { explain, FAULT_KERNEL, FAULT_USER, FILE_FAULT, SIGNAL } from '../../src/study/index.js';
import { GAP, PAGE_ALLOC, TRAPPED } from '../../src/study/surface.js';
import { columns, manifest, trial } from '../store/fixture.js';

const GVISOR = 'gvisor-systrap';
const NAMES = { getppid: 1, futex: 2, openat: 3, odd: 4, mmap: 5, madvise: 28, clock_gettime: 228, gettimeofday: 96 };
const call = (
  names: string[],
  operations: Record<string, number>,
  part: 'calls' | 'files' | 'mappings' | 'threads',
) => ({
  names,
  operations,
  part,
  reason: 'for the test',
});
const CATALOGUE: ExplainCatalogue = {
  heldOut: ['secret'],
  calls: [
    call(['futex'], { futex_wake: 1 }, 'threads'),
    call(['openat'], { open_close_rootfs: 1, dup_close: -0.5 }, 'files'),
    call(['mmap'], { mmap_munmap_4k: 0.5 }, 'mappings'),
  ],
  firstOpen: call([], { open_read_close_first: 1, open_read_close_rootfs: -1 }, 'files'),
  bySignal: call([], { getppid: 1, getppid_patched: -1 }, 'calls'),
  crowdedFutex: call([], { team_barrier_20us: 1 }, 'threads'),
  otherwise: call([], { getppid_patched: 1 }, 'calls'),
};

/** What operations cost, natively and in gVisor. A call costs the same at every pace, so that parts are plain products. */
const COSTS: Record<string, readonly [number, number]> = {
  getppid: [200, 1200],
  getppid_patched: [200, 1200],
  team_barrier_20us: [1000, 51_000],
  getppid_every_5us: [200, 1200],
  getppid_every_20us: [200, 1200],
  getppid_every_100us: [200, 1200],
  getppid_crowded: [200, 11_200],
  getppid_every_20us_crowded: [200, 11_200],
  getppid_every_100us_crowded: [200, 11_200],
  futex_wake: [300, 1300],
  futex_round_trip: [10_000, 30_000],
  pipe_round_trip: [0, 0],
  socketpair_thread_round_trip: [0, 0],
  pipe_write_read: [0, 0],
  open_close_rootfs: [2000, 6000],
  dup_close: [1000, 3000],
  open_read_close_first: [5000, 55_000],
  open_read_close_rootfs: [4000, 14_000],
  mmap_munmap_4k: [3000, 43_000],
  touch_apart_2m: [2000, 22_000],
  page_fault: [4000, 1000],
  touch_again: [300, 400],
  touch_huge_2m: [200_000, 90_000],
  touch_zero: [500, 2500],
  touch_file_read: [100, 100],
};

function info(workload: string, headline: string): CaseInfo {
  return { ...manifest().plan.cases[0]!, id: `${workload}@smoke`, workload, headline };
}

interface Shape {
  readonly workload?: string;
  readonly headline?: string;
  readonly overheadNs: number;
  readonly blocks?: number;
  /** Cost of every operation of gVisor, as a factor, by block. */
  readonly factor?: (block: number) => number;
}

/** A run of one case with this overhead, and the micro-suite with the costs above. */
function runOf({
  workload = 'work',
  headline = 'iteration_ns',
  overheadNs,
  blocks = 8,
  factor = () => 1,
}: Shape): RunData {
  const base = manifest();
  const one = info(workload, headline);
  const suite = info('syscalls', 'syscall_ns/getppid');
  const trials: Trial[] = [];
  const add = (caseId: string, block: number, gvisor: boolean, values: Record<string, number>, marks = {}): void =>
    void trials.push(
      trial(trials.length, {
        caseId,
        block,
        environmentId: gvisor ? GVISOR : 'native',
        values,
        marks: { spawn: 0, ...marks },
      }),
    );
  for (let block = 0; block < blocks; block++) {
    for (const gvisor of [false, true]) {
      const costs = Object.entries(COSTS).map(([name, [native, own]]) => [
        `syscall_ns/${name}`,
        gvisor ? native + (own - native) * factor(block) : native,
      ]);
      const boot = gvisor ? 90e6 : 20e6;
      add(suite.id, block, gvisor, Object.fromEntries(costs) as Record<string, number>, {
        guest: boot,
        done: boot + 1e6,
        deleted: boot + (gvisor ? 31e6 : 11e6),
      });
      add(one.id, block, gvisor, { [headline]: 100e6 + block + (gvisor ? overheadNs : 0) });
    }
  }
  return {
    manifest: { ...base, plan: { ...base.plan, cases: [one, suite] } },
    trials,
    samples: columns([]),
  };
}

/** For this test: what a patched call costs in gVisor. */
function patchedCallsCost(ns: number): void {
  const before = COSTS['getppid_patched']!;
  COSTS['getppid_patched'] = [before[0], ns];
  onTestFinished(() => void (COSTS['getppid_patched'] = before));
}

/** The run, with a variable that the profile of gVisor sets for guests. */
function withVariable(run: RunData, name: string, value: string): RunData {
  const guestEnv = [{ name, value, reason: 'a test' }];
  const environments = run.manifest.environments.map((it) =>
    it.id === GVISOR ? { ...it, profile: { ...it.profile, guestEnv } } : it,
  );
  return { ...run, manifest: { ...run.manifest, environments } };
}

const usage = (segment: number, change: Partial<InstrumentedTrial['usage'][number]> = {}) => ({
  segment,
  userNs: 0,
  systemNs: 0,
  faults: 0,
  waits: 0,
  preemptions: 0,
  readBytes: 0,
  writtenBytes: 0,
  vmas: 10,
  ...change,
});
const count = (role: CallCount['role'], number: number, times: number, segment = 1000): CallCount => ({
  segment,
  role,
  number,
  count: times,
});

function watched(environment: string, counts: CallCount[], ended: Parameters<typeof usage>[1] = {}): InstrumentedTrial {
  return {
    case: 'work@smoke',
    environment,
    variables: {},
    outcome: 'completed',
    wallNs: 1e9,
    marks: { spawn: 0, guest: 1e6 },
    iterationNs: [100e6],
    usage: [usage(1000), usage(1001, ended)],
    host: [],
    counts,
    uncounted: null,
    gvisor: environment === 'native' ? null : { runsc_gofer_opens_host: 20 },
  };
}

const partsOf = (run: RunData, trials: readonly InstrumentedTrial[]) => {
  const [one] = explain(run, trials, CATALOGUE, NAMES).cases;
  return { one: one!, parts: Object.fromEntries(one!.parts.map(({ name, ns }) => [name, Math.round(ns)])) };
};

describe('explain', () => {
  it('adds up counts times extra costs, call by call', () => {
    const native = watched('native', [count('guest', 1, 100), count('guest', 3, 10), count('guest', 5, 6)]);
    const { one, parts } = partsOf(runOf({ overheadNs: 1e6 }), [native, watched(GVISOR, [])]);
    // 100 × 1,000; 10 × (4,000 − 1,000); 6 × 20,000.
    expect(parts).toEqual({
      boot: 0,
      clock: 0,
      calls: 100_000,
      files: 30_000,
      mappings: 120_000,
      faults: 0,
      threads: 0,
    });
    expect(one.predictedNs).toBeCloseTo(250_000);
    expect(one.unexplainedNs).toBeCloseTo(750_000);
    expect(one.relativeError).toBeCloseTo(-0.75);
    expect(one.verdict).toBe('outside');
    // No price is known of getppid but the default.
    expect(one.counts.unpricedCalls).toBe(100);
  });

  it('explains a case that is faster in gVisor by faults that are dearer natively', () => {
    const native = watched('native', [count('guest', FAULT_USER + 6, 10_000), count('guest', FAULT_KERNEL + 2, 1000)]);
    const own = watched(GVISOR, [count('stub', FAULT_USER + 6, 11_010), count('stub', SIGNAL + 11, 10)]);
    const { one, parts } = partsOf(runOf({ overheadNs: -33e6 }), [native, own]);
    // 11,000 host faults at 1 µs and 10 for the sentry at 20 µs, less 11,000 native ones at 4 µs.
    expect(parts['faults']).toBe(11_000 * 1000 + 10 * 20_000 - 11_000 * 4000);
    expect(one.verdict).toBe('within');
    expect(one.relativeError).toBeCloseTo(-0.006, 2);
  });

  it('prices what an iteration gives back, of which a start has nothing', () => {
    COSTS['mmap_touch_munmap_1m'] = [3000 + 256 * 4300, 43_000 + 256 * 2000];
    onTestFinished(() => void delete COSTS['mmap_touch_munmap_1m']);
    const native = watched('native', [count('guest', FAULT_USER + 6, 1000)]);
    const own = watched(GVISOR, [count('stub', FAULT_USER + 6, 1000)]);
    const { parts } = partsOf(runOf({ overheadNs: -2e6 }), [native, own]);
    expect(parts['faults']).toBe(1000 * (1000 + 1000) - 1000 * (4000 + 300));
    const start = [native, own].map((it) => ({
      ...it,
      usage: [usage(3)],
      counts: it.counts!.map((one) => ({ ...one, segment: 1 })),
    }));
    expect(partsOf(runOf({ headline: 'ready_ns', overheadNs: 1e6 }), start).parts['faults']).toBe(
      1000 * 1000 - 1000 * 4000,
    );
  });

  it('tells huge pages from small ones, and faults that took a page from those that found one', () => {
    const native = watched('native', [
      count('guest', FAULT_USER + 6, 1000),
      count('guest', PAGE_ALLOC, 980),
      count('guest', PAGE_ALLOC + 9, 20),
    ]);
    const own = watched(GVISOR, [count('stub', FAULT_USER + 6, 11_000), count('stub', PAGE_ALLOC, 8000)]);
    const { parts } = partsOf(runOf({ overheadNs: 1e6 }), [native, own]);
    expect(parts['faults']).toBe(8000 * 1000 + 3000 * 400 - 980 * 4000 - 20 * 200_000);
  });

  it('tells reads of files from reads of memory that was never written', () => {
    const native = watched('native', [count('guest', FAULT_USER + 4, 1000), count('guest', FILE_FAULT, 400)]);
    const own = watched(GVISOR, [count('stub', FAULT_USER + 4, 1000)]);
    const { parts } = partsOf(runOf({ overheadNs: 1e6 }), [native, own]);
    expect(parts['faults']).toBe(1000 * 2500 - 600 * 500 - 400 * 16 * 100);
  });

  it('takes a wait for a hand-over with both its calls', () => {
    const native = watched('native', [count('guest', 2, 100)], { waits: 20, userNs: 1e6 });
    const { parts } = partsOf(runOf({ overheadNs: 1e6 }), [native, watched(GVISOR, [])]);
    expect(parts['threads']).toBe(20 * 10_000 + 60 * 1000);
  });

  it('prices calls dearer where the program keeps the other CPUs busy', () => {
    const native = watched('native', [count('guest', 1, 100), count('guest', GAP + 14, 100)], { userNs: 200e6 });
    const { one, parts } = partsOf(runOf({ overheadNs: 1e6 }), [native, watched(GVISOR, [])]);
    expect(one.counts.crowd).toBe(1);
    expect(parts['calls']).toBe(100 * 11_000);
  });

  it('tells of a start where its other threads compute, piece by piece, and whose the kernel’s time is', () => {
    // 100 calls of the imports while another thread computes all the time, 300 afterwards beside nobody.
    const start = (environment: string, counts: CallCount[]): InstrumentedTrial => ({
      ...watched(environment, counts),
      marks: { spawn: 0, guest: 0, interpreter: 10e6, imports: 130e6, done: 350e6 },
      usage: [
        usage(2, { userNs: 8e6 }),
        usage(3, { userNs: 8e6 + 160e6, systemNs: 40e6 }),
        usage(5, { userNs: 8e6 + 260e6, systemNs: 60e6, waits: 2 }),
      ],
    });
    const native = start('native', [count('guest', 1, 100, 2), count('guest', 1, 300, 3)]);
    const run = runOf({ headline: 'wall_ns', overheadNs: 1e9 });
    const { one } = partsOf(run, [native, start(GVISOR, [])]);
    expect(one.counts.crowd).toBeCloseTo(0.25, 10);
    // As many waits as calls: both sides were in the kernel by turns, and half of its time was the other’s.
    const waiting = {
      ...native,
      usage: native.usage.map((it) => ({ ...it, waits: it.segment === 3 ? 100 : it.waits })),
    };
    expect(partsOf(run, [waiting, start(GVISOR, [])]).one.counts.crowd).toBeCloseTo(0.2, 10);
  });

  it('counts natively what a program does with the variables of the profile, where that was watched', () => {
    const run = runOf({ overheadNs: 1e6 });
    const plain = watched('native', [count('guest', 1, 100)]);
    const tuned = { ...watched('native', [count('guest', 1, 10)]), variables: { SPIN: '0' } };
    const own = watched(GVISOR, []);
    const withVariables = withVariable(run, 'SPIN', '0');
    expect(partsOf(withVariables, [plain, tuned, own]).parts['calls']).toBe(10 * 1000);
    expect(partsOf(withVariables, [plain, own]).parts['calls']).toBe(100 * 1000);
    expect(partsOf(run, [plain, tuned, own]).parts['calls']).toBe(100 * 1000);
  });

  it('prices a call like any other where the run’s suite had not the operation that would price it', () => {
    const catalogue = { ...CATALOGUE, calls: [call(['mmap'], { map_frames: 1 }, 'mappings')] };
    const watchedTrials = [watched('native', [count('guest', 5, 10)]), watched(GVISOR, [])];
    const [one] = explain(runOf({ overheadNs: 1e6 }), watchedTrials, catalogue, NAMES).cases;
    expect(one!.counts.unpricedCalls).toBe(10);
    expect(one!.parts.find(({ name }) => name === 'calls')!.ns).toBe(10 * 1000);
  });

  it('prices calls by how long the program had computed before each, not by the mean', () => {
    COSTS['getppid_every_20us'] = COSTS['getppid_every_100us'] = [200, 31_200];
    onTestFinished(() => void (COSTS['getppid_every_20us'] = COSTS['getppid_every_100us'] = [200, 1200]));
    // Bursts of ten calls within 1 µs, after 1 ms of work each.
    const native = watched('native', [
      ...[count('guest', 1, 1000), count('guest', GAP + 9, 900), count('guest', GAP + 20, 100)],
    ]);
    const { one, parts } = partsOf(runOf({ overheadNs: 1e6 }), [native, watched(GVISOR, [])]);
    expect(parts['calls']).toBe(1000 * 1000 + 100 * 30_000);
    expect(one.counts.gapNs).toBeCloseTo(724, 0);
  });

  it('prices futex calls of a program that fills the CPUs as barriers', () => {
    const native = watched('native', [count('guest', 2, 100)], { userNs: 200e6 });
    expect(partsOf(runOf({ overheadNs: 1e6 }), [native, watched(GVISOR, [])]).parts['threads']).toBe(100 * 50_000);
  });

  it('adds what a signal costs to calls that were not patched', () => {
    patchedCallsCost(700);
    const native = watched('native', [count('guest', 1, 100)]);
    const own = watched(GVISOR, [count('stub', SIGNAL + 31, 60)]);
    expect(partsOf(runOf({ overheadNs: 1e6 }), [native, own]).parts['calls']).toBe(100 * 500 + 60 * 500);
  });

  it('prices reads of the clock that are calls in gVisor alone, by all that they cost there', () => {
    const native = watched('native', [count('guest', 1, 100)]);
    const own = watched(GVISOR, [
      ...[count('stub', SIGNAL + 31, 600), count('stub', TRAPPED + 228, 600), count('stub', TRAPPED + 1, 50)],
    ]);
    const { one, parts } = partsOf(runOf({ overheadNs: 1e6 }), [native, own]);
    expect(parts['clock']).toBe(600 * 1200);
    expect(parts['calls']).toBe(100 * 1000);
    expect(one.counts.clockReads).toBe(600);
  });

  it('prices them as patched calls where the library that makes them so is preloaded', () => {
    patchedCallsCost(700);
    const own = watched(GVISOR, [
      ...[count('stub', SIGNAL + 31, 600), count('stub', TRAPPED + 228, 600), count('stub', TRAPPED + 96, 10)],
    ]);
    const clockWith = (libraries: string): number =>
      partsOf(withVariable(runOf({ overheadNs: 1e6 }), 'LD_PRELOAD', libraries), [watched('native', []), own]).parts[
        'clock'
      ]!;
    expect(clockWith('libomp.so.5')).toBe(610 * 1200);
    expect(clockWith('libomp.so.5:/seebench/bin/patchable_calls.so')).toBe(600 * 700 + 10 * 1200);
  });

  it('places first openings by what the sentry did on the host', () => {
    const native = watched('native', [count('guest', 3, 10)]);
    const own = watched(GVISOR, [count('sentry', 3, 30), count('sentry', 3, 90, 2)]);
    const { parts } = partsOf(runOf({ overheadNs: 1e6 }), [native, own]);
    // A quarter of the 20 opened files belongs to the iteration: 5 × (50,000 − 10,000).
    expect(parts['files']).toBe(10 * 3000 + 5 * 40_000);
  });

  it('gives boot and removal to what is timed from the spawn', () => {
    const trials = ['native', GVISOR].map((environment) => ({
      ...watched(environment, []),
      usage: [usage(5)],
    }));
    expect(partsOf(runOf({ headline: 'wall_ns', overheadNs: 90e6 }), trials).parts['boot']).toBe(70e6 + 20e6);
    expect(partsOf(runOf({ headline: 'ready_ns', overheadNs: 70e6 }), trials).parts['boot']).toBe(70e6);
    expect(partsOf(runOf({ overheadNs: 70e6 }), trials).parts['boot']).toBe(0);
  });

  it('says that a relative error means nothing where the overhead may be none', () => {
    const run = runOf({ overheadNs: 0 });
    const noisy = {
      ...run,
      trials: run.trials.map((it) =>
        it.environmentId === GVISOR && it.caseId === 'work@smoke'
          ? { ...it, values: { iteration_ns: 100e6 + (it.block % 2 === 0 ? 1 : -1) * (1e6 + 1e5 * it.block) } }
          : it,
      ),
    };
    expect(partsOf(noisy, [watched('native', []), watched(GVISOR, [])]).one.verdict).toBe('noise');
  });

  it('averages over launches of both modes, and carries their spread into the intervals', () => {
    const native = watched('native', [count('guest', 1, 100)]);
    const run = runOf({ overheadNs: 1e6, blocks: 16, factor: (block) => (block % 2 === 0 ? 1 : 21) });
    const [one] = explain(run, [native, watched(GVISOR, [])], CATALOGUE, NAMES).cases;
    const calls = one!.parts.find(({ name }) => name === 'calls')!;
    expect(calls.ns).toBeCloseTo(100 * 11_000);
    expect(calls.low).toBeGreaterThan(0);
    expect(calls.low).toBeLessThan(100 * 9000);
    expect(calls.high).toBeGreaterThan(100 * 13_000);
    const { prices } = explain(run, [native, watched(GVISOR, [])], CATALOGUE, NAMES);
    const modes = prices.find(({ operation }) => operation === 'getppid')!.modes!;
    expect(modes.slowShare).toBe(0.5);
    expect(modes.slowNs).toBeCloseTo(21_200, -2);
  });

  it('is as little moved by one launch as the measured overhead is', () => {
    const native = watched('native', [count('guest', 1, 100)]);
    const run = runOf({ overheadNs: 100_000, blocks: 16, factor: (block) => (block === 3 ? 101 : 1) });
    const { one, parts } = partsOf(run, [native, watched(GVISOR, [])]);
    expect(parts['calls']).toBe(100 * 1000);
    expect(one.verdict).toBe('within');
  });

  it('counts reads of the clock by when the measured iterations ran, for watched ones run later', () => {
    const native = watched('native', [count('guest', 1, 100)]);
    const own = {
      ...watched(GVISOR, [count('stub', TRAPPED + 228, 600), count('stub', TRAPPED + 228, 50, 1002)]),
      iterationNs: [100e6, 110e6, 120e6],
      usage: [1000, 1001, 1002, 1003].map((segment) => usage(segment)),
    };
    const clockOf = (firstResultNs: number): number => {
      const run = runOf({ overheadNs: 1e6 });
      const trials = run.trials.map((it) =>
        it.environmentId === GVISOR && it.caseId === 'work@smoke'
          ? { ...it, marks: { spawn: 0, guest: 50e6, first_result: 50e6 + firstResultNs } }
          : it,
      );
      const samples = columns(
        trials.flatMap((it, index) =>
          it.caseId === 'work@smoke'
            ? [100e6, 200e6, 300e6].map((value) => ({ trial: index, metric: 'iteration_ns', unit: 'ns', value }))
            : [],
        ),
      );
      return partsOf({ ...run, trials, samples }, [native, own]).parts['clock']!;
    };
    // The median iteration is the second, from the first result on for 200 ms; the clock is calibrated after a second.
    expect(clockOf(500e6)).toBe(600 * 1200);
    expect(clockOf(900e6)).toBe(300 * 1200);
    expect(clockOf(1500e6)).toBe(0);
  });

  it('prices bytes of files by the memory that is asked for them, and those of pipes not', () => {
    Object.assign(COSTS, {
      create_fill_unlink: [10_000, 70_000],
      create_unlink: [5000, 15_000],
      pwrite_4k: [500, 500],
      append_256k: [50_000, 150_000],
      pwrite_256k: [10_000, 10_000],
    });
    onTestFinished(() => {
      for (const name of ['create_fill_unlink', 'create_unlink', 'pwrite_4k', 'append_256k', 'pwrite_256k'])
        delete COSTS[name];
    });
    const files = (writtenBytes: number, populates: number): number =>
      partsOf(runOf({ overheadNs: 1e6 }), [
        watched('native', [], { writtenBytes }),
        watched(GVISOR, [count('sentry', 28, populates)]),
      ]).parts['files']!;
    expect(files(40 * 16_384, 40)).toBe(40 * 50_000);
    expect(files(10 * 262_144, 10)).toBe(10 * 100_000);
    expect(files(12e6, 0)).toBe(0);
    // Memory that was asked for, but not for a file.
    expect(files(0, 300)).toBe(0);
  });

  it('gives no intervals from two launches', () => {
    const { one } = partsOf(runOf({ overheadNs: 1e6, blocks: 2 }), [watched('native', []), watched(GVISOR, [])]);
    expect(one.predictedLow).toBeNull();
    expect(one.parts.every(({ low, high }) => low === null && high === null)).toBe(true);
  });

  it('marks cases that were held out, and judges by them alone', () => {
    const trials = ['native', GVISOR].map((it) => ({ ...watched(it, [count('guest', 1, 100)]), case: 'secret@smoke' }));
    const result = explain(runOf({ workload: 'secret', overheadNs: 100_000 }), trials, CATALOGUE, NAMES);
    expect(result.cases[0]).toMatchObject({ heldOut: true, verdict: 'within' });
    expect(result.findings[0]).toContain(`in ${GVISOR} 1 of 1`);
  });

  it('says why a case is not explained, and refuses a run without prices', () => {
    const uncounted = { ...watched('native', []), counts: null, uncounted: 'no BPF' };
    const other = ['native', GVISOR].map((it) => ({ ...watched(it, []), case: 'other@smoke' }));
    expect(() => explain(runOf({ overheadNs: 1 }), [uncounted, ...other], CATALOGUE, NAMES)).toThrow(/no BPF/);
    const run = runOf({ overheadNs: 1 });
    const without = { ...run, trials: run.trials.filter((it) => it.caseId === 'work@smoke') };
    expect(() => explain(without, [], CATALOGUE, NAMES)).toThrow(/micro-suite/);
  });
});

describe('the catalogue', () => {
  const catalogue = loadExplainCatalogue('probes');
  it('names ten cases that are held out', () => {
    expect(catalogue.heldOut).toHaveLength(10);
  });

  it('prices calls by operations that the suite has', async () => {
    const { readdirSync, readFileSync } = await import('node:fs');
    const dir = 'workloads/_guest/syscalls';
    const code = readdirSync(dir)
      .map((name) => readFileSync(`${dir}/${name}`, 'utf8'))
      .join('\n');
    const used = [
      ...catalogue.calls,
      catalogue.firstOpen,
      catalogue.bySignal,
      catalogue.crowdedFutex,
      catalogue.otherwise,
    ].flatMap((it) => Object.keys(it.operations));
    for (const name of new Set(used)) expect(code, name).toContain(`"${name}"`);
  });
});
