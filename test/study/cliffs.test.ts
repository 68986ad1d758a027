import { describe, expect, it } from 'vitest';
import type { CliffRecord, RunData, Trial } from '../../src/model/index.js';
import { cellsToMend, cliffResult } from '../../src/study/index.js';
import { manifest, trial } from '../store/fixture.js';
import { launches } from './fixture.js';

const G = 'gvisor-systrap';
const THREADS = [1, 2, 3];
const CPUS = [1, 2];
const idOf = (threads: number, cpus: number): string => `lightgbm-train/t${threads}-c${cpus}@smoke`;
const cells = Object.fromEntries(
  THREADS.flatMap((threads) => CPUS.map((cpus) => [idOf(threads, cpus), { threads, cpus }] as const)),
);

interface Shape {
  readonly blocks: number;
  /** Overhead in a cell. */
  readonly overhead: (threads: number, cpus: number, environment: string) => number;
  readonly record?: Partial<CliffRecord>;
  readonly environments?: readonly string[];
  readonly inside?: (cpus: number) => number;
}

function sweep({ blocks, overhead, record, environments = ['native', G], inside = (cpus) => cpus }: Shape): RunData {
  const base = manifest();
  const trials = Object.entries(cells).flatMap(([caseId, { threads, cpus }]) =>
    environments.flatMap((environmentId) =>
      launches(
        blocks,
        1e8 * (environmentId === 'native' ? 1 : overhead(threads, cpus, environmentId)),
        0.05,
        `${caseId}/${environmentId}`,
      ).map((ns, block): Trial => ({
        ...trial(0),
        id: `${block}--${caseId}--${environmentId}`,
        caseId,
        block,
        environmentId,
        outcome: { kind: 'completed' },
        values: { wall_ns: ns },
        samples: [],
        digest: null,
        inside: { kernelRelease: '6', cpus: inside(cpus), memTotalBytes: 1 },
      })),
    ),
  );
  const info = base.plan.cases[0]!;
  const cases = Object.keys(cells).map((id) => ({
    ...info,
    id,
    workload: 'lightgbm-train',
    title: 'LightGBM training',
  }));
  const none = {
    length: 0,
    trialIndex: new Int32Array(),
    codes: new Int32Array(),
    metrics: [],
    units: [],
    iteration: new Int32Array(),
    value: new Float64Array(),
  };
  const cliffs = { platforms: [G], cells, settings: {}, ...record };
  return { manifest: { ...base, plan: { ...base.plan, cases, environments, cliffs } }, trials, samples: none };
}

/** Dear where there are as many threads as CPUs, and more than one. */
const cliff = (threads: number, cpus: number): number => (threads === cpus && cpus > 1 ? 5 : 1.2);

describe('a sweep over threads and CPUs', () => {
  it('finds where the overhead jumps, from which neighbour, and by how much', () => {
    const { cliffs, cells: all, findings, problems } = cliffResult(sweep({ blocks: 8, overhead: cliff }), null);
    expect(problems).toEqual([]);
    expect(all).toHaveLength(6);
    expect(cliffs).toHaveLength(1);
    expect(cliffs[0]).toMatchObject({ environment: G, threads: 2, cpus: 2, n: 8 });
    expect(cliffs[0]!.ratio).toBeCloseTo(5 / 1.2, 0);
    expect(cliffs[0]!.low).toBeGreaterThan(3);
    expect(findings[0]).toMatch(/has a cliff at 2 threads on 2 CPUs: 5\.\d\d× native, 4\.\d times the 1\.\d\d× with/);
  });

  it('sees a cliff with three blocks if every launch there is dearer, and says nothing with fewer', () => {
    const few = cliffResult(sweep({ blocks: 3, overhead: cliff }), null);
    expect(few.cliffs).toMatchObject([{ threads: 2, cpus: 2, low: null }]);
    expect(cliffResult(sweep({ blocks: 2, overhead: cliff }), null).cliffs).toEqual([]);
  });

  it('finds none in noise, or in steps of less than half', () => {
    const flat = cliffResult(sweep({ blocks: 8, overhead: (threads) => 1 + threads / 10 }), null);
    expect(flat.cliffs).toEqual([]);
    expect(flat.findings[0]).toMatch(/has no cliff here: from 1\.\d\d× native with .* to 1\.\d\d×/);
  });

  it('leaves out cells whose guests saw other CPUs than they should, and says so', () => {
    const { cells: all, problems } = cliffResult(sweep({ blocks: 4, overhead: cliff, inside: () => 2 }), null);
    expect(all.map(({ cpus }) => cpus)).toEqual([2, 2, 2]);
    expect(problems[0]).toBe('1 thread on 1 CPU: native, gvisor-systrap saw 2 CPUs; the cell is left out.');
  });

  it('takes the cliffs to be mended, and where there is none the dearest cell', () => {
    const found = cliffResult(sweep({ blocks: 8, overhead: cliff }), null);
    expect(cellsToMend(found.cells, found.cliffs, 2)).toEqual(new Map([[G, [{ threads: 2, cpus: 2 }]]]));
    const flat = cliffResult(sweep({ blocks: 8, overhead: (threads) => (threads === 3 ? 1.3 : 1) }), null);
    expect(cellsToMend(flat.cells, flat.cliffs, 2).get(G)).toEqual([
      { threads: 3, cpus: expect.any(Number) as number },
    ]);
  });

  it('names the setting that avoids it, over the defaults and over native', () => {
    const [passive, idle] = [`${G}-with-passive`, `${G}-with-idle`];
    const tried = sweep({
      blocks: 8,
      environments: ['native', G, passive, idle],
      overhead: (threads, cpus, environment) => (environment === passive ? 1.3 : cliff(threads, cpus)),
      record: {
        settings: {
          [passive]: { setting: 'passive', platform: G, value: 'p=1' },
          [idle]: { setting: 'idle', platform: G, value: 'i=1' },
        },
      },
    });
    const { settings, findings } = cliffResult(sweep({ blocks: 8, overhead: cliff }), tried);
    const here = settings.filter(({ threads, cpus }) => threads === 2 && cpus === 2);
    expect(here.map(({ setting, avoids }) => [setting, avoids])).toEqual([
      ['passive', true],
      ['idle', false],
    ]);
    expect(here[0]!.overNative.ratio).toBeCloseTo(1.3, 1);
    expect(findings.join('\n')).toMatch(
      /At gvisor-systrap with 2 threads on 2 CPUs passive \(p=1\) helps most: 0\.2\d×/,
    );
  });
});
