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
  const grouped = groupSamples(run);
  return run.trials.map((trial, index) => {
    const values = new Map<string, { value: number; unit: string | null }>();
    for (const [code, samples] of grouped[index]!) {
      const metric = run.samples.metrics[code]!;
      // A metric that comes in two units is the guest's mistake: the first counts.
      if (!values.has(metric)) values.set(metric, { value: median(samples)!, unit: run.samples.units[code]! });
    }
    for (const [metric, value] of Object.entries(trial.values)) values.set(metric, { value, unit: null });
    return values;
  });
}

/** Values by trial and by code, in the order of acquisition. */
function groupSamples({ trials, samples }: RunData): Map<number, number[]>[] {
  const groups = trials.map(() => new Map<number, number[]>());
  for (let i = 0; i < samples.length; i++) {
    const group = groups[samples.trialIndex[i]!]!;
    const code = samples.codes[i]!;
    const values = group.get(code);
    if (values) values.push(samples.value[i]!);
    else group.set(code, [samples.value[i]!]);
  }
  return groups;
}
