import { COVARIATES, type OutcomeKind, type RunData } from '../model/index.js';
import { hodgesLehmann } from './paired.js';
import { median } from './order.js';
import { settledOutcomes } from './outcomes.js';
import { trialSamples } from './trial-values.js';

/** One trial as a comparison needs it. */
export interface ComparedTrial {
  readonly outcome: OutcomeKind;
  /** Whether the trial has the metric at all, whatever its value. */
  readonly measured: boolean;
  /** Logarithm of the metric's value; `null` where the trial has none that is positive. */
  readonly logValue: number | null;
  /** Logarithms of the iterations in their order; empty where the metric is no iteration's. */
  readonly iterations: readonly number[];
  /** What the host was like around it, by {@link COVARIATE_NAMES}, on a logarithmic scale; NaN where not known. */
  readonly covariates: readonly number[];
}

/** Blocks of one case: trials by environment id. */
export type ComparedBlock = ReadonlyMap<string, ComparedTrial>;

/** The covariates of a trial, in the order in which everything here has them. */
export const COVARIATE_NAMES: readonly string[] = Object.keys(COVARIATES);

/** Metrics whose samples are iterations: the i-th of one trial does the same work as the i-th of another. */
const ITERATED = /^(iteration_ns|throughput|part\/.+)$/;

/**
 * Blocks of every case for one metric each, from the trials of a run. One pass over the samples.
 * @param metricOf the metric of a case; `null` to leave the case out
 */
export function comparedBlocks(
  run: RunData,
  metricOf: (caseId: string) => string | null,
): Map<string, Map<number, ComparedBlock>> {
  const outcomes = settledOutcomes(run.trials);
  const samples = trialSamples(run);
  const cases = new Map<string, Map<number, Map<string, ComparedTrial>>>();
  run.trials.forEach((trial, i) => {
    const metric = metricOf(trial.caseId);
    if (metric === null) return;
    const own = Object.hasOwn(trial.values, metric) ? trial.values[metric]! : null;
    const series = own === null ? (samples[i]!.get(metric)?.samples ?? []) : [];
    const iterated = ITERATED.test(metric);
    // An iteration that took no time, or less, did not do the work.
    const broken = iterated && !series.every((value) => value > 0 && Number.isFinite(value));
    const blocks = cases.get(trial.caseId) ?? new Map<number, Map<string, ComparedTrial>>();
    cases.set(trial.caseId, blocks);
    const block = blocks.get(trial.block) ?? new Map<string, ComparedTrial>();
    blocks.set(trial.block, block);
    block.set(trial.environmentId, {
      outcome: outcomes[i]!,
      measured: own !== null || series.length > 0,
      logValue: broken ? null : logOf(own ?? median(series)),
      iterations: iterated && !broken ? series.map(Math.log) : [],
      covariates: covariatesOf(trial.values),
    });
  });
  return cases;
}

/**
 * Candidate over baseline of one block, as a logarithm. Where both trials did the same number of iterations they are compared
 * iteration by iteration, and the block's value is the Hodges–Lehmann centre of these: what belongs to the i-th iteration (a warm-up, a turn
 * of the garbage collector) is the same on both sides and cancels, which it does not in a ratio of medians.
 * @returns `null` where one side has no value
 */
export function blockLogRatio(candidate: ComparedTrial, baseline: ComparedTrial): number | null {
  if (candidate.logValue === null || baseline.logValue === null) return null;
  const count = candidate.iterations.length;
  if (count > 1 && count === baseline.iterations.length)
    return hodgesLehmann(candidate.iterations.map((value, i) => value - baseline.iterations[i]!));
  return candidate.logValue - baseline.logValue;
}

function logOf(value: number | null): number | null {
  return value !== null && value > 0 && Number.isFinite(value) ? Math.log(value) : null;
}

/** A counter in ticks of 10 ms says nothing below one: added before the logarithm, so that none and one are near. */
const TICK_NS = 1e7;
const TICKED = new Set(['steal_ns', 'others_cpu_ns']);

function covariatesOf(values: Readonly<Record<string, number>>): number[] {
  return COVARIATE_NAMES.map((name) => {
    const value = Object.hasOwn(values, name) ? values[name]! : NaN;
    return Math.log(TICKED.has(name) ? value + TICK_NS : value);
  });
}
