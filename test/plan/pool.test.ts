import { describe, expect, it } from 'vitest';
import { BudgetPlanner, planBlocks, remainingTrials, type PlanInput } from '../../src/plan/index.js';
import { environmentsOf, planBlock } from '../../src/plan/blocks.js';
import { trial } from '../store/fixture.js';

const TURNS = [
  ['native', 'gvisor', 'gvisor+null', 'gvisor+cpu2'],
  ['native', 'gvisor', 'gvisor+null', 'gvisor+cpu20', 'gvisor+fault5'],
  ['native', 'gvisor', 'gvisor+null'],
];
const PLAIN = ['native', 'native+null', 'gvisor', 'gvisor+null'];
const input: PlanInput = {
  cases: ['slowed', 'plain'],
  environments: [...new Set([...PLAIN, ...TURNS.flat()])],
  seed: 4,
  minBlocks: 3,
  pool: { arms: { slowed: TURNS, plain: [PLAIN] }, shares: { slowed: 3, plain: 1 } },
};
const standsIn = (caseId: string, block: number): string[] =>
  planBlock(input, caseId, block, 0)
    .map(({ environmentId }) => environmentId)
    .toSorted();

describe('a block of a pool', () => {
  it('holds the environments of one turn, and the turns go round', () => {
    for (let block = 0; block < 9; block++) expect(standsIn('slowed', block)).toEqual(TURNS[block % 3]!.toSorted());
    for (let block = 0; block < 3; block++) expect(standsIn('plain', block)).toEqual(PLAIN.toSorted());
  });

  it('has them in a random order that seed, case and block decide', () => {
    const order = (seed: number, block: number) =>
      planBlock({ ...input, seed }, 'slowed', block, 0).map(({ environmentId }) => environmentId);
    expect(order(4, 1)).toEqual(order(4, 1));
    const orders = new Set(Array.from({ length: 12 }, (_, seed) => order(seed, 1).join()));
    expect(orders.size).toBeGreaterThan(6);
  });

  it('holds all environments of a case that the pool does not name, and none that are not there', () => {
    expect(environmentsOf(input, 'other', 0)).toEqual(input.environments);
    const few = { ...input, environments: ['native', 'gvisor'] };
    expect(environmentsOf(few, 'slowed', 1)).toEqual(['native', 'gvisor']);
  });

  it('needs native as any block does', () => {
    const pool = { arms: { slowed: [['gvisor', 'gvisor+null']] }, shares: {} };
    expect(() => planBlock({ ...input, pool }, 'slowed', 0, 0)).toThrow(RangeError);
  });

  it('is completed after an interruption as it would have been', () => {
    const whole = planBlocks(input);
    for (const cut of [1, 5, 8, 17]) expect(remainingTrials(input, whole.slice(0, cut))).toEqual(whole.slice(cut));
    expect(whole.map(({ sequence }) => sequence)).toEqual(whole.map((_, i) => i));
  });
});

describe('the budget of a pool', () => {
  /** Plays a budget; each trial costs what its case says. */
  function spend(plan: PlanInput, costs: Readonly<Record<string, number>>, budgetMs: number) {
    const planner = new BudgetPlanner(plan, budgetMs);
    const spent = Object.fromEntries(plan.cases.map((id) => [id, { blocks: 0, ms: 0 }]));
    const make = (caseId: string, trials: number) => {
      const ms = trials * costs[caseId]!;
      planner.record(caseId, ms, true);
      spent[caseId]!.blocks++;
      spent[caseId]!.ms += ms;
    };
    for (let block = 0; block < plan.minBlocks; block++)
      for (const caseId of plan.cases) make(caseId, planBlock(plan, caseId, block, 0).length);
    for (;;) {
      const elapsed = Object.values(spent).reduce((sum, { ms }) => sum + ms, 0);
      const next = planner.next(elapsed, 0);
      if (next === null) return { spent, elapsed };
      expect(next[0]!.block).toBe(spent[next[0]!.caseId]!.blocks);
      make(next[0]!.caseId, next.length);
    }
  }

  it('gives cases their shares of the time, however long their blocks are', () => {
    for (const costs of [
      { slowed: 1000, plain: 1000 },
      { slowed: 5000, plain: 700 },
      { slowed: 300, plain: 4000 },
    ]) {
      const { spent, elapsed } = spend(input, costs, 2_000_000);
      expect(elapsed).toBeLessThanOrEqual(2_000_000);
      expect(spent['slowed']!.ms / spent['plain']!.ms).toBeGreaterThan(2.8);
      expect(spent['slowed']!.ms / spent['plain']!.ms).toBeLessThan(3.2);
    }
  });

  it('has more blocks than a run ever makes, and a case without a share gets one', () => {
    const pool = { arms: input.pool!.arms, shares: {} };
    const { spent } = spend({ ...input, pool }, { slowed: 100, plain: 100 }, 100_000);
    expect(spent['plain']!.blocks).toBeGreaterThan(100);
    expect(spent['slowed']!.ms / spent['plain']!.ms).toBeCloseTo(1, 1);
  });

  it('knows whole blocks of earlier sessions by the length of their turn', () => {
    const planner = new BudgetPlanner({ ...input, cases: ['slowed'], minBlocks: 1 }, 60_000);
    const stored = planBlocks({ ...input, cases: ['slowed'], minBlocks: 3 }).map((key) =>
      trial(key.sequence, { ...key, wallNs: 1e9 }),
    );
    // Blocks of 4 and 5 are whole; the one of 3 lacks its last.
    planner.replay(stored.slice(0, -1));
    expect(planner.next(0, 99)![0]).toMatchObject({ block: 2, sequence: 99 });
  });
});

describe('cases that are settled', () => {
  const plan: PlanInput = { cases: ['a', 'b'], environments: ['native', 'gvisor'], seed: 1, minBlocks: 2 };
  const planner = (blocks: Readonly<Record<string, number>>): BudgetPlanner => {
    const made = new BudgetPlanner(plan, 1e9);
    for (const [caseId, count] of Object.entries(blocks))
      for (let i = 0; i < count; i++) made.record(caseId, 1000, true);
    return made;
  };

  it('get no more blocks, and the others get their time', () => {
    const next = planner({ a: 2, b: 8 }).next(0, 0, (caseId) => caseId === 'a');
    expect(next![0]!.caseId).toBe('b');
  });

  it('end the run when all are', () => {
    expect(planner({ a: 2, b: 2 }).next(0, 0, () => true)).toBeNull();
  });

  it('lift the bound of blocks for those that are not: the rule knows better', () => {
    expect(planner({ a: 30, b: 30 }).next(0, 0)).toBeNull();
    expect(planner({ a: 30, b: 30 }).next(0, 0, () => false)![0]!.block).toBe(30);
  });
});
