/** Above these sizes the normal approximation takes over; its error is then below a thousandth. */
const EXACT_SIGNED_RANK_N = 80;
const EXACT_RANK_SUM_PRODUCT = 6400;

/** P(T ≤ t) of a rank statistic if nothing differs, `t` in steps of one half. */
export type Cdf = (t: number) => number;

const signedRankCdfs = new Map<number, Cdf>();
const rankSumCdfs = new Map<string, Cdf>();

/**
 * The distribution of Wilcoxon's signed-rank statistic T⁺ without ties: each rank 1…n counts with probability ½. Exact up to
 * n = 80 by adding rank after rank to the distribution; normal with continuity correction above.
 */
export function signedRankCdf(n: number): Cdf {
  const known = signedRankCdfs.get(n);
  if (known) return known;
  const cdf = n <= EXACT_SIGNED_RANK_N ? signFlipCdf(Array.from({ length: n }, (_, i) => i + 1)) : normal(n);
  signedRankCdfs.set(n, cdf);
  return cdf;
  function normal(count: number): Cdf {
    const mean = (count * (count + 1)) / 4;
    const sd = Math.sqrt((count * (count + 1) * (2 * count + 1)) / 24);
    return (t) => normalCdf((t + 0.5 - mean) / sd);
  }
}

/**
 * The distribution of the sum of those `ranks` whose sign is positive, every sign with probability ½: the signed-rank
 * statistic with ties, where ranks may be halves.
 */
export function signFlipCdf(ranks: readonly number[]): Cdf {
  if (ranks.length > EXACT_SIGNED_RANK_N) {
    const mean = ranks.reduce((sum, rank) => sum + rank, 0) / 2;
    const sd = Math.sqrt(ranks.reduce((sum, rank) => sum + rank * rank, 0)) / 2;
    return (t) => normalCdf((t + 0.5 - mean) / sd);
  }
  // In halves of a rank, so that mid-ranks are whole.
  const total = ranks.reduce((sum, rank) => sum + 2 * rank, 0);
  let chance = new Float64Array(total + 1);
  chance[0] = 1;
  for (const rank of ranks) {
    const next = new Float64Array(total + 1);
    for (let sum = 0; sum <= total; sum++) {
      const without = chance[sum]!;
      if (without === 0) continue;
      next[sum]! += without / 2;
      next[sum + 2 * rank]! += without / 2;
    }
    chance = next;
  }
  return cumulated(chance, 2);
}

/**
 * The distribution of the Mann–Whitney statistic U of samples of n and m without ties. Exact for n·m up to 6,400 by the
 * Gaussian binomial coefficient; normal with continuity correction above.
 */
export function rankSumCdf(n: number, m: number): Cdf {
  const key = `${n} ${m}`;
  const known = rankSumCdfs.get(key);
  if (known) return known;
  const cdf = n * m <= EXACT_RANK_SUM_PRODUCT ? exactRankSum(n, m) : normalRankSum(n, m, 0);
  rankSumCdfs.set(key, cdf);
  return cdf;
}

/** @param tieTerm Σ(t³ − t) over groups of equal values */
export function normalRankSum(n: number, m: number, tieTerm: number): Cdf {
  const all = n + m;
  const sd = Math.sqrt(((n * m) / 12) * (all + 1 - tieTerm / (all * (all - 1))));
  return (u) => (sd === 0 ? 1 : normalCdf((u + 0.5 - (n * m) / 2) / sd));
}

function exactRankSum(n: number, m: number): Cdf {
  const size = n * m + 1;
  const counts = new Float64Array(size);
  counts[0] = 1;
  // Product over i of (1 − q^(m+i)) / (1 − q^i), truncated at q^(nm); scaled as it grows, for C(160, 80) leaves the doubles' whole numbers.
  for (let i = 1; i <= n; i++) {
    for (let u = size - 1; u >= m + i; u--) counts[u]! -= counts[u - m - i]!;
    for (let u = i; u < size; u++) counts[u]! += counts[u - i]!;
    const scale = i / (m + i);
    for (let u = 0; u < size; u++) counts[u]! *= scale;
  }
  return cumulated(counts, 1);
}

function cumulated(chance: Float64Array, perUnit: number): Cdf {
  const sums = new Float64Array(chance.length);
  let sum = 0;
  for (let i = 0; i < chance.length; i++) sums[i] = sum += Math.max(0, chance[i]!);
  return (t) => {
    const at = Math.floor(t * perUnit + 1e-9);
    return at < 0 ? 0 : at >= sums.length ? 1 : sums[at]! / sum;
  };
}

/** Φ(z) by Abramowitz & Stegun 7.1.26's relative of higher order (W. J. Cody's erfc would be finer than needed): error < 1.2e-7. */
export function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  // Numerical Recipes' Chebyshev fit of erfc, fractional error below 1.2e-7 everywhere.
  const coefficients = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  const series = coefficients.reduceRight((sum, c) => sum * t + c, 0);
  const erfc = t * Math.exp(-x * x + series);
  return z >= 0 ? 1 - erfc / 2 : erfc / 2;
}
