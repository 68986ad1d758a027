import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NOTHING, Place, readCsv } from './harness.js';

describe('gVisor with its source changed', () => {
  const place = new Place();
  afterAll(() => place.remove());
  const environmentsOf = (run: string) =>
    (
      JSON.parse(readFileSync(join(place.cwd, run, 'run.json'), 'utf8')) as {
        environments: { id: string; binary: string; profile: { runscBuild: string } }[];
      }
    ).environments;

  // A program that reads the clock twice a line, in calls that systrap can patch (docs/tune.md).
  it('is built when it is asked for, says so, and reads the clock without a call from the start', async () => {
    const environments = 'gvisor-systrap-tuned,gvisor-systrap-patched';
    const what = ['--suite', 'quick', '--workload', 'append-log', '--env', environments, '--blocks', '2'];
    const said = await place.run('run', '--workloads-dir', join(import.meta.dirname, '../../probes/cases'), ...what);
    expect(said.status, said.stderr).toBe(0);
    const rows = readCsv(join(place.cwd, 'results/latest/summary.csv'));
    const of = (environment: string): Record<string, string> =>
      rows.find((row) => row['environment'] === environment && row['metric'] === 'iteration_ns')!;
    const [tuned, patched] = [of('gvisor-systrap-tuned'), of('gvisor-systrap-patched')];
    expect(patched['version']).toMatch(new RegExp(`^${tuned['version']}-patched-[0-9a-f]{8}$`));
    expect(patched['outcome_counts']).toBe(tuned['outcome_counts']);
    expect(Number(patched['median'])).toBeLessThan(0.8 * Number(tuned['median']));
    expect(place.leftovers()).toEqual(NOTHING);
  }, 1_200_000);

  it('is nothing that another runsc could be: that is refused, and not called what it is not', async () => {
    const smoke = ['--suite', 'smoke', '--workload', 'true', '--blocks', '1'];
    const plain = await place.run('run', ...smoke, '--env', 'gvisor-systrap', '--out', 'plain');
    expect(plain.status, plain.stderr).toBe(0);
    const what = [...smoke, '--runsc', environmentsOf('plain').find(({ id }) => id === 'gvisor-systrap')!.binary];
    const refused = await place.run('run', ...what, '--env', 'gvisor-systrap-patched');
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('error[no-such-build]') as unknown });
    const taken = await place.run('run', ...what, '--env', 'gvisor-systrap-tuned', '--out', 'own');
    expect(taken.status, taken.stderr).toBe(0);
    const builds = environmentsOf('own').map(({ id, profile }) => [id, profile.runscBuild]);
    expect(builds).toEqual([
      ['native', 'module'],
      ['gvisor-systrap-tuned', 'module'],
    ]);
    expect(place.leftovers()).toEqual(NOTHING);
  }, 120_000);
});
