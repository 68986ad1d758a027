import {
  NATIVE,
  WORKLOAD_CLASSES,
  type CaseInfo,
  type Estimate,
  type RunData,
  type WorkloadClass,
} from '../model/index.js';
import { blockLogRatio, comparedBlocks, pairedShift, type ComparedBlock, type Shift } from '../stats/index.js';

/** Of every interval that studies give. */
export const CONFIDENCE = 0.95;

/** A class of workloads, or all of them. */
export type ClassName = WorkloadClass | 'all';

/** Blocks of each case by its id, with their numbers in the run, and the sign that makes slower positive. */
export type CaseRatios = ReadonlyMap<
  string,
  { readonly blocks: readonly ComparedBlock[]; readonly numbers: readonly number[]; readonly sign: 1 | -1 }
>;

/** The blocks of a run in which native completed, by case. */
export function ratiosOf(run: RunData): CaseRatios {
  const { cases } = run.manifest.plan;
  const headlines = new Map(cases.map(({ id, headline }) => [id, headline]));
  const blocks = comparedBlocks(run, (id) => headlines.get(id) ?? null);
  return new Map(
    cases.map(({ id, headlineBetter }) => {
      // Where native failed nobody knows whether the answers were right.
      const known = [...(blocks.get(id) ?? [])].filter(([, it]) => it.get(NATIVE)?.outcome === 'completed');
      return [
        id,
        {
          blocks: known.map(([, block]) => block),
          numbers: known.map(([number]) => number),
          sign: headlineBetter === 'lower' ? 1 : -1,
        },
      ];
    }),
  );
}

/** One environment over another in a block, as a logarithm that is positive where it is slower; `null` where one is missing. */
export function logRatioIn(block: ComparedBlock, sign: 1 | -1, environment: string, baseline: string): number | null {
  const [own, other] = [block.get(environment), block.get(baseline)];
  if (own?.outcome !== 'completed' || other?.outcome !== 'completed') return null;
  const logRatio = blockLogRatio(own, other);
  return logRatio === null ? null : sign * logRatio;
}

/**
 * The mean over cases, block by block, of what `of` says of a block, in the blocks in which it says something of each. A case of which it says
 * something in less than half as large a share of the blocks as of another is left out: it would leave hardly any block to the others.
 */
export function overCases(
  ratios: CaseRatios,
  cases: readonly string[],
  of: (block: ComparedBlock, sign: 1 | -1) => number | null,
): { readonly shift: Shift; readonly cases: number } | null {
  const all = cases.map((id) => {
    const { blocks, numbers, sign } = ratios.get(id)!;
    const values = new Map<number, number>();
    blocks.forEach((block, i) => {
      const value = of(block, sign);
      if (value !== null) values.set(numbers[i]!, value);
    });
    return { values, share: values.size / Math.max(1, blocks.length) };
  });
  const most = Math.max(0, ...all.map(({ share }) => share));
  const columns = all.filter(({ share }) => share > 0 && 2 * share >= most).map(({ values }) => values);
  const common = [...(columns[0]?.keys() ?? [])].filter((number) => columns.every((it) => it.has(number)));
  if (common.length === 0) return null;
  const means = common.map((number) => columns.reduce((sum, it) => sum + it.get(number)!, 0) / columns.length);
  return { shift: pairedShift(means, CONFIDENCE), cases: columns.length };
}

/** All cases together, and each class that has some. */
export function classesOf(
  cases: readonly CaseInfo[],
): { readonly name: ClassName; readonly cases: readonly string[] }[] {
  const idsOf = (name: WorkloadClass): string[] => cases.filter((it) => it.class === name).map(({ id }) => id);
  return [
    { name: 'all', cases: cases.map(({ id }) => id) },
    ...WORKLOAD_CLASSES.map((name) => ({ name, cases: idsOf(name) })).filter((it) => it.cases.length > 0),
  ];
}

/** Below 1, beyond doubt. */
export function isFaster({ high }: Estimate): boolean {
  return high !== null && high < 1;
}

/** `0.71× (0.66–0.75, n = 12)`. */
export function ratioText({ ratio, low, high, n }: Estimate): string {
  const interval = low === null ? 'interval open' : `${low.toFixed(2)}–${high!.toFixed(2)}`;
  return `${ratio.toFixed(2)}× (${interval}, n = ${n})`;
}
