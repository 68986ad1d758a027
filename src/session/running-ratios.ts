import type { Trial } from '../model/index.js';
import { NATIVE } from '../model/index.js';
import { median } from '../stats/index.js';

/** The headline's ratio to native so far, for progress only: what a report says comes from the stored trials. */
export class RunningRatios {
  readonly #blocks = new Map<string, Map<string, number>>();

  /** @param headline metric that stands for the trial's case. */
  add(trial: Trial, headline: string): void {
    if (trial.outcome.kind !== 'completed') return;
    const samples = trial.samples.filter((sample) => sample.metric === headline).map((sample) => sample.value);
    const value = trial.values[headline] ?? (samples.length > 0 ? median(samples) : undefined);
    if (value == null) return;
    const key = `${trial.caseId}\n${trial.block}`;
    const block = this.#blocks.get(key) ?? new Map<string, number>();
    this.#blocks.set(key, block.set(trial.environmentId, value));
  }

  /** Median over the case's blocks, by environment; without native itself. */
  of(caseId: string): Record<string, number> {
    const ratios = new Map<string, number[]>();
    for (const [key, block] of this.#blocks) {
      const native = block.get(NATIVE);
      if (!key.startsWith(`${caseId}\n`) || !native) continue;
      for (const [environment, value] of block) {
        if (environment !== NATIVE) ratios.set(environment, [...(ratios.get(environment) ?? []), value / native]);
      }
    }
    return Object.fromEntries([...ratios].map(([environment, values]) => [environment, median(values) ?? 0]));
  }
}
