import type { BeyondNative, CheckedRatio, FoundProfile, RunData } from '../../model/index.js';
import { NATIVE } from '../../model/index.js';
import { classesOf, isFaster, logRatioIn, overCases, ratiosOf } from '../ratios.js';
import { asRatio } from '../../stats/index.js';

/** How environments of a run did against each other, by class: the check of found profiles on fresh blocks. */
export function checkedRatios(run: RunData, pairs: readonly (readonly [string, string])[]): CheckedRatio[] {
  const ratios = ratiosOf(run);
  return classesOf(run.manifest.plan.cases).flatMap(({ name, cases }) =>
    pairs.flatMap(([environment, baseline]) => {
      const of = overCases(ratios, cases, (block, sign) => logRatioIn(block, sign, environment, baseline));
      return of === null ? [] : [{ class: name, environment, baseline, ...asRatio(of.shift), cases: of.cases }];
    }),
  );
}

/** An environment of gVisor, and native with the same variables. */
export interface Control {
  readonly environment: string;
  readonly control: string;
  /** The setting, where it is a single one. */
  readonly setting: string | null;
}

/** What settings give in gVisor over and above what they give native, in the blocks that hold all four sides. */
export function beyondNative(run: RunData, base: string, controls: readonly Control[]): BeyondNative[] {
  const ratios = ratiosOf(run);
  return classesOf(run.manifest.plan.cases).flatMap(({ name, cases }) =>
    controls.flatMap(({ environment, control, setting }): BeyondNative[] => {
      const sides = overCases(ratios, cases, (block, sign) => {
        const [own, other] = [logRatioIn(block, sign, environment, base), logRatioIn(block, sign, control, NATIVE)];
        return own === null || other === null ? null : own - other;
      });
      const gvisor = overCases(ratios, cases, (block, sign) => logRatioIn(block, sign, environment, base));
      const native = overCases(ratios, cases, (block, sign) => logRatioIn(block, sign, control, NATIVE));
      if (sides === null || gvisor === null || native === null) return [];
      const [own, other, beyond] = [gvisor, native, sides].map(({ shift }) => asRatio(shift));
      return [
        {
          class: name,
          environment,
          control,
          setting,
          gvisor: own!,
          native: other!,
          beyond: beyond!,
          cases: sides.cases,
        },
      ];
    }),
  );
}

/**
 * Which profiles the fresh blocks confirm: faster than the defaults over the profile's class; one of a class also faster there than the
 * general profile, where that is confirmed.
 */
export function confirmedBy(
  ratios: readonly CheckedRatio[],
  profiles: readonly FoundProfile[],
  base: string,
): FoundProfile[] {
  const faster = (own: string, other: string, name: FoundProfile['class']): boolean =>
    ratios.some(
      (it) => it.class === name && it.environment === `${base}-${own}` && it.baseline === other && isFaster(it),
    );
  const general = profiles.find((it) => it.class === 'all');
  const hasGeneral = general !== undefined && faster(general.id, base, 'all');
  return profiles.map((it) => {
    const overDefaults = faster(it.id, base, it.class);
    const more = it.class === 'all' || !hasGeneral || faster(it.id, `${base}-${general.id}`, it.class);
    return { ...it, confirmed: overDefaults && more };
  });
}
