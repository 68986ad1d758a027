import { median } from './order.js';

/** Measurements in levels, e.g. blocks of trials of iterations: the innermost arrays hold numbers. */
export type Nested = readonly number[] | readonly Nested[];

/**
 * Components of variance of nested measurements, from the innermost level (iterations) outwards (trials, blocks, runs), after
 * Kalibera & Jones, *Rigorous Benchmarking in Reasonable Time* (ISMM 2013), §6.1: the mean variance S² inside the groups of a level, less
 * what the level below contributes to it, S²/n. Groups of different sizes count with the harmonic mean of their sizes; groups of one say
 * nothing. A component that comes out negative is 0: the level adds nothing that can be seen.
 * @returns one variance a level; NaN where no group has two members
 */
export function varianceComponents(data: Nested): number[] {
  const levels = levelsOf(data);
  let below = { variance: 0, size: 1 };
  return levels.map((groups) => {
    const several = groups.filter((group) => group.length > 1);
    const variance = mean(several.map(varianceOf));
    const component = variance - below.variance / below.size;
    below = { variance, size: groups.length / groups.reduce((sum, group) => sum + 1 / group.length, 0) };
    return Number.isNaN(variance) ? NaN : Math.max(0, component);
  });
}

/** Groups of each level from the innermost: first of raw values, then of means of groups below. */
function levelsOf(data: Nested): number[][][] {
  const levels: number[][][] = [];
  const collect = (node: Nested): { depth: number; mean: number } => {
    const inner = (node as readonly (number | Nested)[]).map((it) =>
      typeof it === 'number' ? { depth: -1, mean: it } : collect(it),
    );
    const depth = 1 + Math.max(-1, ...inner.map((it) => it.depth));
    const values = inner.map((it) => it.mean);
    (levels[depth] ??= []).push(values);
    return { depth, mean: mean(values) };
  };
  collect(data);
  return levels;
}

/**
 * How many iterations a trial should have: the cost of a launch is spread over as many as pay (Kalibera & Jones 2013, §6.2,
 * n = √(c₂/c₁ · T₁²/T₂²)). `most` where launches differ in nothing but their iterations.
 * @param costs of a launch without its iterations, and of one iteration, in the same unit
 * @param components variances of iterations and of trials
 */
export function chooseIterations(
  costs: { readonly launch: number; readonly iteration: number },
  [ofIterations, ofTrials]: readonly [number, number],
  { least, most }: { readonly least: number; readonly most: number },
): number {
  if (!(ofIterations > 0)) return least;
  const best = ofTrials > 0 ? Math.sqrt((costs.launch / costs.iteration) * (ofIterations / ofTrials)) : most;
  return Math.min(most, Math.max(least, Math.ceil(best)));
}

/**
 * How many blocks a comparison of two environments needs until its interval is so narrow: the two trials of a block differ with the variance
 * 2·(T₂² + T₁²/n), and the normal approximation does for planning.
 * @param halfWidth of the interval of the log-ratio
 * @param z quantile of the normal distribution, 1.96 for 95 %
 */
export function blocksFor(
  [ofIterations, ofTrials]: readonly [number, number],
  iterations: number,
  halfWidth: number,
  z: number,
): number {
  return Math.ceil((z / halfWidth) ** 2 * 2 * (ofTrials + ofIterations / iterations));
}

/** Logarithms of iterations without what belongs to their place in the trial: what stays is what differs from trial to trial. */
export function withoutPlaces(trials: readonly (readonly number[])[]): number[][] {
  const length = trials.reduce((least, trial) => Math.min(least, trial.length), Infinity);
  const places = Array.from({ length }, (_, i) => median(trials.map((trial) => trial[i]!))!);
  return trials.map((trial) => trial.slice(0, length).map((value, i) => value - places[i]!));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function varianceOf(values: readonly number[]): number {
  const center = mean(values);
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1);
}
