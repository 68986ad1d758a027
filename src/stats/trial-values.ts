import type { RunData } from '../model/index.js';
import { median } from './order.js';

/** One number per metric of one trial, with its unit where the trial's samples told it. */
export type TrialValues = ReadonlyMap<string, { readonly value: number; readonly unit: string | null }>;

/**
 * One value per metric of each trial, by index: the trial's own values, and of its samples (iterations, parts, syscalls) the
 * median. Iterations are never independent replications: a trial gives one value. What the harness measured itself
 * goes before a sample of the same name, which a guest could have made up.
 */
export function trialValues(run: RunData): TrialValues[] {
  const grouped = trialSamples(run);
  return run.trials.map((trial, index) => {
    const values = new Map<string, { value: number; unit: string | null }>();
    for (const [metric, { samples, unit }] of grouped[index]!) values.set(metric, { value: median(samples)!, unit });
    for (const [metric, value] of Object.entries(trial.values)) values.set(metric, { value, unit: null });
    return values;
  });
}

/** Samples of a trial by metric, in the order of acquisition. */
export type TrialSamples = ReadonlyMap<string, { readonly samples: readonly number[]; readonly unit: string }>;

/** The samples of each trial, by index. Of a metric that comes in two units, which is the guest's mistake, the first. */
export function trialSamples({ trials, samples }: RunData): TrialSamples[] {
  const groups = trials.map(() => new Map<string, { samples: number[]; unit: string }>());
  for (let i = 0; i < samples.length; i++) {
    const group = groups[samples.trialIndex[i]!]!;
    const code = samples.codes[i]!;
    const metric = samples.metrics[code]!;
    const known = group.get(metric);
    if (!known) group.set(metric, { samples: [samples.value[i]!], unit: samples.units[code]! });
    else if (known.unit === samples.units[code]) known.samples.push(samples.value[i]!);
  }
  return groups;
}
