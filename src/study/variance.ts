import { twinOf, type VarianceRow } from '../model/index.js';
import { adjustForCovariates, blockLogRatio, COVARIATE_NAMES, median, pairedShift } from '../stats/index.js';
import type { PoolSeries } from './pool-data.js';

/**
 * What each way of reducing variance is worth on a series of identical pairs: the spread of the block log-ratios, and the width
 * of their interval. `medians, no blocks` is what comparing two lots of trials would have; `medians in blocks` a ratio of medians inside
 * a block; `iteration by iteration` what the gate starts from; the others take one covariate more out of that.
 */
export function varianceRows({ caseId, environment, blocks }: PoolSeries): VarianceRow[] {
  const pairs = blocks.map((block) => ({ own: block.get(environment)!, twin: block.get(twinOf(environment))! }));
  const aligned = pairs.map(({ own, twin }) => blockLogRatio(own, twin)!);
  const differences = COVARIATE_NAMES.map((_, k) =>
    pairs.map(({ own, twin }) => own.covariates[k]! - twin.covariates[k]!),
  );
  // Twins of different blocks have nothing in common but the case.
  const apart = pairs.map(
    ({ own }, i) => own.logValue! - pairs[(i + (pairs.length >> 1)) % pairs.length]!.twin.logValue!,
  );
  const methods: readonly (readonly [string, readonly number[]])[] = [
    ['medians, no blocks', apart],
    ['medians in blocks', pairs.map(({ own, twin }) => own.logValue! - twin.logValue!)],
    ['iteration by iteration', aligned],
    ...COVARIATE_NAMES.map(
      (name, k) => [`and ${name}`, adjustForCovariates(aligned, [differences[k]!]).adjusted] as const,
    ),
    ['and all covariates', adjustForCovariates(aligned, differences).adjusted],
  ];
  const width = (values: readonly number[]): number => {
    const { low, high } = pairedShift(values, 0.95);
    return low === null ? NaN : high! - low;
  };
  const base = width(apart);
  return methods.map(([method, values]) => ({
    case: caseId,
    environment,
    method,
    n: values.length,
    sd: 1.4826 * (median(values.map((value) => Math.abs(value - median(values)!))) ?? 0),
    width: width(values) / base,
  }));
}
