import { describe, expect, it } from 'vitest';
import { COVARIATES, twinOf, type RunData } from '../../src/model/index.js';
import { rng } from '../../src/stats/index.js';
import { poolSeries } from '../../src/study/pool-data.js';
import { varianceRows } from '../../src/study/variance.js';
import { normal } from '../stats/simulate.js';
import { GVISOR, launches, poolOf } from './fixture.js';

const rowsOf = (run: RunData) => poolSeries(run).flatMap(varianceRows);
const byMethod = (run: RunData) => new Map(rowsOf(run).map((row) => [row.method, row]));

/** Identical pairs on a host whose speed differs from block to block by 20 %, and inside a block by 10 %, which its spin shows. */
function drifting(blocks: number): RunData {
  const random = rng('drift');
  const host = Array.from({ length: blocks }, () => 0.2 * normal(random));
  const side = () => {
    const own = Array.from({ length: blocks }, () => 0.1 * normal(random));
    return { own, times: own.map((it, i) => 1e7 * Math.exp(host[i]! + it + 0.01 * normal(random))) };
  };
  const [a, b] = [side(), side()];
  const run = poolOf({ [GVISOR]: a.times, [twinOf(GVISOR)]: b.times });
  const spin = (environment: string, block: number): number =>
    1e6 * Math.exp(host[block]! + (environment === GVISOR ? a : b).own[block]!);
  return {
    ...run,
    trials: run.trials.map((trial) => ({
      ...trial,
      values: { ...trial.values, spin_ns: spin(trial.environmentId, trial.block) },
    })),
  };
}

describe('ways of reducing variance', () => {
  it('are each held against comparing medians without blocks', () => {
    const rows = rowsOf(drifting(60));
    expect(rows.map(({ method }) => method)).toEqual([
      'medians, no blocks',
      'medians in blocks',
      'iteration by iteration',
      ...Object.keys(COVARIATES).map((name) => `and ${name}`),
      'and all covariates',
    ]);
    expect(rows[0]!.width).toBe(1);
    expect(rows.every(({ n }) => n === 60)).toBe(true);
  });

  it('narrow the interval where they hold what disturbed: blocks the drift, a covariate the rest', () => {
    const rows = byMethod(drifting(60));
    // √(2·0.2² + 2·0.1²) without blocks, √(2·0.1²) with, √2·0.01 with the spin.
    expect(rows.get('medians, no blocks')!.sd).toBeCloseTo(0.32, 1);
    expect(rows.get('medians in blocks')!.sd).toBeCloseTo(0.14, 1);
    expect(rows.get('medians in blocks')!.width).toBeLessThan(0.65);
    expect(rows.get('and spin_ns')!.width).toBeLessThan(0.1);
    expect(rows.get('and steal_ns')!.width).toBe(rows.get('iteration by iteration')!.width);
  });

  it('win nothing where nothing is shared', () => {
    const run = poolOf({ [GVISOR]: launches(200, 1e7, 0.1, 'a'), [twinOf(GVISOR)]: launches(200, 1e7, 0.1, 'b') });
    expect(byMethod(run).get('medians in blocks')!.width).toBeCloseTo(1, 0);
  });

  it('have no width where there are too few blocks for an interval', () => {
    const run = poolOf({ [GVISOR]: [1e7, 2e7, 3e7], [twinOf(GVISOR)]: [1e7, 2.1e7, 3.3e7] });
    expect(rowsOf(run).every(({ width, n }) => Number.isNaN(width) && n === 3)).toBe(true);
  });
});
