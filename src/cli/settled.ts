import type { Policy, Trial } from '../model/index.js';
import type { SettledRule } from '../session/index.js';
import { median, narrowEnough, zOf } from '../stats/index.js';

/**
 * Ends a case once its interval is narrower than half the smallest effect that counts: more blocks would not change the verdict much.
 * @param headlineOf metric of a case
 */
export function settledBy(
  candidate: string,
  baseline: string,
  policy: Policy,
  headlineOf: (caseId: string) => string,
): SettledRule {
  const sides = new Map<string, Map<number, { own?: number; other?: number }>>();
  const z = zOf(policy.confidence);
  return {
    add(trial: Trial): void {
      const side = trial.environmentId === candidate ? 'own' : trial.environmentId === baseline ? 'other' : null;
      if (side === null || trial.outcome.kind !== 'completed') return;
      const metric = headlineOf(trial.caseId);
      const samples = trial.samples.filter((sample) => sample.metric === metric).map((sample) => sample.value);
      const value = trial.values[metric] ?? median(samples);
      if (value == null || !(value > 0)) return;
      const blocks = sides.get(trial.caseId) ?? new Map<number, { own?: number; other?: number }>();
      sides.set(trial.caseId, blocks);
      blocks.set(trial.block, { ...blocks.get(trial.block), [side]: Math.log(value) });
    },
    settled(caseId: string): boolean {
      const logRatios = [...(sides.get(caseId)?.values() ?? [])].flatMap(({ own, other }) =>
        own === undefined || other === undefined ? [] : [own - other],
      );
      return narrowEnough(logRatios, policy.smallestEffect / 2, z);
    },
  };
}
