import { rng, shuffle } from './rng.js';

/** A place where a series changes. */
export interface ChangePoint {
  /** First value of what comes after. */
  readonly index: number;
  /** Share of shuffled series that have as large a change. */
  readonly p: number;
}

export interface ChangePointOptions {
  /** A change counts with p at most this. */
  readonly significance: number;
  /** Fewest values between two changes. */
  readonly minSegment: number;
  readonly seed: number | string;
}

const SHUFFLES = 499;

/**
 * Change points of a series in its order: E-divisive (Matteson & James 2014, *JASA* 109:334), which sees any change of the
 * distribution: a segment is cut where the energy distance between what is before and after is largest, if a series in random order
 * rarely has as large a one; then both parts are looked at.
 */
export function changePoints(values: readonly number[], options: ChangePointOptions): ChangePoint[] {
  const random = rng(`${options.seed}/change-points`);
  const found: ChangePoint[] = [];
  const divide = (from: number, to: number): void => {
    const segment = values.slice(from, to);
    const best = bestCut(segment, options.minSegment);
    if (best === null) return;
    let asLarge = 0;
    for (let i = 0; i < SHUFFLES; i++) {
      const other = bestCut(shuffle(segment, random), options.minSegment)!;
      if (other.distance >= best.distance * (1 - 1e-12)) asLarge++;
      // More cannot make it significant.
      if ((asLarge + 1) / (SHUFFLES + 1) > options.significance) return;
    }
    found.push({ index: from + best.at, p: (asLarge + 1) / (SHUFFLES + 1) });
    divide(from, from + best.at);
    divide(from + best.at, to);
  };
  divide(0, values.length);
  return found.toSorted((a, b) => a.index - b.index);
}

/**
 * The cut with the largest scaled energy distance mn/(m+n)·(2·E|X−Y| − E|X−X′| − E|Y−Y′|) between what is before it and what is after
 * it, up to where that is largest (κ in the paper): a series that rises and comes back would else look alike on both
 * sides. `null` where the segment is too short.
 */
function bestCut(
  values: readonly number[],
  minSegment: number,
): { readonly at: number; readonly distance: number } | null {
  const n = values.length;
  if (n < 2 * minSegment) return null;
  // Sums of distances: of all pairs before an index, and of all from an index up to the end, which moves on by one.
  const before = new Float64Array(n + 1);
  const from = new Float64Array(n + 1);
  let best: { at: number; distance: number } | null = null;
  for (let end = 1; end <= n; end++) {
    const added = values[end - 1]!;
    let toAdded = 0;
    for (let at = end - 2; at >= 0; at--) {
      toAdded += Math.abs(values[at]! - added);
      from[at]! += toAdded;
    }
    before[end] = from[0]!;
    for (let at = minSegment; at <= end - minSegment; at++) {
      const [m, k] = [at, end - at];
      const across = before[end]! - before[at]! - from[at]!;
      const within = (sum: number, size: number): number => (size < 2 ? 0 : sum / ((size * (size - 1)) / 2));
      const distance = ((m * k) / (m + k)) * ((2 * across) / (m * k) - within(before[at]!, m) - within(from[at]!, k));
      if (best === null || distance > best.distance) best = { at, distance };
    }
  }
  return best;
}
