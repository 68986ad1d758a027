import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NOTHING, Place, readCsv } from './harness.js';

const WITHOUT = `id: without
extends: tuned
description: tuned without the library of patchable calls.
isolation: same
guestEnv:
  - {name: LD_PRELOAD, value: '/seebench/bin/keep_frames.so', reason: a test}
`;
const CONFIG = `profileDirs: [./profiles]
environments:
  - {id: without, runtime: runsc, platform: systrap, profile: without}
`;

describe('gVisor with its source changed', () => {
  const place = new Place();
  afterAll(() => place.remove());
  const environmentsOf = (run: string) =>
    (
      JSON.parse(readFileSync(join(place.cwd, run, 'run.json'), 'utf8')) as {
        environments: { id: string; binary: string; profile: { runscBuild: string } }[];
      }
    ).environments;

  // A program that reads the clock twice a line; beside it a tuned without the library that makes such reads cheaper (docs/tune.md).
  it('is built when it is asked for, says so, and reads the clock without a call from the start', async () => {
    mkdirSync(join(place.cwd, 'profiles'));
    writeFileSync(join(place.cwd, 'profiles', 'without.yaml'), WITHOUT);
    writeFileSync(join(place.cwd, 'seebench.yaml'), CONFIG);
    const environments = 'without,gvisor-systrap-patched';
    const what = ['--suite', 'quick', '--workload', 'append-log', '--env', environments, '--blocks', '2'];
    const from = ['--config', 'seebench.yaml', '--workloads-dir', join(import.meta.dirname, '../../probes/cases')];
    const said = await place.run('run', ...from, ...what);
    expect(said.status, said.stderr).toBe(0);
    const rows = readCsv(join(place.cwd, 'results/latest/summary.csv'));
    const of = (environment: string): Record<string, string> =>
      rows.find((row) => row['environment'] === environment && row['metric'] === 'iteration_ns')!;
    const [tuned, patched] = [of('without'), of('gvisor-systrap-patched')];
    expect(patched['version']).toMatch(new RegExp(`^${tuned['version']}-patched-[0-9a-f]{8}$`));
    expect(patched['outcome_counts']).toBe(tuned['outcome_counts']);
    expect(Number(patched['median'])).toBeLessThan(Number(tuned['median']) / 2);
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
