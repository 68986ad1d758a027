import { find, type Finding } from '../gate/decide.js';
import type { Comparison, Evidence } from '../gate/types.js';
import { blockLogRatio, type ComparedBlock, type ComparedTrial, type Random } from '../stats/index.js';
import type { PoolSeries } from './pool-data.js';

/** Two trials of one block that are compared. */
export interface Pair {
  readonly candidate: ComparedTrial;
  readonly baseline: ComparedTrial;
}

/** What a gate would have been given, had it measured these pairs. */
export function evidenceOf(pairs: readonly Pair[]): Evidence {
  return {
    kind: 'paired',
    logRatios: pairs.map(({ candidate, baseline }) => blockLogRatio(candidate, baseline)!),
    candidate: pairs.map(({ candidate }) => candidate.logValue!),
    baseline: pairs.map(({ baseline }) => baseline.logValue!),
  };
}

/**
 * So many of the items. Without putting back where there are half as many again as needed; else with, for then the pool stands for
 * all the launches that there could be.
 */
export function draw<T>(items: readonly T[], count: number, random: Random): T[] {
  const drawn: T[] = [];
  if (items.length >= 1.5 * count) {
    const rest = [...items];
    for (let i = 0; i < count; i++) {
      const j = i + Math.floor(random() * (rest.length - i));
      drawn.push(rest[j]!);
      rest[j] = rest[i]!;
    }
    return drawn;
  }
  for (let i = 0; i < count; i++) drawn.push(items[Math.floor(random() * items.length)]!);
  return drawn;
}

/** Pairs of identical trials; which of the two is called the candidate is thrown for, as the order in their block was. */
export function identicalPairs(
  blocks: readonly ComparedBlock[],
  ids: readonly [string, string],
  count: number,
  random: Random,
): Pair[] {
  return draw(blocks, count, random).map((block) => {
    const [a, b] = random() < 0.5 ? ids : [ids[1], ids[0]];
    return { candidate: block.get(a)!, baseline: block.get(b)! };
  });
}

/** Pairs of a slowed trial and one of the two plain ones of its block. */
export function slowedPairs(
  blocks: readonly ComparedBlock[],
  slowed: string,
  plain: readonly [string, string],
  count: number,
  random: Random,
): Pair[] {
  return draw(blocks, count, random).map((block) => ({
    candidate: block.get(slowed)!,
    baseline: block.get(random() < 0.5 ? plain[0] : plain[1])!,
  }));
}

/** The gate's own statistics of some pairs. */
export function findingOf(pairs: readonly Pair[], confidence: number): Finding {
  return find(evidenceOf(pairs), confidence);
}

/** A comparison whose finding is made already: all trials completed, and the evidence is not looked at again. */
export function comparisonOf({ caseId, environment, metric, better }: PoolSeries, { location }: Finding): Comparison {
  const tally = { completed: location.n, other: 0, text: '' };
  return {
    case: caseId,
    environment,
    metric,
    better,
    evidence: { kind: 'samples', candidate: [], baseline: [] },
    tallies: { candidate: tally, baseline: tally },
    obstacle: null,
    nullControl: false,
  };
}
