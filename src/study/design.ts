import { blocksFor, chooseIterations, median } from '../stats/index.js';
import type { Trial } from '../model/index.js';

/** How the trials of a case should be made, and what that rests on. */
export interface Design {
  /** Iterations in each trial. */
  readonly iterations: number;
  /** Standard deviations of the logarithm, from iteration to iteration of a trial and from trial to trial. */
  readonly sd: { readonly iteration: number; readonly trial: number };
  /** Blocks after which the interval of a comparison of two environments should be as narrow as wanted. */
  readonly blocks: number;
}

/** More make a trial so long that the host changes within it. */
const MOST_ITERATIONS = 20;

/**
 * Chooses the iterations of a trial from a pilot's trials of one case in one environment, in their order (Kalibera & Jones 2013; see
 * {@link chooseIterations}). The components are those of the differences of trials that follow each other, iteration by iteration, as
 * a block compares them: what drifts slowly and what belongs to an iteration's place are gone. A component between trials that a
 * pilot of k differences of n iterations could not tell from nothing is taken as large as it could have missed, T₁²/n·√(2/k):
 * a few trials that happen to agree are no reason for endless ones.
 * @param halfWidth of the wanted interval of the log-ratio
 * @param z quantile of the normal distribution for its confidence
 * @returns `null` where fewer than three completed trials have two iterations or more
 */
export function designOf(
  trials: readonly Trial[],
  { halfWidth, z }: { readonly halfWidth: number; readonly z: number },
): Design | null {
  const usable = trials.flatMap(({ outcome, samples, wallNs }) => {
    const times = samples.filter(({ metric }) => metric === 'iteration_ns').map(({ value }) => value);
    return outcome.kind === 'completed' && times.length > 1 && times.every((it) => it > 0) && wallNs !== null
      ? [{ times, launchNs: wallNs - times.reduce((sum, it) => sum + it, 0) }]
      : [];
  });
  if (usable.length < 3) return null;
  const n = Math.min(...usable.map(({ times }) => times.length));
  const differences = usable
    .slice(1)
    .map(({ times }, i) => times.slice(0, n).map((time, j) => Math.log(time / usable[i]!.times[j]!)));
  const means = differences.map(mean);
  // Two trials a difference, hence half of its variance each.
  const ofIterations =
    mean(differences.flatMap((own, i) => own.map((it) => (it - means[i]!) ** 2))) * (n / (n - 1) / 2);
  const seen = mean(means.map((it) => it ** 2)) / 2 - ofIterations / n;
  const missed = (ofIterations / n) * Math.sqrt(2 / differences.length);
  const components = [ofIterations, Math.max(seen, missed)] as const;
  const costs = {
    launch: Math.max(0, median(usable.map(({ launchNs }) => launchNs))!),
    iteration: median(usable.flatMap(({ times }) => times))!,
  };
  const iterations = chooseIterations(costs, components, { least: 1, most: MOST_ITERATIONS });
  return {
    iterations,
    sd: { iteration: Math.sqrt(components[0]), trial: Math.sqrt(components[1]) },
    blocks: blocksFor(components, iterations, halfWidth, z),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
