import { signedRankCdf, signFlipCdf } from './null-distribution.js';
import { kthPairSum } from './pair-sums.js';

/** By how much one side lies above the other, on the logarithmic scale. */
export interface Shift {
  /** Pairs, or the smaller of two samples. */
  readonly n: number;
  readonly estimate: number | null;
  /** Interval at the confidence that was asked; `null` where n is too small for one. */
  readonly low: number | null;
  readonly high: number | null;
  /** Two-sided. */
  readonly p: number | null;
}

const NOTHING: Shift = { n: 0, estimate: null, low: null, high: null, p: null };

/**
 * How far paired log-ratios lie from 0: Hodges–Lehmann's estimate (the median of all means of two), Wilcoxon's signed-rank
 * test, and the interval that belongs to it (Hollander, Wolfe & Chicken, *Nonparametric Statistical Methods*, 3rd ed., §3.1–3.3).
 *
 * In a block both sides are launched in random order; if nothing differs they can be exchanged, so the log-ratio of each
 * block is as likely positive as negative of the same size *whatever the distribution*, two modes included. Hence test and
 * interval are exact for a change that shifts all launches by one factor.
 * @param logRatios candidate over baseline, one per block, finite
 * @throws RangeError for values that are not finite: what could not be measured has no place here
 */
export function pairedShift(logRatios: readonly number[], confidence: number): Shift {
  requireFinite(logRatios);
  const n = logRatios.length;
  if (n === 0) return NOTHING;
  const sorted = Float64Array.from(logRatios).sort();
  const sums = (n * (n + 1)) / 2;
  const k = rankAt(signedRankCdf(n), (1 - confidence) / 2, sums);
  return {
    n,
    estimate: center(sorted),
    low: k === 0 ? null : kthPairSum(sorted, k) / 2,
    high: k === 0 ? null : kthPairSum(sorted, sums + 1 - k) / 2,
    p: signedRankP(logRatios),
  };
}

/** A shift of logarithms as a factor with its interval. @param shift of one pair at least */
export function asRatio({ estimate, low, high, n }: Shift): {
  readonly ratio: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
} {
  const exp = (value: number | null): number | null => (value === null ? null : Math.exp(value));
  return { ratio: Math.exp(estimate!), low: exp(low), high: exp(high), n };
}

/**
 * Hodges and Lehmann's estimate of the centre: the median of the means of all pairs, each value with itself too. As efficient
 * as the mean for normal values, and as little moved by a few far ones as a median.
 * @param values at least one, finite
 */
export function hodgesLehmann(values: readonly number[]): number {
  return center(Float64Array.from(values).sort());
}

function center(sorted: Float64Array): number {
  const sums = (sorted.length * (sorted.length + 1)) / 2;
  return (kthPairSum(sorted, Math.ceil(sums / 2)) + kthPairSum(sorted, Math.floor(sums / 2) + 1)) / 4;
}

/**
 * Two-sided p-value of Wilcoxon's signed-rank test, conditional on the sizes: exact with ties too. Zeros say nothing and are
 * left out, as Wilcoxon did. Nothing but zeros gives 1.
 */
export function signedRankP(values: readonly number[]): number {
  const other = values.filter((value) => value !== 0);
  const { ranks, tied } = midRanks(other.map(Math.abs));
  const positive = ranks.reduce((sum, rank, i) => sum + (other[i]! > 0 ? rank : 0), 0);
  const cdf = tied ? signFlipCdf(ranks) : signedRankCdf(other.length);
  const all = (other.length * (other.length + 1)) / 2;
  // Signs can all be turned round, so that P(T ≥ t) is P(T ≤ all − t).
  return Math.min(1, 2 * Math.min(cdf(positive), cdf(all - positive)));
}

/** The greatest k from 1 with P(T ≤ k − 1) ≤ tail; 0 where even P(T ≤ 0) is more. */
export function rankAt(cdf: (t: number) => number, tail: number, most: number): number {
  let [low, high] = [0, Math.ceil(most / 2)];
  while (low < high) {
    const k = Math.ceil((low + high) / 2);
    if (cdf(k - 1) <= tail * (1 + 1e-12)) low = k;
    else high = k - 1;
  }
  return low;
}

/** Ranks from 1, equal values sharing the mean of theirs. */
export function midRanks(values: readonly number[]): {
  readonly ranks: number[];
  readonly tied: boolean;
  readonly tieTerm: number;
} {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const ranks = Array.from<number>({ length: values.length });
  let tieTerm = 0;
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    const count = to - from;
    tieTerm += count ** 3 - count;
    for (let i = from; i < to; i++) ranks[order[i]!] = (from + to + 1) / 2;
    from = to;
  }
  return { ranks, tied: tieTerm > 0, tieTerm };
}

export function requireFinite(values: readonly number[]): void {
  if (!values.every(Number.isFinite)) throw new RangeError('a comparison of values that are not finite');
}
