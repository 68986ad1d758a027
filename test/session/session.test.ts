import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Trial } from '../../src/model/index.js';
import { planBlocks } from '../../src/plan/index.js';
import type { Driver } from '../../src/sandbox/index.js';
import { summarize } from '../../src/stats/index.js';
import { readRun } from '../../src/store/index.js';
import { scratch } from '../store/fixture.js';
import { drivers, ENVIRONMENTS, known, planned, play } from './fixture.js';

const ids = (trials: readonly Trial[]): string[] => trials.map(({ id }) => id);
const plannedIds = (): string[] => {
  const { cases, environments, seed, minBlocks, blocks } = planned().plan;
  return planBlocks({ cases: cases.map(({ id }) => id), environments, seed, minBlocks, blocks }).map(({ id }) => id);
};

describe('a session', () => {
  it('measures the plan in its order, and the known ratios come out of the stored files', async () => {
    const dir = await scratch();
    const { end, run } = await play(dir);
    expect(end).toMatchObject({ interrupted: false, warnings: [] });
    expect(ids(run.trials)).toEqual(plannedIds());
    expect(run.watch).toHaveLength(6);
    const rows = summarize(run);
    const ratio = (caseId: string, environment: string, metric: string) => {
      const row = rows.find((it) => it.case === caseId && it.environment === environment && it.metric === metric);
      return row && { n: row.n, ratio: row.ratio, better: row.better };
    };
    expect(ratio('sum@smoke', 'gvisor-systrap', 'iteration_ns')).toEqual({
      n: 3,
      ratio: expect.closeTo(2, 9) as unknown,
      better: 'lower',
    });
    expect(ratio('sum@smoke', 'gvisor-ptrace', 'wall_ns')?.ratio).toBeCloseTo(1.5, 9);
    expect(ratio('sum@smoke', 'gvisor-systrap', 'throughput')).toMatchObject({
      ratio: expect.closeTo(0.5, 9) as unknown,
      better: 'higher',
    });
    expect(ratio('start@smoke', 'gvisor-systrap', 'wall_ns')?.ratio).toBeCloseTo(2, 9);
    expect(ratio('start@smoke', 'native', 'wall_ns')?.ratio).toBe(1);
  });

  it('has every trial on disk before the next starts', async () => {
    const dir = await scratch();
    const stored: number[] = [];
    const watching = new Map(
      [...drivers()].map(([id, driver]): [string, Driver] => [
        id,
        {
          ...driver,
          launch: async (request) => (stored.push((await readRun(dir)).trials.length), driver.launch(request)),
        },
      ]),
    );
    await play(dir, { drivers: watching });
    // One warm-up for each of two cases is launched, and not kept.
    expect(stored).toEqual([0, 0, 1, 2, 3, 3, ...Array.from({ length: 14 }, (_, i) => i + 4)]);
  });

  it('launches each case natively once before its first block, and keeps nothing of that', async () => {
    const seen: string[] = [];
    const noting = (id: string) => ({
      [id]: ({ guest }: { guest: { caseId: string } }) => (seen.push(`${guest.caseId} ${id}`), known(id)),
    });
    const { end } = await play(await scratch(), { drivers: drivers(Object.assign({}, ...ENVIRONMENTS.map(noting))) });
    expect(seen).toHaveLength(18 + 2);
    expect(seen[0]).toBe('sum@smoke native');
    expect(seen[4]).toBe('start@smoke native');
    expect(end.inTrialsMs).toBeCloseTo(2 * (3 * 45 + 10), 6);
  });

  it('says what happens, with what is left and the ratios so far, and nothing during a trial', async () => {
    const { events } = await play(await scratch());
    expect(events[0]).toEqual({
      type: 'planned',
      cases: 2,
      environments: [...ENVIRONMENTS],
      trials: 18,
      budgetMs: null,
    });
    const block = events.slice(1, 9).map(({ type }) => type);
    expect(block).toEqual([
      'block-start',
      'trial-start',
      'trial-end',
      'trial-start',
      'trial-end',
      'trial-start',
      'trial-end',
      'block-end',
    ]);
    const ends = events.filter((event) => event.type === 'block-end');
    expect(ends).toHaveLength(6);
    for (const { ratios } of ends) {
      expect(ratios).toEqual({
        'gvisor-systrap': expect.closeTo(2, 9) as unknown,
        'gvisor-ptrace': expect.closeTo(1.5, 9) as unknown,
      });
    }
    const starts = events.filter((event) => event.type === 'trial-start');
    expect(starts.map(({ done, total }) => `${done}/${total}`)).toEqual(
      Array.from({ length: 18 }, (_, i) => `${i}/18`),
    );
    expect(starts[0]!.leftMs).toBeNull();
    expect(starts.at(-1)!.leftMs).toBeGreaterThanOrEqual(0);
  });

  it('goes on when an environment fails, or answers something else, and none of that is a measurement', async () => {
    const dir = await scratch();
    const bad = drivers({
      'gvisor-systrap': () => known('gvisor-systrap', { exitCode: 1, stderr: 'Traceback\nboom' }),
      'gvisor-ptrace': () => known('gvisor-ptrace', {}, `sha256:${'b'.repeat(64)}`),
    });
    const { run, events } = await play(dir, { drivers: bad });
    expect(run.trials).toHaveLength(18);
    const rows = summarize(run).filter((row) => row.metric === 'wall_ns');
    const counts = Object.fromEntries(
      rows.filter((row) => row.case === 'sum@smoke').map((row) => [row.environment, row]),
    );
    expect(counts['native']).toMatchObject({ n: 3, outcome_counts: { completed: 3 } });
    expect(counts['gvisor-systrap']).toMatchObject({ n: 0, ratio: null, outcome_counts: { failed: 3 } });
    expect(counts['gvisor-ptrace']).toMatchObject({ n: 0, ratio: null, outcome_counts: { mismatched: 3 } });
    expect(events.findLast((event) => event.type === 'block-end' && event.caseId === 'sum@smoke')).toMatchObject({
      ratios: {},
    });
    const failed = run.trials.find((trial) => trial.outcome.kind === 'failed')!;
    expect(failed.outcome).toMatchObject({ exitCode: 1, reason: 'boom' });
    expect(readFileSync(join(dir, 'logs', failed.id, 'stderr.txt'), 'utf8')).toBe('Traceback\nboom');
    expect(existsSync(join(dir, 'logs', failed.id, 'stdout.txt'))).toBe(false);
  });

  it('spends a budget on more blocks than the certain ones', async () => {
    const { run, events } = await play(await scratch(), {
      manifest: planned({ blocks: null, minBlocks: 1, budgetMs: 2000 }),
    });
    const blocks = new Set(run.trials.map(({ block, caseId }) => `${block} ${caseId}`));
    expect(blocks.size).toBeGreaterThan(2);
    expect(run.trials.length).toBe(blocks.size * 3);
    expect(new Set(ids(run.trials)).size).toBe(run.trials.length);
    expect(events.filter((event) => event.type === 'trial-start').every(({ leftMs }) => leftMs! <= 2000)).toBe(true);
  });
});

describe('an interrupted session', () => {
  /** Aborts during the n-th launch, warm-ups counted. */
  async function interrupted(dir: string, launch: number, manifest = planned()) {
    const controller = new AbortController();
    let launches = 0;
    const counting = (id: string) => ({ [id]: () => (++launches === launch && controller.abort(), known(id)) });
    return play(dir, {
      manifest,
      signal: controller.signal,
      drivers: drivers(Object.assign({}, ...ENVIRONMENTS.map(counting))),
    });
  }

  it.each([
    [1, 0],
    [2, 0],
    [3, 1],
    [5, 3],
    [6, 3],
    [12, 9],
    [20, 17],
  ])('that ended in launch %i keeps %i trials, and the rest completes the same plan', async (launch, kept) => {
    const dir = await scratch();
    const first = await interrupted(dir, launch);
    expect(first.end.interrupted).toBe(true);
    expect(ids(first.run.trials)).toEqual(plannedIds().slice(0, kept));
    const { end, run } = await play(dir, { stored: first.run.trials });
    expect(end.interrupted).toBe(false);
    expect(ids(run.trials)).toEqual(plannedIds());
    expect(run.trials.map(({ sequence }) => sequence)).toEqual(run.trials.map((_, i) => i));
  });

  it('measures nothing when the signal came before it began', async () => {
    const { end, run } = await play(await scratch(), { signal: AbortSignal.abort() });
    expect(end.interrupted).toBe(true);
    expect(run.trials).toEqual([]);
  });

  it('counts native’s trial of a cut-off block when the rest of it is made', async () => {
    const dir = await scratch();
    const manifest = planned({ blocks: null, minBlocks: 1, budgetMs: 3000 });
    const position = plannedIds().findIndex((id) => id.endsWith('--native'));
    // Else there would be no rest.
    expect(position).toBeLessThan(2);
    const { run } = await interrupted(dir, 1 + position + 2, manifest);
    expect(run.trials.at(-1)).toMatchObject({ environmentId: 'native', caseId: 'sum@smoke' });
    const rest = await play(dir, { manifest, stored: run.trials });
    const blocks = rest.run.trials.filter(({ caseId }) => caseId === 'sum@smoke').map(({ block }) => block);
    expect(new Set(blocks).size).toBeGreaterThan(2);
  });
});
