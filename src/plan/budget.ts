import { NATIVE, type Trial } from '../model/index.js';
import { MIN_N_FOR_INTERVAL } from '../stats/index.js';
import { environmentsOf, planBlock, type PlanInput, type PlannedTrial } from './blocks.js';

/** More blocks than these narrow an interval too slowly to be worth a user's minutes. */
const MAX_BLOCKS = 30;

/** What the blocks of a case have cost so far. */
interface CaseCost {
  blocks: number;
  /** Blocks in which native completed: only these count towards n. */
  compared: number;
  sumMs: number;
  maxMs: number;
}

/**
 * Spends what the certain part of a plan has left of a budget, block by block:
 *
 * 1. First as many cases as possible get an interval (n = 6). Those that need the least time for it are chosen, as far as
 *    the rest of the budget reaches, and advance together, the one with the fewest blocks first.
 * 2. Then the case goes next on which the least time was spent (blocks × cost of a block): cheap cases get more blocks. In a
 *    pool, the least for its share.
 *
 * No block is started whose case has already needed more than what is left. Cases in which native never completed get no more
 * blocks. The same calls give the same answers.
 */
export class BudgetPlanner {
  readonly #input: PlanInput;
  readonly #budgetMs: number;
  readonly #costs: Map<string, CaseCost>;

  constructor(input: PlanInput, budgetMs: number) {
    this.#input = input;
    this.#budgetMs = budgetMs;
    this.#costs = new Map(input.cases.map((id) => [id, { blocks: 0, compared: 0, sumMs: 0, maxMs: 0 }]));
  }

  /**
   * Tells what a block took, those of the certain part and of earlier sessions included.
   * @param costMs from the start of its first trial to the end of its last, milliseconds
   * @param compared whether native's trial of the block completed
   */
  record(caseId: string, costMs: number, compared: boolean): void {
    const cost = this.#costs.get(caseId);
    if (!cost) throw new RangeError(`no case ${caseId} in this plan`);
    cost.blocks++;
    cost.compared += Number(compared);
    cost.sumMs += costMs;
    cost.maxMs = Math.max(cost.maxMs, costMs);
  }

  /**
   * Records the whole blocks among the trials of earlier sessions, by their wall times. A block that was cut off is left for
   * {@link record}, when its rest has been made.
   */
  replay(trials: readonly Trial[]): void {
    const blocks = new Map<string, Trial[]>();
    for (const trial of trials) {
      const key = `${trial.block} ${trial.caseId}`;
      blocks.set(key, [...(blocks.get(key) ?? []), trial]);
    }
    for (const block of blocks.values()) {
      if (block.length < environmentsOf(this.#input, block[0]!.caseId, block[0]!.block).length) continue;
      const costMs = block.reduce((sum, trial) => sum + (trial.wallNs ?? 0), 0) / 1e6;
      const compared = block.some((trial) => trial.environmentId === NATIVE && trial.outcome.kind === 'completed');
      this.record(block[0]!.caseId, costMs, compared);
    }
  }

  /**
   * The next block, or `null` when nothing more fits.
   * @param elapsedMs of the budget, in earlier sessions too
   * @param sequence of the block's first trial
   * @param settled cases that need no more blocks
   */
  next(elapsedMs: number, sequence: number, settled?: (caseId: string) => boolean): PlannedTrial[] | null {
    const leftMs = this.#budgetMs - elapsedMs;
    const { pool } = this.#input;
    // A pool is there to have many, and a rule that settles cases knows better.
    const most = pool || settled ? Infinity : MAX_BLOCKS;
    const open = [...this.#costs]
      .map(([caseId, cost]) => ({ caseId, ...cost, meanMs: cost.sumMs / cost.blocks }))
      .filter((c) => c.blocks >= this.#input.minBlocks && c.compared > 0 && c.blocks < most && c.maxMs <= leftMs)
      .filter((c) => !settled?.(c.caseId));
    const share = (id: string): number => pool?.shares[id] ?? 1;
    const chosen = lowest(reachable(open, leftMs), (c) => c.blocks) ?? lowest(open, (c) => c.sumMs / share(c.caseId));
    return chosen && planBlock(this.#input, chosen.caseId, chosen.blocks, sequence);
  }

  /**
   * What the certain blocks that are still to come will take, by what the cases have cost so far; `null` before every
   * case was seen once.
   */
  certainLeftMs(): number | null {
    let sum = 0;
    for (const cost of this.#costs.values()) {
      const left = Math.max(0, (this.#input.blocks ?? this.#input.minBlocks) - cost.blocks);
      if (left > 0 && cost.blocks === 0) return null;
      sum += left > 0 ? (left * cost.sumMs) / cost.blocks : 0;
    }
    return sum;
  }
}

/** Cases without an interval that can still get one, as many as fit into the time, cheapest first. */
function reachable<T extends CaseCost & { readonly meanMs: number }>(cases: readonly T[], leftMs: number): T[] {
  const needed = cases
    .filter((c) => c.compared < MIN_N_FOR_INTERVAL)
    .map((c) => ({ case: c, needMs: (MIN_N_FOR_INTERVAL - c.compared) * c.meanMs }))
    .toSorted((a, b) => a.needMs - b.needMs);
  let spentMs = 0;
  return needed.filter(({ needMs }) => (spentMs += needMs) <= leftMs).map((entry) => entry.case);
}

/** The first with the lowest key; `null` of nothing. */
function lowest<T>(items: readonly T[], key: (item: T) => number): T | null {
  return items.reduce<T | null>((best, item) => (best === null || key(item) < key(best) ? item : best), null);
}
