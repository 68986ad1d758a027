import { describe, expect, it } from 'vitest';
import { ratioInterval, rng, type Random } from '../../src/stats/index.js';

/** How often the interval of simulated block ratios holds the true median. */
function coverage(
  interval: (ratios: number[]) => [number, number],
  draw: (random: Random) => number,
  truth: number,
  n: number,
): number {
  const random = rng(`coverage/${n}`);
  const rounds = 4000;
  let held = 0;
  for (let i = 0; i < rounds; i++) {
    const [low, high] = interval(Array.from({ length: n }, () => draw(random)));
    if (low <= truth && truth <= high) held++;
  }
  return held / rounds;
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const logNormal = (random: Random): number => 1.5 * Math.exp(0.3 * normal(random));
/** A fast mode in 70 % of the blocks and one three times as slow in the others, as systrap has them. */
const bimodal = (random: Random): number => (random() < 0.7 ? 1 : 3) * Math.exp(0.05 * normal(random));
/** The median of `bimodal` is the quantile 0.5 / 0.7 of the fast mode: z = 0.56595. */
const BIMODAL_MEDIAN = Math.exp(0.05 * 0.565949);

const ours = (ratios: number[]): [number, number] => {
  const { low, high } = ratioInterval(ratios);
  return [low!, high!];
};

/** Hodges–Lehmann's interval from Wilcoxon's signed ranks on logarithms; `drop` of each end's Walsh averages for 95 %. */
const walsh =
  (drop: number) =>
  (ratios: number[]): [number, number] => {
    const logs = ratios.map(Math.log);
    const averages = Float64Array.from(logs.flatMap((a, i) => logs.slice(i).map((b) => (a + b) / 2))).sort();
    return [Math.exp(averages[drop]!), Math.exp(averages[averages.length - 1 - drop]!)];
  };

describe('a 95 % interval of block ratios', () => {
  // Four standard errors of a simulated 95 % are 1.4 points.
  it.each([6, 10, 20])('holds the true median at least that often, n = %i', (n) => {
    expect(coverage(ours, logNormal, 1.5, n)).toBeGreaterThan(0.936);
    expect(coverage(ours, bimodal, BIMODAL_MEDIAN, n)).toBeGreaterThan(0.936);
  });

  it('does not hold it always: it is an interval, not the range', () => {
    expect(coverage(ours, logNormal, 1.5, 20)).toBeLessThan(0.98);
  });

  it('would miss it more than twice too often by signed ranks, when two modes are unequal: why order statistics are used', () => {
    // The critical value of the signed rank statistic at n = 20 is 52 (two-sided 5 %).
    expect(coverage(walsh(52), logNormal, 1.5, 20)).toBeGreaterThan(0.936);
    expect(coverage(walsh(52), bimodal, BIMODAL_MEDIAN, 20)).toBeLessThan(0.9);
  });
});
