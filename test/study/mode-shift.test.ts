import { describe, expect, it } from 'vitest';
import { twinOf, type Better } from '../../src/model/index.js';
import { rng } from '../../src/stats/index.js';
import { modeShift } from '../../src/study/mode-shift.js';
import { poolSeries } from '../../src/study/pool-data.js';
import { POLICY } from '../gate/fixture.js';
import { normal } from '../stats/simulate.js';
import { GVISOR, launches, poolOf } from './fixture.js';

/** Launches of which a share is ten times as slow. */
function bimodal(n: number, slowShare: number, seed: string): number[] {
  const random = rng(seed);
  return Array.from({ length: n }, () => 1e7 * (random() < slowShare ? 10 : 1) * Math.exp(0.05 * normal(random)));
}
const shiftsOf = (side: (seed: string) => number[], draws = 20, seed = '1', better: Better = 'lower') => {
  const run = poolOf({ [GVISOR]: side('a'), [twinOf(GVISOR)]: side('b') }, better);
  return poolSeries(run).flatMap((series) => modeShift(series, POLICY, seed, draws));
};

describe('a growing share of the slow mode', () => {
  it('is seen by the gate with more blocks, and before a median of the ratios moves', () => {
    const points = shiftsOf((seed) => bimodal(60, 0.5, seed)).filter(({ shift }) => shift === 0.4);
    expect(points.map(({ blocks }) => blocks)).toEqual([10, 20, 40, 80]);
    const [few, , many, most] = points;
    expect(most!.gate.value).toBeGreaterThan(0.8);
    expect(most!.gate.value).toBeGreaterThan(few!.gate.value);
    expect(many!.gate.value).toBeGreaterThanOrEqual(many!.medians.value);
    for (const { gate, medians } of points) {
      expect(gate.low <= gate.value && gate.value <= gate.high).toBe(true);
      expect(medians.low <= medians.value && medians.value <= medians.high).toBe(true);
    }
  });

  it('is that of the smaller values where more is better', () => {
    const throughput = (seed: string): number[] => bimodal(60, 0.5, seed).map((ns) => 1e9 / ns);
    const at = (better: Better) =>
      shiftsOf(throughput, 20, '1', better).find((it) => it.shift === 0.4 && it.blocks === 80)!;
    expect(at('higher').gate.value).toBeGreaterThan(0.8);
    expect(at('higher').medians.value).toBeGreaterThan(0.3);
    expect(new Set(shiftsOf((seed) => bimodal(60, 0.15, seed), 1, '1', 'higher').map(({ shift }) => shift))).toEqual(
      new Set([0.1]),
    );
  });

  it('is not looked for where there is no room for it', () => {
    const shifts = new Set(shiftsOf((seed) => bimodal(60, 0.85, seed), 1).map(({ shift }) => shift));
    expect([...shifts]).toEqual([0.1]);
  });

  it('is none of one mode, nor of modes that are no further apart than noise', () => {
    expect(shiftsOf((seed) => launches(60, 1e7, 0.05, seed), 1)).toEqual([]);
    const near = (seed: string): number[] =>
      launches(60, 1e7, 0.02, seed).map((it, i) => (i % 2 === 0 ? it : it * 1.3));
    expect(shiftsOf(near, 1)).toEqual([]);
  });

  it('is the same again for the same seed', () => {
    const points = (seed: string) => shiftsOf((name) => bimodal(40, 0.75, name), 6, seed);
    expect(points('x')).toEqual(points('x'));
    expect(points('x')).not.toEqual(points('y'));
  });
});
