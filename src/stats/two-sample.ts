import { normalRankSum, rankSumCdf } from './null-distribution.js';
import { kthDifference } from './pair-sums.js';
import { midRanks, rankAt, requireFinite, type Shift } from './paired.js';

/**
 * How far one sample lies above another: Hodges–Lehmann's shift (the median of all differences), the Mann–Whitney test, and
 * the interval that belongs to it (Hollander, Wolfe & Chicken, *Nonparametric Statistical Methods*, 3rd ed., §4.1–4.3). For two runs:
 * their blocks have nothing in common. It takes blocks of one run for independent of the run, so what moves a whole run
 * (a host's day) is not in the interval.
 * @throws RangeError for values that are not finite
 */
export function twoSampleShift(candidate: readonly number[], baseline: readonly number[], confidence: number): Shift {
  requireFinite(candidate);
  requireFinite(baseline);
  const [n, m] = [candidate.length, baseline.length];
  if (n === 0 || m === 0) return { n: 0, estimate: null, low: null, high: null, p: null };
  const a = Float64Array.from(candidate).sort();
  const b = Float64Array.from(baseline).sort();
  const all = n * m;
  const k = rankAt(rankSumCdf(n, m), (1 - confidence) / 2, all);
  return {
    n: Math.min(n, m),
    estimate: (kthDifference(a, b, Math.ceil(all / 2)) + kthDifference(a, b, Math.floor(all / 2) + 1)) / 2,
    low: k === 0 ? null : kthDifference(a, b, k),
    high: k === 0 ? null : kthDifference(a, b, all + 1 - k),
    p: rankSumP(candidate, baseline),
  };
}

/** Two-sided p-value of the Mann–Whitney U test: exact without ties and up to n·m = 6,400, else normal with tie and continuity correction. */
export function rankSumP(candidate: readonly number[], baseline: readonly number[]): number {
  const [n, m] = [candidate.length, baseline.length];
  if (n === 0 || m === 0) return 1;
  const { ranks, tied, tieTerm } = midRanks([...candidate, ...baseline]);
  const u = ranks.slice(0, n).reduce((sum, rank) => sum + rank, 0) - (n * (n + 1)) / 2;
  const cdf = tied ? normalRankSum(n, m, tieTerm) : rankSumCdf(n, m);
  return Math.min(1, 2 * Math.min(cdf(u), cdf(n * m - u)));
}
