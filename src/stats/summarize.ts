import {
  COVARIATES,
  METRICS,
  metricOf,
  type CaseInfo,
  type EnvironmentRecord,
  type OutcomeKind,
  type RunData,
  type SummaryRow,
  type Trial,
} from '../model/index.js';
import { median, medianInterval } from './order.js';
import { blockKey, nativeTrials, settledOutcomes } from './outcomes.js';
import { ratioInterval } from './ratio.js';
import { trialValues, type TrialValues } from './trial-values.js';

const METRIC_ORDER = Object.keys(METRICS);

/** A trial with how it counts and what it measured. */
interface Settled {
  readonly trial: Trial;
  readonly outcome: OutcomeKind;
  readonly values: TrialValues;
}

/**
 * One row per case × environment × metric, in the order of the plan. Only blocks count in which both native's and the
 * environment's trial completed with equal digests and have the metric; median, native's median and ratio are of these same
 * blocks, `n` is their number. An environment without trials has no rows; one whose trials all failed has rows with n = 0.
 */
export function summarize(run: RunData): SummaryRow[] {
  const outcomes = settledOutcomes(run.trials);
  const values = trialValues(run);
  const byCase = new Map<string, Settled[]>();
  run.trials.forEach((trial, i) => {
    const settled = { trial, outcome: outcomes[i]!, values: values[i]! };
    const others = byCase.get(trial.caseId);
    if (others) others.push(settled);
    else byCase.set(trial.caseId, [settled]);
  });
  return run.manifest.plan.cases.flatMap((info) =>
    caseRows(info, run.manifest.environments, byCase.get(info.id) ?? []),
  );
}

function caseRows(
  info: CaseInfo,
  environments: readonly EnvironmentRecord[],
  trials: readonly Settled[],
): SummaryRow[] {
  const completed = trials.filter((settled) => settled.outcome === 'completed');
  const units = new Map<string, string | null>([[info.headline, null]]);
  for (const { values } of completed) {
    for (const [metric, { unit }] of values) units.set(metric, units.get(metric) ?? unit);
  }
  const metrics = [...units.keys()]
    .filter((name) => !Object.hasOwn(COVARIATES, name))
    .toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const nativeBlocks = nativeTrials(completed.map((settled) => settled.trial));
  const nativeValues = new Map(
    completed
      .filter(({ trial }) => nativeBlocks.get(blockKey(trial)) === trial)
      .map((s) => [blockKey(s.trial), s.values]),
  );
  return environments.flatMap((environment) => {
    const own = trials.filter((settled) => settled.trial.environmentId === environment.id);
    if (own.length === 0) return [];
    const pairs = own
      .filter((settled) => settled.outcome === 'completed')
      .map((settled) => ({ own: settled.values, native: nativeValues.get(blockKey(settled.trial)) }));
    const outcome_counts = countOutcomes(own);
    return metrics.map((metric) => ({
      ...identity(info, environment, metric, units.get(metric) ?? null),
      ...measures(pairs, metric),
      outcome_counts,
    }));
  });
}

function identity(info: CaseInfo, environment: EnvironmentRecord, name: string, sampleUnit: string | null) {
  const metric = metricOf(name, info.workUnit ?? undefined);
  return {
    case: info.id,
    workload: info.workload,
    environment: environment.id,
    runtime: environment.runtime,
    platform: environment.platform,
    profile: environment.profile.id,
    version: environment.version,
    metric: name,
    unit: metric?.unit ?? sampleUnit ?? '',
    better: name === info.headline ? info.headlineBetter : (metric?.better ?? 'lower'),
  } as const;
}

function measures(pairs: readonly { own: TrialValues; native: TrialValues | undefined }[], metric: string) {
  const both = pairs.flatMap(({ own, native }) => {
    const [a, b] = [own.get(metric), native?.get(metric)];
    return a && b ? [{ own: a.value, native: b.value }] : [];
  });
  const center = medianInterval(both.map((pair) => pair.own));
  const ratio = ratioInterval(both.map((pair) => pair.own / pair.native));
  return {
    n: both.length,
    median: center.median,
    median_low: center.low,
    median_high: center.high,
    native_median: median(both.map((pair) => pair.native)),
    ratio: ratio.ratio,
    ratio_low: ratio.low,
    ratio_high: ratio.high,
  };
}

function countOutcomes(trials: readonly Settled[]): SummaryRow['outcome_counts'] {
  const counts: Partial<Record<OutcomeKind, number>> = {};
  for (const { outcome } of trials) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** Metrics of every trial first, in the order of the vocabulary; then those of families by name. */
function rank(metric: string): number {
  const index = METRIC_ORDER.indexOf(metric);
  return index === -1 ? METRIC_ORDER.length : index;
}
