import { describe, expect, it } from 'vitest';
import type { Trial } from '../../src/model/index.js';
import { comparedBlocks } from '../../src/stats/index.js';
import type { SettledRule } from '../../src/session/index.js';
import { scratch } from '../store/fixture.js';
import { drivers, known, planned, play } from './fixture.js';

const TURNS = [
  ['native', 'gvisor-systrap', 'gvisor-systrap+null', 'gvisor-systrap+cpu2'],
  ['native', 'gvisor-systrap', 'gvisor-systrap+null', 'gvisor-systrap+cpu20'],
];
const PLAIN = ['native', 'native+null', 'gvisor-systrap', 'gvisor-systrap+null'];
const IDS = [...new Set([...PLAIN, ...TURNS.flat()])];
const pool = {
  arms: { 'sum@smoke': TURNS, 'start@smoke': [PLAIN] },
  injections: {},
  shares: { 'sum@smoke': 3, 'start@smoke': 1 },
};
const poolDrivers = () => drivers({}, IDS);

/** Environments of a case’s blocks, in the order of blocks. */
function blocksOf(trials: readonly Trial[], caseId: string): string[][] {
  const blocks: string[][] = [];
  for (const trial of trials) if (trial.caseId === caseId) (blocks[trial.block] ??= []).push(trial.environmentId);
  return blocks.map((ids) => ids.toSorted());
}

describe('a session of a pool', () => {
  it('launches in each block the environments of its turn, and stores which they were', async () => {
    const manifest = planned({ environments: IDS, blocks: 4, pool });
    const { run, end } = await play(await scratch(), { manifest, drivers: poolDrivers() });
    expect(end.interrupted).toBe(false);
    const turns = TURNS.map((turn) => turn.toSorted());
    expect(blocksOf(run.trials, 'sum@smoke')).toEqual([...turns, ...turns]);
    expect(blocksOf(run.trials, 'start@smoke')).toEqual(Array.from({ length: 4 }, () => PLAIN.toSorted()));
    expect(run.manifest.plan.pool).toEqual(pool);
    const blocks = comparedBlocks(run, () => 'iteration_ns').get('sum@smoke')!;
    expect([...blocks.values()].map((block) => block.has('gvisor-systrap+cpu20'))).toEqual([false, true, false, true]);
  });

  it('goes on after an interruption with the rest of the turn', async () => {
    const dir = await scratch();
    const manifest = planned({ environments: IDS, blocks: 2, pool });
    const controller = new AbortController();
    const cut = drivers({ 'gvisor-systrap+cpu20': () => (controller.abort(), known('gvisor-systrap')) }, IDS);
    const first = await play(dir, { manifest, drivers: cut, signal: controller.signal });
    expect(first.end.interrupted).toBe(true);
    expect(first.run.trials.length).toBeLessThan(13);
    const { run } = await play(dir, { manifest, drivers: poolDrivers(), stored: first.run.trials });
    expect(blocksOf(run.trials, 'sum@smoke')).toEqual(TURNS.map((turn) => turn.toSorted()));
    expect(run.trials).toHaveLength(16);
  });
});

describe('a session with a rule that settles cases', () => {
  /** Settles a case after so many of its native trials. */
  function after(limits: Readonly<Record<string, number>>): SettledRule & { readonly seen: string[] } {
    const seen: string[] = [];
    const counts = new Map<string, number>();
    return {
      seen,
      add: ({ caseId, environmentId, id }) => {
        seen.push(id);
        if (environmentId === 'native') counts.set(caseId, (counts.get(caseId) ?? 0) + 1);
      },
      settled: (caseId) => (counts.get(caseId) ?? 0) >= limits[caseId]!,
    };
  }
  const manifest = planned({ blocks: null, minBlocks: 2, budgetMs: 600_000 });
  const blockCount = (trials: readonly Trial[], caseId: string): number => blocksOf(trials, caseId).length;

  it('stops measuring what is settled, and ends with budget left when all is', async () => {
    const rule = after({ 'sum@smoke': 7, 'start@smoke': 4 });
    const { run, end } = await play(await scratch(), { manifest, settled: rule });
    expect(end).toMatchObject({ interrupted: false });
    expect(end.measuringMs).toBeLessThan(60_000);
    expect([blockCount(run.trials, 'sum@smoke'), blockCount(run.trials, 'start@smoke')]).toEqual([7, 4]);
    expect(rule.seen).toEqual(run.trials.map(({ id }) => id));
  });

  it('makes the certain blocks first, whatever the rule says', async () => {
    const { run } = await play(await scratch(), { manifest, settled: after({ 'sum@smoke': 0, 'start@smoke': 0 }) });
    expect([blockCount(run.trials, 'sum@smoke'), blockCount(run.trials, 'start@smoke')]).toEqual([2, 2]);
  });

  it('tells the rule of the trials of earlier sessions', async () => {
    const dir = await scratch();
    const limits = { 'sum@smoke': 3, 'start@smoke': 3 };
    const first = await play(dir, { manifest, settled: after(limits) });
    const rule = after(limits);
    const { run } = await play(dir, { manifest, stored: first.run.trials, settled: rule });
    expect(run.trials).toHaveLength(first.run.trials.length);
    expect(rule.seen).toHaveLength(first.run.trials.length);
  });
});
