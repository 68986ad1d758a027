import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planBlocks } from '../../src/plan/index.js';
import { rng } from '../../src/stats/index.js';
import type { RunManifest } from '../../src/model/index.js';
import { NOTHING, Place, readCsv, until, WORKLOADS, type Running } from './harness.js';

/** Naps of half a second: something to interrupt. */
const RUN = ['--suite', 'smoke', '--env', 'gvisor-systrap', '--workloads-dir', WORKLOADS, '--workload', 'naps,good'];
const RESUME = ['resume', 'latest', '--workloads-dir', WORKLOADS];

let place: Place;
beforeEach(() => void (place = new Place()));
afterEach(() => place.remove());

/** Ids of all trials of the plan. */
function planned({ plan }: RunManifest): string[] {
  return planBlocks({ ...plan, cases: plan.cases.map(({ id }) => id) }).map(({ id }) => id);
}

/** Waits until a guest of this place runs. */
async function guestRuns(): Promise<void> {
  await until(() => place.leftovers().processes.some((line) => line.includes('/bin/sleep 0.5')), 30_000);
}

async function completes(blocks: number): Promise<void> {
  const before = await place.stored();
  const resumed = await place.run(...RESUME);
  expect({ status: resumed.status, stderr: resumed.stderr }).toMatchObject({ status: 0 });
  const run = await place.stored();
  expect(run.manifest.state.kind).toBe('complete');
  expect(run.trials.map(({ id }) => id).toSorted()).toEqual(planned(run.manifest).toSorted());
  expect(run.trials).toHaveLength(2 * 2 * blocks);
  expect(run.trials.every(({ outcome }) => outcome.kind === 'completed')).toBe(true);
  expect(run.trials.slice(0, before.trials.length)).toEqual(before.trials);
  expect(new Set(run.trials.map(({ sequence }) => sequence)).size).toBe(run.trials.length);
  const rows = readCsv(join(run.dir, 'summary.csv')).filter((row) => row['metric'] === 'wall_ns');
  expect(rows.map((row) => row['n'])).toEqual(Array<string>(4).fill(String(blocks)));
}

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s in the middle of a trial', (signal) => {
  it('ends with 4, keeps what was measured, leaves nothing, and resume completes the plan', async () => {
    const run = place.start('run', ...RUN, '--blocks', '2');
    await run.says('naps@smoke · first block');
    await guestRuns();
    run.kill(signal);
    const said = await run.end;
    expect({ status: said.status, stderr: said.stderr }).toMatchObject({ status: 4 });
    expect(said.stderr).toContain('seebench resume');
    expect(place.leftovers()).toEqual(NOTHING);
    const kept = await place.stored();
    expect(kept.manifest.state).toMatchObject({ kind: 'interrupted' });
    expect(kept.trials.length).toBeGreaterThanOrEqual(2);
    expect(kept.trials.length).toBeLessThan(8);
    if (signal === 'SIGINT') await completes(2);
  });
});

it('a signal before anything is measured ends with 4 and leaves nothing', async () => {
  const run = place.start('run', ...RUN, '--blocks', '2');
  await until(() => place.leftovers().state.includes('bundles'), 30_000);
  run.kill('SIGINT');
  const said = await run.end;
  expect({ status: said.status, stderr: said.stderr }).toMatchObject({ status: 4 });
  expect(place.leftovers()).toEqual(NOTHING);
});

/** Seeded moments of a run after its first trial began, one in each 600 ms: whatever the machine's speed, they hit different phases. */
const random = rng('kill -9');
const MOMENTS = [0, 600, 1200, 1800].map((from) => Math.round(from + 600 * random()));

describe('kill -9 of the harness', () => {
  it.each(MOMENTS)('%i ms after the plan was made loses at most the running trial', async (ms) => {
    const run = place.start('run', ...RUN, '--blocks', '2');
    await run.says('at least 8 trials');
    await new Promise((later) => setTimeout(later, ms));
    run.kill('SIGKILL');
    const { signal, stderr } = await run.end;
    expect(signal).toBe('SIGKILL');
    // Blocks that were said to be done are on disk.
    const said = stderr.match(/ block \d:/g)?.length ?? 0;
    const kept = await place.stored();
    expect(kept.trials.length).toBeGreaterThanOrEqual(2 * said);
    expect(planned(kept.manifest).slice(0, kept.trials.length)).toEqual(kept.trials.map(({ id }) => id));
    await processesGone();
    await completes(2);
    expect(place.leftovers()).toEqual(NOTHING);
  });

  it.each([0, 400, 800].map((from) => Math.round(from + 400 * random())))(
    '%i ms after the start of its probes leaves what clean removes',
    async (ms) => {
      const run = place.start('run', ...RUN, '--blocks', '2');
      await until(() => place.leftovers().state.includes('bundles'), 30_000);
      await new Promise((later) => setTimeout(later, ms));
      run.kill('SIGKILL');
      await run.end;
      await processesGone();
      expect((await place.run('clean')).status).toBe(0);
      expect(place.leftovers()).toEqual(NOTHING);
    },
  );

  it('leaves what clean removes, and says', async () => {
    const run = place.start('run', ...RUN, '--blocks', '2');
    await run.says('at least 8 trials');
    await guestRuns();
    run.kill('SIGKILL');
    await run.end;
    await processesGone();
    expect(place.leftovers()).toMatchObject({ state: expect.arrayContaining(['bundles', 'run.lock']) as unknown });
    const removed = await place.json('clean');
    expect(removed['sandboxes']).toHaveLength(1);
    expect((removed['cgroups'] as string[]).length).toBeGreaterThan(0);
    expect(place.leftovers()).toEqual(NOTHING);
    expect(await place.json('clean')).toMatchObject({ sandboxes: [], cgroups: [], mounts: [] });
  });
});

/** The launcher outlives the harness for as long as it takes to end and reap the sandbox. */
async function processesGone(): Promise<void> {
  await until(() => place.leftovers().processes.length === 0, 5000);
}

describe('two at once', () => {
  let first: Running;
  it('the second run, a doctor and a clean are refused, naming the first', async () => {
    first = place.start('run', ...RUN, '--blocks', '2');
    await first.says('at least 8 trials');
    const { manifest } = await place.stored();
    const named = `run ${manifest.id} is in progress`;
    for (const args of [['run', ...RUN, '--blocks', '1'], RESUME, ['doctor'], ['clean']]) {
      const { status, stdout, stderr } = await place.run(...args);
      expect({ args, status, stdout }).toEqual({ args, status: 2, stdout: '' });
      expect(stderr).toContain(`error[run-in-progress]: ${named}`);
      expect(stderr).toContain(`(process ${first.pid})`);
    }
    expect((await first.end).status).toBe(0);
    expect((await place.stored()).trials).toHaveLength(8);
    expect(place.leftovers()).toEqual(NOTHING);
  });
});
