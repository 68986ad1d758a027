import { normalCdf } from './null-distribution.js';

/** Pairs below which nothing is called narrow: the scale is not known yet. */
const FEWEST = 10;

/**
 * Whether a comparison has enough blocks: its interval would be narrower than `halfWidth` to either side. May be asked after every
 * block, for it looks only at the *sizes* of the log-ratios, never at their signs. If nothing differs, sizes and signs are independent (the two
 * sides of a block can be exchanged), so a rule that sees sizes alone leaves the signed-rank test at the end exactly what
 * it was. Stopping as soon as a test is significant does not (`test/stats/error-rates.test.ts` has both).
 *
 * The scale is the root mean square about 0, limited to four median sizes: with a real shift it is too large, and the
 * comparison goes on a little longer than it had to.
 * @param z quantile of the normal distribution for the interval's confidence, e.g. 2.58 for 99 %
 */
export function narrowEnough(logRatios: readonly number[], halfWidth: number, z: number): boolean {
  const n = logRatios.length;
  if (n < FEWEST) return false;
  const sizes = Float64Array.from(logRatios, Math.abs).sort();
  const most = 4 * sizes[n >> 1]!;
  const meanSquare = sizes.reduce((sum, size) => sum + Math.min(size, most) ** 2, 0) / n;
  return z * Math.sqrt(meanSquare / n) <= halfWidth;
}

/** The z for which a normal variable lies within ±z with this probability, by bisection on the error of {@link normalCdf}. */
export function zOf(confidence: number): number {
  let [low, high] = [0, 10];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (2 * normalCdf(middle) - 1 < confidence) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
