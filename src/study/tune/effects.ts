import {
  EXIT,
  SeebenchError,
  type RunData,
  type SettingEffect,
  type TuneArm,
  type TuneRecord,
} from '../../model/index.js';
import { asRatio, adjustP } from '../../stats/index.js';
import { classesOf, CONFIDENCE, logRatioIn, overCases, ratiosOf } from '../ratios.js';

/** Smaller changes of time are not worth a line in a profile. */
export const LEAST_EFFECT = 0.01;

/**
 * What each setting of a tuning run does to each class of workloads, and to all of them. The unit is the block: the mean over a class's
 * cases of the log-ratios of one block, tested as any other comparison. Pure.
 * @throws SeebenchError `nothing-measured`
 */
export function settingEffects(run: RunData): SettingEffect[] {
  const { tune } = run.manifest.plan;
  if (!tune)
    throw new SeebenchError('no-tuning-run', `${run.manifest.id} is no run of tune`, 'make one: seebench tune');
  const ratios = ratiosOf(run);
  const found = classesOf(run.manifest.plan.cases).flatMap(({ name, cases }) =>
    Object.entries(tune.arms).flatMap(([environment, arm]) => {
      const [own, other] = sidesOf(environment, arm, tune);
      const of = overCases(ratios, cases, (block, sign) => logRatioIn(block, sign, own, other));
      return of === null ? [] : [{ arm, name, ...of }];
    }),
  );
  if (found.length === 0)
    throw new SeebenchError(
      'nothing-measured',
      `no block of ${run.manifest.id} has a setting beside what it is held against`,
      'see its report for what failed',
      EXIT.noAnswer,
    );
  const adjusted = adjustP(
    found.map(({ shift }) => shift.p),
    'benjamini-hochberg',
  );
  return found.map(({ arm, name, shift, cases }, i) => ({
    id: arm.setting,
    kind: arm.kind,
    value: arm.value,
    class: name,
    ...asRatio(shift),
    adjustedP: adjusted[i]!,
    cases,
    isolation: arm.isolation,
  }));
}

/** With the setting first: the arm itself, or what it was left out of. */
function sidesOf(environment: string, { kind, over }: TuneArm, { base, tuned }: TuneRecord): [string, string] {
  return kind === 'alone' ? [environment, over ?? base] : [tuned, environment];
}

/** It makes a class faster, beyond doubt and by enough. */
export function helps({ ratio, high, adjustedP }: SettingEffect): boolean {
  return high !== null && high < 1 && adjustedP! <= 1 - CONFIDENCE && ratio <= 1 - LEAST_EFFECT;
}

/** It makes a class slower, beyond doubt and by enough. */
export function hurts({ ratio, low, adjustedP }: SettingEffect): boolean {
  return low !== null && low > 1 && adjustedP! <= 1 - CONFIDENCE && ratio >= 1 + LEAST_EFFECT;
}
