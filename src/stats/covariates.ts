import { median } from './order.js';

/** Pairs that one covariate needs before its slope is worth its own error: below, it adds more noise than it takes. */
const PAIRS_PER_COVARIATE = 8;
/**
 * Least n·r² of a covariate that is used: one that has nothing to do with the values reaches it in one of 200 times. What explains less
 * would take out less noise than its slope brings in.
 */
const LEAST_EVIDENCE = 8;
/** Differences are drawn in to so many robust standard deviations: one stolen second must not set the slope. */
const FARTHEST = 4;

/** Log-ratios from which was taken what covariates explain. */
export interface Adjusted {
  readonly adjusted: number[];
  /** By covariate; 0 for one that was not used. */
  readonly slopes: number[];
}

/**
 * Takes out of paired log-ratios what the host did to one side and not to the other: a least-squares regression *through the
 * origin* on the differences of covariates (candidate − baseline).
 *
 * Through the origin, because the slopes then do not change when the two sides of any block are exchanged (both the log-ratio
 * and the differences change their sign): conditional on them each adjusted log-ratio is still as likely positive as negative
 * when the two sides are identical.
 *
 * No verdict uses it. A covariate is unbiased only where the candidate does not move it, and these are counted during the trial: the side
 * that takes longer sees more steal and more of others' CPU time, and the regression takes part of the very difference for the host's
 * doing. Certificates show what it would be worth on identical pairs.
 * @param differences by covariate, each as long as `logRatios`; a covariate with a value that is not known is left out
 */
export function adjustForCovariates(
  logRatios: readonly number[],
  differences: readonly (readonly number[])[],
): Adjusted {
  const n = logRatios.length;
  const slopes = differences.map(() => 0);
  const most = Math.floor(n / PAIRS_PER_COVARIATE);
  const drawnIn = differences.map(drawIn);
  const y = drawIn(logRatios) ?? [...logRatios];
  const usable = drawnIn
    .map((x, index) => ({ x, index, strength: x === null ? 0 : Math.abs(correlation(x, y)) }))
    .filter(
      (it): it is { x: number[]; index: number; strength: number } =>
        it.x !== null && n * it.strength ** 2 >= LEAST_EVIDENCE,
    )
    .toSorted((a, b) => b.strength - a.strength)
    .slice(0, most);
  const solved = solve(
    usable.map(({ x }) => x),
    y,
  );
  usable.forEach(({ index }, i) => (slopes[index] = solved[i]!));
  const adjusted = logRatios.map((value, i) =>
    usable.reduce((rest, { x, index }) => rest - slopes[index]! * x[i]!, value),
  );
  return { adjusted, slopes };
}

/** Values limited to {@link FARTHEST} robust standard deviations from 0; `null` where they say nothing. */
function drawIn(values: readonly number[]): number[] | null {
  if (values.length === 0 || !values.every(Number.isFinite)) return null;
  const sd = 1.4826 * median(values.map(Math.abs))!;
  // Counters in ticks are mostly equal on both sides: then the mean size is the scale.
  const scale = sd > 0 ? sd : values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
  return scale > 0 ? values.map((value) => Math.max(-FARTHEST * scale, Math.min(FARTHEST * scale, value))) : null;
}

function correlation(x: readonly number[], y: readonly number[]): number {
  const [xy, xx, yy] = [dot(x, y), dot(x, x), dot(y, y)];
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}

function dot(x: readonly number[], y: readonly number[]): number {
  return x.reduce((sum, value, i) => sum + value * y[i]!, 0);
}

/** Least squares by modified Gram–Schmidt; a column that the others before it already explain gets the slope 0. */
function solve(columns: readonly (readonly number[])[], y: readonly number[]): number[] {
  const k = columns.length;
  const q: number[][] = [];
  const r = Array.from({ length: k }, () => Array.from<number>({ length: k }).fill(0));
  const kept: boolean[] = [];
  columns.forEach((column, j) => {
    const rest = [...column];
    for (let i = 0; i < j; i++) {
      if (!kept[i]) continue;
      const along = (r[i]![j] = dot(q[i]!, rest));
      rest.forEach((value, row) => (rest[row] = value - along * q[i]![row]!));
    }
    const length = Math.sqrt(dot(rest, rest));
    kept[j] = length > 1e-9 * Math.sqrt(dot(column, column));
    r[j]![j] = length;
    q.push(kept[j] ? rest.map((value) => value / length) : rest);
  });
  const slopes = Array.from<number>({ length: k }).fill(0);
  for (let j = k - 1; j >= 0; j--) {
    if (!kept[j]) continue;
    const later = slopes.reduce((sum, slope, i) => (i > j ? sum + slope * r[j]![i]! : sum), 0);
    slopes[j] = (dot(q[j]!, y) - later) / r[j]![j]!;
  }
  return slopes;
}
