import { describe, expect, it } from 'vitest';
import type { DensityHost, IdleClimb, IdleLook, WorkShare, WorkWindow } from '../../src/model/index.js';
import { densityFindings, idleRows, jain, neighbourRows, shareOf, slopeOf, workRows } from '../../src/study/index.js';

const MIB = 2 ** 20;
const HOST: DensityHost = {
  cpus: 2,
  totalBytes: 8192 * MIB,
  availableBytes: 6048 * MIB,
  reserveBytes: 2048 * MIB,
  mostPressure: 5,
};
const MOST = { kind: 'most', reason: 'as many as were asked for' } as const;

/** `n` sandboxes of which the first takes `first` and each further one `each`, plus what `noise` says. */
function climb(environment: string, n: number, first: number, each: number, noise: (i: number) => number): IdleClimb {
  const looks: IdleLook[] = [{ n: 0, pssBytes: 0, commandBytes: 0, cgroupBytes: 0, hostBytes: 0 }];
  for (let i = 1; i <= n; i++) {
    const pssBytes = (first + (i - 1) * each + noise(i)) * MIB;
    looks.push({
      n: i,
      pssBytes,
      commandBytes: 10 * i * MIB,
      cgroupBytes: i * 80 * MIB,
      hostBytes: 2 * i * each * MIB,
    });
  }
  return { environment, looks, settledMs: Array<number>(n).fill(1500), stop: { ...MOST, at: n } };
}

const alike = (round: number, environment: string, work: readonly number[], iterationNs = [1e6]): WorkWindow => ({
  round,
  environment,
  kind: 'alike',
  case: 'a@smoke',
  n: work.length,
  windowMs: 2000,
  shares: work.map((each): WorkShare => ({ case: 'a@smoke', iterations: each, work: each * 10, iterationNs })),
});

const beside = (round: number, environment: string, steady: number, others: number): WorkWindow => ({
  ...alike(round, environment, [steady, ...Array<number>(others).fill(1)]),
  kind: 'neighbour',
});

describe('what one more idle sandbox takes', () => {
  it('is the slope of a line that was made with it', () => {
    expect(slopeOf([100, 140, 180, 220])).toMatchObject({ value: 40 });
    expect(slopeOf([0, 3, 6, 9, 12, 15, 18])).toEqual({ value: 3, low: 3, high: 3 });
  });

  it('is not moved by a jump or by noise, and its interval holds it', () => {
    const noise = (i: number): number => (i % 2 === 0 ? 1.5 : -1.5) + (i === 9 ? 400 : 0);
    const { value, low, high } = slopeOf(Array.from({ length: 20 }, (_, i) => 100 + 50 * i + noise(i)))!;
    expect(Math.abs(value - 50)).toBeLessThan(2);
    expect([low! <= 50, high! >= 50]).toEqual([true, true]);
  });

  it('has an open interval with few steps, and is not known of fewer than two sandboxes', () => {
    expect(slopeOf([10, 20, 30])).toEqual({ value: 10, low: null, high: null });
    expect(slopeOf([10])).toBeNull();
  });

  it('leaves out what the first one brings, and stands over native', () => {
    const [native, gvisor] = idleRows(
      [climb('native', 12, 190, 40, () => 0), climb('gvisor-systrap', 12, 300, 100, (i) => i % 3)],
      HOST,
    );
    expect(native).toMatchObject({
      n: 12,
      first: { pss: 190 * MIB },
      marginal: { pss: { value: 40 * MIB }, host: { value: 80 * MIB } },
      overNative: 1,
      commandBytes: 10 * MIB,
      room: 50,
      settledMs: 1500,
    });
    expect(gvisor!.overNative).toBeCloseTo(2.5, 1);
  });

  it('is not known where a look could not be had, nor of an environment that never stood', () => {
    const blind = climb('native', 3, 10, 10, () => 0);
    const looks = blind.looks.map((look) => ({ ...look, cgroupBytes: null }));
    const none = { ...blind, looks: blind.looks.slice(0, 1), settledMs: [] };
    const [one, two] = idleRows([{ ...blind, looks }, none], HOST);
    expect(one).toMatchObject({ first: { cgroup: null }, marginal: { cgroup: null } });
    expect(two).toMatchObject({ n: 0, first: { pss: null }, marginal: { pss: null }, room: null, settledMs: null });
  });
});

describe('what a sandbox did in a window', () => {
  it('counts iterations that reach over its ends in part', () => {
    const done = [5, 15, 25, 35].map((endNs) => ({ endNs, ns: 10, work: 100 }));
    expect(shareOf('a', done, 10, 30)).toEqual({ case: 'a', iterations: 2, work: 200, iterationNs: [10, 10] });
    expect(shareOf('a', [{ endNs: 100, ns: 100, work: null }], 25, 75)).toMatchObject({ iterations: 0.5, work: 0.5 });
  });

  it('is nothing without iterations', () => {
    expect(shareOf('a', [], 0, 10)).toEqual({ case: 'a', iterations: 0, work: 0, iterationNs: [] });
  });
});

describe('Jain’s index', () => {
  it.each([
    [[3, 3, 3, 3], 1],
    [[1, 0, 0, 0], 0.25],
    [[2, 1], 0.9],
    [[5], 1],
    [[0, 0], null],
  ])('of %j is %j', (values, expected) => expect(jain(values)).toBe(expected));
});

describe('working sandboxes', () => {
  const rounds = [0, 1, 2].flatMap((round) => {
    const drift = 1 + round / 10;
    return [
      alike(round, 'native', [100 * drift]),
      alike(round, 'native', [90 * drift, 90 * drift]),
      alike(round, 'gvisor-systrap', [50 * drift], [1e6, 2e6, 3e6]),
      alike(round, 'gvisor-systrap', [60 * drift, 30 * drift]),
    ];
  });
  const rows = workRows(rounds, () => 'rows');
  const of = (environment: string, n: number) => rows.find((row) => row.environment === environment && row.n === n);

  it('are held against native in the same round, so that drift does not count', () => {
    expect(of('native', 1)).toMatchObject({ rounds: 3, throughput: expect.closeTo(550) as number, unit: 'rows' });
    expect(of('native', 2)!.ratio!.value).toBeCloseTo(1.8, 10);
    expect(of('gvisor-systrap', 2)!.ratio!.value).toBeCloseTo(0.9, 10);
    expect(of('gvisor-systrap', 2)!.overNative!.value).toBeCloseTo(0.5, 10);
    expect(of('gvisor-systrap', 2)!.jain).toBeCloseTo(0.9, 10);
    expect(of('gvisor-systrap', 1)).toMatchObject({ p50Ns: 2e6, p95Ns: 3e6 });
  });

  it('have no ratio without native', () => {
    const [row] = workRows([alike(0, 'gvisor-systrap', [1])], () => null);
    expect(row).toMatchObject({ ratio: null, overNative: null, unit: 'iterations' });
  });
});

describe('a steady neighbour', () => {
  const windows = [alike(0, 'native', [100]), beside(0, 'native', 25, 3), beside(1, 'native', 25, 3)];

  it('is held against itself alone in the same round', () => {
    const [row, ...more] = neighbourRows({ windows }, 2);
    expect(more).toEqual([]);
    expect(row).toMatchObject({ environment: 'native', n: 4, rounds: 1, evenShare: 2 });
    expect(row!.slowdown.value).toBeCloseTo(4, 10);
  });

  it('that got nothing done has no ratio', () => {
    expect(neighbourRows({ windows: [windows[0]!, beside(0, 'native', 0, 1)] }, 2)).toEqual([]);
  });
});

describe('what was found', () => {
  it('is said with the reason of every early stop, and that it was interrupted', () => {
    const stop = { kind: 'memory-reserve', reason: '3.1 GiB are available', at: 7 } as const;
    const idle = idleRows([{ ...climb('native', 7, 10, 10, () => 0), stop }], HOST);
    const sentences = densityFindings({
      schemaVersion: 1,
      run: 'x',
      seed: 1,
      interrupted: true,
      environments: [],
      host: HOST,
      idleCase: 'import-data@smoke',
      workCases: ['a@smoke'],
      idle,
      working: [],
      neighbours: [],
      stops: [],
    });
    expect(sentences.join('\n')).toMatch(
      /10\.0 MiB in native.*\n.*50 of native.*\nStopped by memory-reserve \(3\.1 GiB are available\): native, idle, at 7\.\nInterrupted/,
    );
  });
});
