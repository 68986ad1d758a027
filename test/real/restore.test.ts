import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NOTHING, Place } from './harness.js';

const ENVIRONMENT = 'gvisor-systrap-restore';

describe('a sandbox restored from a snapshot', () => {
  const place = new Place();
  afterAll(() => place.remove());
  const run = (dir: string, ...args: readonly string[]) =>
    place.run('run', '--env', ENVIRONMENT, '--suite', 'smoke', '--out', dir, ...args);
  const own = ['--workloads-dir', resolve('test/real/warm-workloads')];

  it('shares neither randomness nor time with another one, and its output and exit code arrive', async () => {
    const dir = join(place.dir, 'unique');
    await run(dir, ...own, '--workload', 'unique,ends-7', '--blocks', '2');
    const { trials } = await place.stored(dir);
    const restored = trials.filter(({ environmentId }) => environmentId === ENVIRONMENT);
    const ends = restored.filter(({ caseId }) => caseId === 'ends-7@smoke');
    expect(ends.map(({ outcome }) => outcome)).toEqual([
      { kind: 'failed', exitCode: 7, reason: 'last words' },
      { kind: 'failed', exitCode: 7, reason: 'last words' },
    ]);
    const unique = restored.filter(({ caseId }) => caseId === 'unique@smoke');
    expect(unique.map(({ outcome }) => outcome.kind)).toEqual(['completed', 'completed']);
    const [one, other] = unique.map(
      ({ id }) => JSON.parse(readFileSync(join(dir, 'logs', id, 'stdout.txt'), 'utf8')) as Record<string, unknown>,
    );
    const shared = Object.keys(one!).filter((name) => one![name] === other![name]);
    // Every sandbox of every environment has this host name, restored or not.
    expect(shared).toEqual(['host', 'case']);
    for (const [index, said] of [one!, other!].entries())
      expect(Math.abs((said['now'] as number) * 1000 - unique[index]!.startedAtMs)).toBeLessThan(20_000);
    expect(place.leftovers()).toEqual(NOTHING);
  });

  it('is refused for a workload that is never warm', async () => {
    const said = await run(join(place.dir, 'none'), '--workload', 'true', '--blocks', '1');
    expect({ status: said.status, code: /no-warm-point/.test(said.stderr) }).toEqual({ status: 2, code: true });
  });
});
