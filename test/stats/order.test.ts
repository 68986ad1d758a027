import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { median, medianInterval, quantile, ratioInterval } from '../../src/stats/index.js';
import { medianRank } from '../../src/stats/order.js';

interface Golden {
  readonly cases: readonly {
    readonly name: string;
    readonly values: readonly number[];
    readonly median: number;
    readonly quartiles: readonly [number, number];
    readonly interval: readonly [number | null, number | null];
  }[];
  readonly ranks: Readonly<Record<string, number>>;
}
/** Made by golden.py beside it. */
const golden = JSON.parse(readFileSync(new URL('golden.json', import.meta.url), 'utf8')) as Golden;

describe('the median and its interval', () => {
  it.each(golden.cases)('are what scipy says: $name', ({ values, interval, ...expected }) => {
    const result = medianInterval(values);
    expect(result.median).toBeCloseTo(expected.median, 12);
    expect([result.low, result.high]).toEqual(interval);
    expect(quantile(values, 0.25)).toBeCloseTo(expected.quartiles[0], 12);
    expect(quantile(values, 0.75)).toBeCloseTo(expected.quartiles[1], 12);
  });

  it.each(Object.entries(golden.ranks))('take the right order statistics at n = %s', (n, rank) => {
    expect(medianRank(Number(n))).toBe(rank);
  });

  it('are unknown of nothing', () => {
    expect(median([])).toBeNull();
    expect(medianInterval([])).toEqual({ median: null, low: null, high: null });
  });

  it('leave the values as they were', () => {
    const values = [3, 1, 2];
    medianInterval(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('the ratio of a case', () => {
  it.each(golden.cases)('has the order statistics of the block ratios as ends: $name', ({ values, interval }) => {
    const { low, high } = ratioInterval(values);
    const rounded = (end: number | null) => (end === null ? null : Number(end.toPrecision(12)));
    expect([low, high].map(rounded)).toEqual(interval.map(rounded));
  });

  it('turns into its reciprocal when the sides are swapped, for even counts too', () => {
    const ratios = [1.1, 1.4, 1.2, 3, 0.9, 1.3, 1.25, 2];
    const there = ratioInterval(ratios);
    const back = ratioInterval(ratios.map((ratio) => 1 / ratio));
    expect(back.ratio).toBeCloseTo(1 / there.ratio!, 12);
    expect(back.low).toBeCloseTo(1 / there.high!, 12);
    expect(back.high).toBeCloseTo(1 / there.low!, 12);
  });

  it('is open at both ends with five blocks, and closed with six', () => {
    expect(ratioInterval([1, 2, 3, 4, 5])).toMatchObject({ low: null, high: null });
    const { low, high } = ratioInterval([1, 2, 3, 4, 5, 6]);
    expect([low, high].map((end) => Number(end?.toFixed(9)))).toEqual([1, 6]);
  });

  it('leaves out what has no place on a ratio scale', () => {
    expect(ratioInterval([0, Number.POSITIVE_INFINITY, Number.NaN, -1, 2]).ratio).toBeCloseTo(2, 12);
    expect(ratioInterval([0])).toEqual({ ratio: null, low: null, high: null });
  });
});
