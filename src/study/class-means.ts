import { WORKLOAD_CLASSES, type CaseInfo, type Estimate, type RunData } from '../model/index.js';
import { asRatio, logRatioIn, overCases, ratiosOf } from './ratios.js';

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

/** Every class that has cases, then what a platform runs all day, then everything. */
function groupsOf(cases: readonly CaseInfo[]): { readonly name: string; readonly cases: readonly string[] }[] {
  const of = (names: readonly string[]): string[] => cases.filter((it) => names.includes(it.class)).map(({ id }) => id);
  const classes = WORKLOAD_CLASSES.map((name) => ({ name: name as string, cases: of([name]) })).filter(
    (it) => it.cases.length > 0,
  );
  const work = of(['data', 'ml']);
  const named = new Set(classes.map(({ name }) => name));
  return [
    ...classes,
    ...(named.has('data') && named.has('ml') && classes.length > 2 ? [{ name: 'data + ml', cases: work }] : []),
    ...(classes.length > 1 ? [{ name: 'all', cases: cases.map(({ id }) => id) }] : []),
  ];
}
