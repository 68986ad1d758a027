import { describe, expect, it } from 'vitest';
import { BudgetPlanner, planBlocks, type PlanInput } from '../../src/plan/index.js';
import { trial } from '../store/fixture.js';

const environments = ['native', 'gvisor-systrap', 'gvisor-ptrace', 'gvisor-systrap-tuned'];

interface Spent {
  readonly blocks: Record<string, number>;
  readonly order: string[];
  readonly elapsedMs: number;
}

/** Plays a run: every block of a case takes what `costs` says. */
function spend(costs: Record<string, number>, budgetMs: number, failing: readonly string[] = []): Spent {
  const input: PlanInput = { cases: Object.keys(costs), environments, seed: 1, minBlocks: 3 };
  const planner = new BudgetPlanner(input, budgetMs);
  const blocks = Object.fromEntries(input.cases.map((id) => [id, 0]));
  let elapsedMs = 0;
  const make = (caseId: string) => {
    elapsedMs += costs[caseId]!;
    blocks[caseId]!++;
    planner.record(caseId, costs[caseId]!, !failing.includes(caseId));
  };
  for (const { caseId, position } of planBlocks(input)) if (position === 0) make(caseId);
  const order: string[] = [];
  for (let sequence = 0; ; sequence += environments.length) {
    const next = planner.next(elapsedMs, sequence);
    if (next === null) return { blocks, order, elapsedMs };
    expect(next.map((t) => [t.sequence, t.block])).toEqual(
      environments.map((_, i) => [sequence + i, blocks[t0(next)]]),
    );
    order.push(t0(next));
    make(t0(next));
  }
}
const t0 = (trials: readonly { caseId: string }[]) => trials[0]!.caseId;

describe('the rest of a budget', () => {
  it('brings as many cases as possible to six blocks, and never runs over', () => {
    // The certain part takes 3 × 111 s; three more of a and b take 33 s; three more of c do not fit.
    const { blocks, elapsedMs } = spend({ a: 1000, b: 10_000, c: 100_000 }, 333_000 + 40_000);
    expect(blocks).toMatchObject({ b: 6, c: 3 });
    expect(blocks['a']).toBeGreaterThanOrEqual(6);
    expect(elapsedMs).toBeLessThanOrEqual(373_000);
  });

  it('lets the cases on the way to six advance together', () => {
    expect(spend({ a: 1000, b: 2000 }, 100_000).order.slice(0, 6)).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  });

  it('then gives cheap cases more blocks', () => {
    const { blocks } = spend({ cheap: 1000, dear: 8000 }, 6 * 9000 + 32_000);
    expect(blocks['dear']).toBeGreaterThanOrEqual(6);
    expect(blocks['cheap']).toBe(30);
  });

  it('stops when more blocks would not narrow an interval any more', () => {
    expect(spend({ a: 10, b: 20 }, 1e9).blocks).toEqual({ a: 30, b: 30 });
  });

  it('adds nothing when the certain part took it all, and nothing of it is left out', () => {
    expect(spend({ a: 1000, b: 1000 }, 1)).toMatchObject({ blocks: { a: 3, b: 3 }, order: [] });
  });

  it('spends nothing more on a case that native cannot do', () => {
    expect(spend({ a: 1000, broken: 1000 }, 20_000, ['broken']).blocks).toMatchObject({ broken: 3, a: 17 });
  });

  it('fits a quick suite: 22 cases, four environments, 15 minutes', () => {
    const costs = Object.fromEntries(Array.from({ length: 22 }, (_, i) => [`c${i}`, 800 + 900 * i]));
    const { blocks, elapsedMs } = spend(costs, 900_000);
    expect(elapsedMs).toBeLessThanOrEqual(900_000);
    expect(elapsedMs).toBeGreaterThan(880_000);
    expect(Math.min(...Object.values(blocks))).toBe(3);
    expect(blocks['c0']).toBeGreaterThanOrEqual(6);
    const counts = Object.values(blocks);
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  });
});

describe('a planner that goes on with an earlier session', () => {
  it('knows the whole blocks that are stored, and what they cost', () => {
    const input: PlanInput = {
      cases: ['true@smoke'],
      environments: ['native', 'gvisor-systrap'],
      seed: 1,
      minBlocks: 1,
    };
    const stored = [
      trial(0, { environmentId: 'native', wallNs: 2e9 }),
      trial(1, { environmentId: 'gvisor-systrap', wallNs: 3e9 }),
      trial(2, { environmentId: 'gvisor-systrap', wallNs: 3e9, block: 1 }),
    ];
    const planner = new BudgetPlanner(input, 60_000);
    expect(planner.certainLeftMs()).toBeNull();
    planner.replay(stored);
    expect(planner.certainLeftMs()).toBe(0);
    expect(planner.next(60_000 - 5001, 3)?.[0]).toMatchObject({ block: 1, sequence: 3 });
    expect(planner.next(60_000 - 4999, 3)).toBeNull();
  });

  it('tells how long the certain part still takes', () => {
    const planner = new BudgetPlanner({ cases: ['a', 'b'], environments, seed: 1, minBlocks: 3 }, 1);
    planner.record('a', 1000, true);
    expect(planner.certainLeftMs()).toBeNull();
    planner.record('b', 500, true);
    expect(planner.certainLeftMs()).toBe(3000);
  });
});
