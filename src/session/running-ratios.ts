import type { Trial } from '../model/index.js';
import { NATIVE } from '../model/index.js';
import { median, ratioInterval } from '../stats/index.js';

/** The headline's ratio to native so far, for progress only: what a report says comes from the stored trials. */
export class RunningRatios {
  readonly #blocks = new Map<string, Map<string, { readonly value: number; readonly digest: string | null }>>();

  /** @param headline metric that stands for the trial's case. */
  add(trial: Trial, headline: string): void {
    if (trial.outcome.kind !== 'completed') return;
    const samples = trial.samples.filter((sample) => sample.metric === headline).map((sample) => sample.value);
    const value = trial.values[headline] ?? (samples.length > 0 ? median(samples) : undefined);
    if (value == null) return;
    const key = `${trial.caseId}\n${trial.block}`;
    const block = this.#blocks.get(key) ?? new Map();
    this.#blocks.set(key, block.set(trial.environmentId, { value, digest: trial.digest }));
  }

  /** Median over the case's blocks with equal answers, by environment; without native itself. */
  of(caseId: string): Record<string, number> {
    const ratios = new Map<string, number[]>();
    for (const [key, block] of this.#blocks) {
      const native = block.get(NATIVE);
      if (!key.startsWith(`${caseId}\n`) || !native || native.value === 0) continue;
      for (const [environment, { value, digest }] of block) {
        if (environment === NATIVE || digest !== native.digest) continue;
        ratios.set(environment, [...(ratios.get(environment) ?? []), value / native.value]);
      }
    }
    return Object.fromEntries(
      [...ratios].map(([environment, values]) => [environment, ratioInterval(values).ratio ?? 0]),
    );
  }
}
