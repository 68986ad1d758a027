import { INJECTION_KINDS, SeebenchError, EXIT, type InjectionKind, type Trial } from '../model/index.js';
import { median } from '../stats/index.js';
import type { PilotCase } from './pool.js';

/**
 * Reduces the trials of a pilot, launched with `calibrate`, to what the pool's amounts are made of. A part
 * `part/inject-<kind>_ns` is one timed group of {@link UNITS_PER_PART} units.
 * @throws SeebenchError `pilot-failed` when no trial completed, or one kind was never timed
 */
export function reducePilot(trials: readonly Trial[], headline: string): PilotCase {
  const completed = trials.filter(({ outcome }) => outcome.kind === 'completed');
  const of = (metric: string): number => {
    const values = completed.map(
      (trial) =>
        trial.values[metric] ??
        median(trial.samples.filter((sample) => sample.metric === metric).map((sample) => sample.value)),
    );
    const center = median(values.filter((value): value is number => value !== null && value > 0));
    if (center !== null) return center;
    const [first] = trials;
    const reasons = trials.flatMap(({ outcome }) => ('reason' in outcome ? [outcome.reason] : []));
    throw new SeebenchError(
      'pilot-failed',
      `${first ? `${first.caseId} in ${first.environmentId}` : 'the pilot'} gave no ${metric}${reasons.length > 0 ? `: ${reasons[0]}` : ''}`,
      'slow down a Python case that uses seebench_guest (`--slow`)',
      EXIT.noAnswer,
    );
  };
  const unitNs = Object.fromEntries(
    INJECTION_KINDS.map((kind) => [kind, of(`part/inject-${kind}_ns`) / UNITS_PER_PART[kind]]),
  ) as Record<InjectionKind, number>;
  return { headlineNs: of(headline), unitNs };
}

/** As `CALIBRATION_UNITS` of `workloads/_guest/seebench_inject.py` has them; a test compares the two. */
export const UNITS_PER_PART: Readonly<Record<InjectionKind, number>> = { cpu: 50, syscall: 500, fault: 10 };
