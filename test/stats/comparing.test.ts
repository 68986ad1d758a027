import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adjustP, binomialInterval, pairedShift, signedRankP, twoSampleShift } from '../../src/stats/index.js';
import { fisherP } from '../../src/stats/modes.js';
import { kthDifference, kthPairSum } from '../../src/stats/pair-sums.js';

interface Golden {
  readonly paired: readonly {
    name: string;
    values: number[];
    estimate: number;
    interval: [number, number];
    p: number;
  }[];
  readonly twoSamples: readonly { name: string; a: number[]; b: number[]; estimate: number; p: number }[];
  readonly adjusted: readonly { name: string; p: number[]; bh: number[]; holm: number[] }[];
  readonly shares: readonly { counts: [number, number, number, number]; p: number; interval: [number, number] }[];
}
/** Made by golden.py beside it. */
const golden = JSON.parse(readFileSync(new URL('golden.json', import.meta.url), 'utf8')) as Golden;

/** To nine digits behind the point, which is what two orders of the same sums agree in; `null` as it is. */
const rounded = (value: number | null): number | null => (value === null ? null : Math.round(value * 1e9) / 1e9 + 0);

describe('the shift of paired log-ratios', () => {
  it.each(golden.paired)('is what scipy and all Walsh averages say: $name', ({ values, estimate, interval, p }) => {
    const shift = pairedShift(values, 0.95);
    expect([shift.estimate, shift.low, shift.high, shift.p].map(rounded)).toEqual(
      [estimate, ...interval, p].map(rounded),
    );
  });

  it('has an interval that holds 0 exactly when its p-value is above 1 minus the confidence', () => {
    const values = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 6, maxLength: 30 });
    const property = fc.property(values, fc.constantFrom(0.9, 0.95, 0.99), (logs, confidence) => {
      // Half of the smallest numbers that there are is 0.
      fc.pre(new Set(logs.map(Math.abs)).size === logs.length && logs.every((it) => Math.abs(it) > 1e-300));
      const { low, high, p } = pairedShift(logs, confidence);
      return low === null || (low > 0 || high! < 0) === p! <= 1 - confidence + 1e-12;
    });
    expect(fc.check(property)).toMatchObject({ failed: false });
  });

  it('turns round with its sides', () => {
    const logs = [0.1, -0.05, 0.2, 0.07, 0.3, 0.02, 0.11, -0.01];
    const [there, back] = [
      pairedShift(logs, 0.95),
      pairedShift(
        logs.map((v) => -v),
        0.95,
      ),
    ];
    expect([back.estimate, back.low, back.high, back.p]).toEqual([
      -there.estimate!,
      -there.high!,
      -there.low!,
      there.p,
    ]);
  });

  it('is open where n is too small for the confidence, and nothing of nothing', () => {
    const five = [1, 2, 3, 4, 5];
    expect(pairedShift(five, 0.95)).toMatchObject({ n: 5, estimate: 3, low: null, high: null, p: 0.0625 });
    expect(pairedShift([...five, 6], 0.95).low).not.toBeNull();
    expect(pairedShift([...five, 6, 7], 0.99).low).toBeNull();
    expect(pairedShift([], 0.95)).toEqual({ n: 0, estimate: null, low: null, high: null, p: null });
  });

  it('refuses what is not finite', () => {
    expect(() => pairedShift([0, NaN], 0.95)).toThrow(RangeError);
    expect(() => twoSampleShift([Infinity], [0], 0.95)).toThrow(RangeError);
  });

  it('keeps an exact p-value with ties and zeros: all sign patterns counted one by one', () => {
    const values = [0, 1, 1, -1, 2, 2, 3, -4];
    const other = values.filter((v) => v !== 0);
    const sizes = [2, 2, 2, 4.5, 4.5, 6, 7];
    const seen = other.reduce((sum, v, i) => sum + (v > 0 ? sizes[i]! : 0), 0);
    let [atMost, atLeast] = [0, 0];
    for (let signs = 0; signs < 2 ** 7; signs++) {
      const sum = sizes.reduce((all, size, i) => all + ((signs >> i) & 1 ? size : 0), 0);
      if (sum <= seen) atMost++;
      if (sum >= seen) atLeast++;
    }
    expect(signedRankP(values)).toBeCloseTo(Math.min(1, (2 * Math.min(atMost, atLeast)) / 2 ** 7), 12);
  });

  it('answers for ten thousand blocks without fifty million means', () => {
    const logs = Array.from({ length: 10_000 }, (_, i) => 0.02 + Math.sin(i * 12.9898) * 0.1);
    const start = performance.now();
    const { estimate, low, high } = pairedShift(logs, 0.95);
    expect(performance.now() - start).toBeLessThan(2000);
    expect(low!).toBeLessThan(estimate!);
    expect(high!).toBeGreaterThan(estimate!);
    expect(estimate).toBeCloseTo(0.02, 2);
  });

  it('finds the same sums by counting as by sorting', () => {
    const sorted = Float64Array.from({ length: 150 }, (_, i) => Math.sin(i * 78.233)).sort();
    const sums = Float64Array.from([...sorted].flatMap((a, i) => [...sorted.subarray(i)].map((b) => a + b))).sort();
    for (const k of [1, 2, 77, 5000, sums.length]) expect(kthPairSum(sorted, k)).toBeCloseTo(sums[k - 1]!, 12);
    const other = Float64Array.from({ length: 40 }, (_, i) => Math.cos(i * 3.7)).sort();
    const differences = Float64Array.from([...sorted].flatMap((a) => [...other].map((b) => a - b))).sort();
    for (const k of [1, 9, 3000, differences.length])
      expect(kthDifference(sorted, other, k)).toBeCloseTo(differences[k - 1]!, 12);
  });
});

describe('the shift of two samples', () => {
  it.each(golden.twoSamples)('is what scipy says: $name', ({ a, b, estimate, p }) => {
    const shift = twoSampleShift(a, b, 0.95);
    expect([shift.estimate, shift.p].map(rounded)).toEqual([estimate, p].map(rounded));
    expect(shift.low === null || (shift.low > 0 || shift.high! < 0) === p <= 0.05).toBe(true);
  });

  it('is nothing where a side is empty', () => {
    expect(twoSampleShift([], [1], 0.95)).toEqual({ n: 0, estimate: null, low: null, high: null, p: null });
  });
});

describe('p-values of many comparisons', () => {
  it.each(golden.adjusted)('are adjusted as scipy does: $name', ({ p, bh, holm }) => {
    expect(adjustP(p, 'benjamini-hochberg').map(rounded)).toEqual(bh.map(rounded));
    expect(adjustP(p, 'holm').map(rounded)).toEqual(holm.map(rounded));
    expect(adjustP(p, 'none')).toEqual(p);
  });

  it('do not count what has none', () => {
    expect(adjustP([0.01, null, 0.02], 'holm')).toEqual([0.02, null, 0.02]);
  });
});

describe('shares', () => {
  it.each(golden.shares)('are compared as scipy does: $counts', ({ counts, p, interval }) => {
    expect(fisherP(...counts)).toBeCloseTo(p, 9);
    expect(binomialInterval(counts[0], counts[1], 0.95).map(rounded)).toEqual(interval.map(rounded));
  });
});
