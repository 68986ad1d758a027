import { ratioInterval } from '../stats/index.js';
import type { CaseView, EnvironmentView, Overhead, ReportView } from './view.js';

/** Two environments on the same platform and version that differ in their profile. */
export interface ProfilePair {
  readonly base: EnvironmentView;
  readonly tuned: EnvironmentView;
}

/**
 * `gvisor-systrap` with `gvisor-systrap-tuned` and the like, also where a version stands behind an `@`; where tuned was not measured, every
 * other profile with the defaults. Environments that a user has named are no pairs: nobody says what they tune.
 */
export function profilePairs({ others }: Pick<ReportView, 'others'>): ProfilePair[] {
  const pairs = others.flatMap((tuned) => {
    const { runtime, platform, profile } = tuned.record;
    const version = tuned.id.split('@')[1];
    const baseId = `gvisor-${platform}${version === undefined ? '' : `@${version}`}`;
    const base = others.find((environment) => environment.id === baseId);
    const isNamed = tuned.id.split('@')[0] === `gvisor-${platform}-${profile.id}`;
    return runtime === 'runsc' && isNamed && base !== undefined ? [{ base, tuned }] : [];
  });
  const ofTuned = pairs.filter(({ tuned }) => tuned.record.profile.id === 'tuned');
  return ofTuned.length > 0 ? ofTuned : pairs;
}

/** The geometric mean over the cases of a class, of all by default, as {@link Overhead}; `null` where no block has both. */
export function meanOf(
  { means }: ReportView,
  environment: string,
  baseline: string,
  group = 'all',
): (Overhead & { cases: number }) | null {
  const found = means.find((it) => it.class === group && it.environment === environment && it.baseline === baseline);
  return found === undefined
    ? null
    : { value: found.ratio, low: found.low, high: found.high, n: found.n, cases: found.cases };
}

/**
 * Time of `a` over time of `b` inside blocks, by the headline: less than 1 means that `a` is faster. Taken from the same blocks, so it is
 * sharper than holding two ratios to native against each other.
 * @returns `null` where no block has both
 */
export function compareHeadline(view: ReportView, aCase: CaseView, a: string, b: string): Overhead | null {
  const blocks = new Map<number, { a?: number; b?: number }>();
  for (const { trial, value } of view.trials(aCase.id)) {
    if (value === null || value <= 0) continue;
    const block = blocks.get(trial.block) ?? {};
    if (trial.environmentId === a) block.a = value;
    if (trial.environmentId === b) block.b = value;
    blocks.set(trial.block, block);
  }
  const ratios = [...blocks.values()].flatMap((block) =>
    block.a === undefined || block.b === undefined
      ? []
      : [aCase.headlineBetter === 'lower' ? block.a / block.b : block.b / block.a],
  );
  const { ratio, low, high } = ratioInterval(ratios);
  return ratio === null ? null : { value: ratio, low, high, n: ratios.length };
}
