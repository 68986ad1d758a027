import type { RunData } from '../model/index.js';
import { findModes } from './modes.js';
import { median } from './order.js';
import { settledOutcomes } from './outcomes.js';
import { pairedShift } from './paired.js';
import { trialValues } from './trial-values.js';

/**
 * A run during which a hypervisor moved the machine's CPUs: at times the first two were near each other (threads of one core, say), at
 * others far apart. Who hands work from one CPU to the other, as gVisor does at every system call, is slower then.
 */
export interface CoreDistance {
  /** A cache line from one CPU to the other in either state, ns (`core_to_core_ns`). */
  readonly nearNs: number;
  readonly farNs: number;
  /** Of the trials whose distance is known, how many were far. */
  readonly farShare: number;
  readonly trials: number;
  /** Time while far over time while near, over the cases that have launches enough of both. */
  readonly effects: readonly {
    readonly environment: string;
    readonly ratio: number;
    readonly low: number | null;
    readonly high: number | null;
    readonly cases: number;
  }[];
}

/** Launches that each state needs of a case before their medians are compared. */
const FEWEST_LAUNCHES = 2;

/** @returns `null` where the distance was the same all the time, or is not known */
export function coreDistance(run: RunData): CoreDistance | null {
  const known = run.trials.flatMap(({ values }) => values['core_to_core_ns'] ?? []).filter((ns) => ns > 0);
  const modes = findModes(known.map(Math.log));
  if (modes === null) return null;
  const outcomes = settledOutcomes(run.trials);
  const values = trialValues(run);
  const { cases, environments } = run.manifest.plan;
  const effects = environments.flatMap((environment) => {
    const shifts = cases.flatMap(({ id, headline, headlineBetter }) => {
      const launches = run.trials.flatMap((trial, i) => {
        const value = values[i]!.get(headline)?.value ?? 0;
        const ns = trial.values['core_to_core_ns'] ?? 0;
        const counts = trial.caseId === id && trial.environmentId === environment && outcomes[i] === 'completed';
        return counts && value > 0 && ns > 0 ? [{ log: Math.log(value), far: Math.log(ns) > modes.threshold }] : [];
      });
      const [far, near] = [true, false].map((state) => launches.filter((it) => it.far === state).map(({ log }) => log));
      if (Math.min(far!.length, near!.length) < FEWEST_LAUNCHES) return [];
      return [(headlineBetter === 'lower' ? 1 : -1) * (median(far!)! - median(near!)!)];
    });
    const { estimate, low, high, n } = pairedShift(shifts, 0.95);
    const exp = (value: number | null): number | null => (value === null ? null : Math.exp(value));
    return estimate === null
      ? []
      : [{ environment, ratio: Math.exp(estimate), low: exp(low), high: exp(high), cases: n }];
  });
  return {
    nearNs: Math.exp(modes.fast.center),
    farNs: Math.exp(modes.slow.center),
    farShare: modes.slow.share,
    trials: known.length,
    effects,
  };
}
