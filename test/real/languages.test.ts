import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cacheDir, presentLayer } from '../../src/provision/index.js';
import type { StoredRun } from '../../src/store/index.js';
import { NOTHING, Place } from './harness.js';

describe('workloads in other languages', () => {
  const place = new Place();
  afterAll(() => place.remove());

  const measure = async (...workloads: string[]): Promise<StoredRun> => {
    const args = ['--suite', 'smoke', '--env', 'gvisor-systrap', '--blocks', '1'];
    const said = await place.run('run', ...args, '--workload', workloads.join(','));
    expect(said.status, said.stderr).toBe(0);
    return place.stored();
  };
  const outcomes = ({ trials }: StoredRun): string[] => [...new Set(trials.map(({ outcome }) => outcome.kind))];
  const digests = ({ trials }: StoredRun, workload: string): (string | null)[] =>
    trials.filter(({ caseId }) => caseId.startsWith(`${workload}@`)).map(({ digest }) => digest);

  it('run in JavaScript, natively and in gVisor, with the answer of pandas, and leave nothing', async () => {
    const run = await measure('start-js', 'etl-js', 'flights');
    expect(outcomes(run)).toEqual(['completed']);
    const [answer] = digests(run, 'flights');
    expect(digests(run, 'etl-js')).toEqual([answer, answer]);
    const start = run.trials.find(({ caseId }) => caseId === 'start-js@smoke')!;
    expect(Object.keys(start.marks)).toEqual(
      expect.arrayContaining(['spawn', 'guest', 'interpreter', 'imports', 'first_result', 'done', 'deleted']),
    );
    expect(run.manifest.digests).toMatchObject({
      'layer/node': presentLayer('node', cacheDir())!.facts.digest,
      'code/tinybench': expect.stringMatching(/^sha256:/) as unknown,
    });
    expect(place.leftovers()).toEqual(NOTHING);
  });

  // Set-up for tests does not bring the JDK: it is the largest of the layers.
  it.runIf(presentLayer('java', cacheDir()))('run in Java, with the answer of pandas', async () => {
    const run = await measure('start-java', 'etl-java', 'flights');
    expect(outcomes(run)).toEqual(['completed']);
    const [answer] = digests(run, 'flights');
    expect(digests(run, 'etl-java')).toEqual([answer, answer]);
    expect(place.leftovers()).toEqual(NOTHING);
  });

  it('are refused in a tree of the user’s that lacks the language', async () => {
    const tree = join(place.dir, 'tree');
    for (const name of ['tmp', 'dev', 'proc', 'sys']) mkdirSync(join(tree, name), { recursive: true });
    const said = await place.run('run', '--workload', 'start-js', '--env', 'native', '--rootfs', tree);
    expect(said.status).toBe(2);
    expect(said.stderr).toContain('rootfs-incomplete');
    expect(said.stderr).toContain('file /usr/bin/node, needed by start-js');
  });
});
