/** Both ends, or `null` for both where n is too small to say anything at the confidence that was asked. */
export interface Interval {
  readonly low: number | null;
  readonly high: number | null;
}

const CONFIDENCE = 0.95;
/** Least n for which a distribution-free 95 % interval of a median exists: 1 − 2·½ⁿ ≥ 0.95. */
export const MIN_N_FOR_INTERVAL = 6;

/** The median; the mean of the middle two for an even count. `null` of nothing. Does not change `values`. */
export function median(values: ArrayLike<number>): number | null {
  return quantile(values, 0.5);
}

/** Quantile by linear interpolation between order statistics (Hyndman & Fan's type 7, as numpy and R have it). */
export function quantile(values: ArrayLike<number>, q: number): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * q;
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (high - low) * (at - Math.floor(at));
}

/**
 * Which order statistics bound the median with at least 95 % confidence, whatever the distribution: from the k-th
 * smallest to the k-th largest, where k is the greatest with P(Binomial(n, ½) < k) ≤ 2.5 %.
 * (Conover, Practical Nonparametric Statistics, 3rd ed., §3.2.)
 * @returns k from 1, or 0 where no such interval exists
 */
export function medianRank(n: number, confidence = CONFIDENCE): number {
  const tail = (1 - confidence) / 2;
  let logTerm = -n * Math.LN2;
  let below = 0;
  let k = 0;
  for (; k < n / 2; k++) {
    below += Math.exp(logTerm);
    if (below > tail) break;
    logTerm += Math.log((n - k) / (k + 1));
  }
  return k;
}

/**
 * Median with its distribution-free 95 % interval by order statistics. The true confidence is never below 95 %, for
 * bimodal distributions as well; the price is some width. With n < 6 the interval is open.
 */
export function medianInterval(
  values: ArrayLike<number>,
  confidence = CONFIDENCE,
): Interval & { readonly median: number | null } {
  const sorted = Float64Array.from(values).sort();
  const k = medianRank(sorted.length, confidence);
  const open = k === 0;
  return {
    median: median(sorted),
    low: open ? null : sorted[k - 1]!,
    high: open ? null : sorted[sorted.length - k]!,
  };
}
