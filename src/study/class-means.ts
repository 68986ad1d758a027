import type { CaseInfo, Estimate, RunData } from '../model/index.js';
import { classesOf, logRatioIn, overCases, ratiosOf } from './ratios.js';
import { asRatio } from '../stats/index.js';

/** The group of what a platform runs all day, made where both classes are measured beside others. */
export const DATA_AND_ML = 'data + ml';

/** Whether a class belongs to that group. */
export function isDataOrMl(name: string): boolean {
  return name === 'data' || name === 'ml';
}

/** One environment's time over another's, the geometric mean over some cases, with a 95 % interval over blocks. */
export interface ClassMean extends Estimate {
  /** A class of workloads, `data + ml`, or `all`. */
  readonly class: string;
  readonly environment: string;
  readonly baseline: string;
  /** Cases that both completed in a block. */
  readonly cases: number;
}

/**
 * Geometric means of the headlines by class: of each block the mean over cases of the logarithm, of the blocks Hodges and Lehmann's centre
 * with the interval of the signed ranks. `n` is the number of blocks that every case has.
 * @param pairs environment and what it is held against
 */
export function classMeans(
  run: RunData,
  pairs: readonly (readonly [environment: string, baseline: string])[],
): ClassMean[] {
  const ratios = ratiosOf(run);
  return groupsOf(run.manifest.plan.cases).flatMap(({ name, cases }) =>
    pairs.flatMap(([environment, baseline]) => {
      const found = overCases(ratios, cases, (block, sign) => logRatioIn(block, sign, environment, baseline));
      if (found === null) return [];
      return [{ class: name, environment, baseline, ...asRatio(found.shift), cases: found.cases }];
    }),
  );
}

/** Every class that has cases, then what a platform runs all day, then everything; `all` alone where there is one class. */
function groupsOf(cases: readonly CaseInfo[]): { readonly name: string; readonly cases: readonly string[] }[] {
  const [all, ...classes] = classesOf(cases);
  if (classes.length < 2) return [all!];
  const work = classes.filter(({ name }) => isDataOrMl(name));
  const both = { name: DATA_AND_ML, cases: work.flatMap((it) => it.cases) };
  return [...classes, ...(work.length === 2 && classes.length > 2 ? [both] : []), all!];
}
