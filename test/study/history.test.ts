import { describe, expect, it } from 'vitest';
import { rng } from '../../src/stats/index.js';
import { historyOf, type HistoryFilter, type PastRun } from '../../src/study/index.js';
import { summaryRow } from '../store/fixture.js';
import { normal } from '../stats/simulate.js';
import { pastRun } from './fixture.js';

const ALL: HistoryFilter = { cases: null, environments: null, metric: null };

/** Runs with these ratios, one after the other. */
const runsOf = (
  ratios: readonly number[],
  change: (i: number) => Partial<Parameters<typeof pastRun>[0]> = () => ({}),
) => ratios.map((ratio, i) => pastRun({ at: i, ratio, ...change(i) }));
/** `n` ratios around 1.5 with a spread of 2 %; from `step` on `factor` times as much. */
function noisy(n: number, seed: string, step = n, factor = 1): number[] {
  const random = rng(seed);
  return Array.from({ length: n }, (_, i) => 1.5 * (i < step ? 1 : factor) * Math.exp(0.02 * normal(random)));
}
const changesOf = (runs: readonly PastRun[]) => historyOf(runs, ALL).flatMap(({ changes }) => changes);

describe('change points of a history', () => {
  it('are found where they were planted, with the levels before and after', () => {
    const [change, ...more] = changesOf(runsOf(noisy(24, 'step', 14, 1.2)));
    expect(more).toEqual([]);
    expect(change).toMatchObject({ index: 14, before: 'run-13', after: 'run-14' });
    expect(change!.from).toBeCloseTo(1.5, 1);
    expect(change!.to).toBeCloseTo(1.8, 1);
    expect(change!.p).toBeLessThanOrEqual(0.01);
  });

  it('are found twice where a series goes up and comes back', () => {
    const ratios = noisy(36, 'there and back').map((it, i) => (i >= 12 && i < 24 ? it * 1.3 : it));
    expect(changesOf(runsOf(ratios)).map(({ index }) => index)).toEqual([12, 24]);
  });

  it('are rarely found in noise: the level is one series in a hundred', () => {
    let found = 0;
    for (let i = 0; i < 150; i++) if (changesOf(runsOf(noisy(20, `noise/${i}`))).length > 0) found++;
    // 1.5 of 150 are to be expected; 6 and more have a chance of 0.4 %.
    expect(found).toBeLessThan(6);
  });

  it('are none where one run is odd, or where there are too few', () => {
    expect(changesOf(runsOf(noisy(20, 'odd').map((it, i) => (i === 9 ? it * 3 : it))))).toEqual([]);
    expect(changesOf(runsOf([1, 1, 2, 2, 2]))).toEqual([]);
    expect(changesOf(runsOf([1.5]))).toEqual([]);
  });

  it('are told with what else changed between the two runs', () => {
    const runs = runsOf(noisy(20, 'with', 10, 1.5), (i) => ({
      version: i < 10 ? 'release-1' : 'release-2',
      seebenchVersion: i < 10 ? '0.1.0' : '0.2.0',
      digests: { rootfs: i < 10 ? 'sha256:a' : 'sha256:b', 'runtime/x': `sha256:${i}`, data: 'sha256:same' },
    }));
    const [change] = changesOf(runs);
    expect(change!.with).toEqual([
      'gvisor-systrap: release-1 → release-2',
      'seebench 0.1.0 → 0.2.0',
      'digest of rootfs',
    ]);
    expect(changesOf(runsOf(noisy(20, 'with', 10, 1.5)))[0]!.with).toEqual([]);
  });
});

describe('the series of a history', () => {
  it('are in the order of time, whatever order the runs were read in', () => {
    const runs = runsOf([1, 2, 3, 4]);
    const [series] = historyOf([runs[2]!, runs[0]!, runs[3]!, runs[1]!], ALL);
    expect(series!.points.map(({ run, ratio }) => [run, ratio])).toEqual([
      ['run-0', 1],
      ['run-1', 2],
      ['run-2', 3],
      ['run-3', 4],
    ]);
  });

  it('keep hosts apart: a move to another one is no change', () => {
    const runs = runsOf(noisy(24, 'hosts', 12, 2), (i) => ({ fingerprint: i < 12 ? 'sha256:a' : 'sha256:b' }));
    const series = historyOf(runs, ALL);
    expect(series.map(({ fingerprint, points }) => [fingerprint, points.length])).toEqual([
      ['sha256:a', 12],
      ['sha256:b', 12],
    ]);
    expect(series.flatMap(({ changes }) => changes)).toEqual([]);
  });

  it('are of environments other than native, by each case’s headline', () => {
    const rows = [
      summaryRow({ environment: 'native', ratio: 1 }),
      summaryRow({ environment: 'gvisor-systrap', ratio: 2 }),
      summaryRow({ environment: 'gvisor-systrap+null', ratio: 2 }),
      summaryRow({ environment: 'native+null', ratio: 1 }),
      summaryRow({ environment: 'gvisor-systrap', metric: 'peak_bytes', ratio: 3 }),
      summaryRow({ case: 'unknown@smoke', environment: 'gvisor-systrap', ratio: 4 }),
      summaryRow({ environment: 'gvisor-ptrace', ratio: null }),
      summaryRow({ environment: 'gvisor-kvm', ratio: 0 }),
    ];
    const run = { ...pastRun({ at: 0, ratio: 2 }), rows };
    expect(historyOf([run], ALL).map(({ environment, points }) => [environment, points[0]!.ratio])).toEqual([
      ['gvisor-systrap', 2],
    ]);
    expect(historyOf([run], { ...ALL, metric: 'peak_bytes' })[0]!.points[0]!.ratio).toBe(3);
    expect(historyOf([run], { ...ALL, metric: 'nothing' })).toEqual([]);
    expect(historyOf([run], { ...ALL, environments: ['gvisor-ptrace'] })).toEqual([]);
    expect(historyOf([run], { ...ALL, cases: ['other@smoke'] })).toEqual([]);
    expect(historyOf([], ALL)).toEqual([]);
  });

  it('are told apart by hostile names too', () => {
    const names = ['a","b', 'a', '__proto__', '<script>alert(1)</script>', ''];
    const rows = names.map((environment, i) => summaryRow({ environment, ratio: i + 1 }));
    const series = historyOf([{ ...pastRun({ at: 0, ratio: 1 }), rows }], ALL);
    expect(series.map(({ environment, points }) => [environment, points[0]!.ratio])).toEqual(
      names.map((name, i) => [name, i + 1]),
    );
    const commas = [summaryRow({ case: 'a', environment: 'b,c' }), summaryRow({ case: 'a,b', environment: 'c' })];
    expect(historyOf([{ ...pastRun({ at: 0, ratio: 1 }), rows: commas }], { ...ALL, metric: 'wall_ns' })).toHaveLength(
      2,
    );
  });
});
