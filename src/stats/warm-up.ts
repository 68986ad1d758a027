import { changePoints } from './change-points.js';
import { median } from './order.js';

/**
 * How the iterations of a trial go, after Barrett et al. 2017 (*Virtual Machine Warmup Blows Hot and Cold*, OOPSLA): `flat`; `warm-up`,
 * steady and faster from an iteration on; `slowdown`, steady and slower; `no steady state`, when it still changes in its last half; `unknown`
 * with too few iterations to tell.
 */
export type SteadyState =
  | { readonly kind: 'flat' | 'unknown' | 'no steady state' }
  | { readonly kind: 'warm-up' | 'slowdown'; readonly from: number };

/** Fewer iterations tell nothing. */
export const FEWEST_ITERATIONS = 10;
/** Segments whose medians are closer are the same: a change of a per cent is no warm-up. */
const SAME_LEVEL = Math.log(1.02);

/** More are taken together, neighbours by their median: finding change points takes the square of their number. */
const MOST_POINTS = 200;

/** Finds where a trial becomes steady, by change points of its iterations (logarithms, in their order). Drops nothing. */
export function steadyState(all: readonly number[]): SteadyState {
  if (all.length < FEWEST_ITERATIONS) return { kind: 'unknown' };
  const together = Math.ceil(all.length / MOST_POINTS);
  const iterations = Array.from({ length: Math.floor(all.length / together) }, (_, i) =>
    median(all.slice(i * together, (i + 1) * together))!,
  );
  const n = iterations.length;
  const cuts = changePoints(iterations, { significance: 0.01, minSegment: 3, seed: n }).map(({ index }) => index);
  const ends = [0, ...cuts, n];
  const levels = ends.slice(1).map((end, i) => median(iterations.slice(ends[i], end))!);
  const last = levels.at(-1)!;
  // Back from the end as long as the level is the same.
  let steady = levels.length - 1;
  while (steady > 0 && Math.abs(levels[steady - 1]! - last) < SAME_LEVEL) steady--;
  if (steady === 0) return { kind: 'flat' };
  const from = ends[steady]!;
  if (from > n / 2) return { kind: 'no steady state' };
  return { kind: levels[steady - 1]! > last ? 'warm-up' : 'slowdown', from: from * together };
}
