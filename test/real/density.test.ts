import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { DensityResult, DensitySamples } from '../../src/model/index.js';
import { NOTHING, Place, until } from './harness.js';

const SHORT = ['--idle', 'python', '--workload', 'small-files', '--env', 'gvisor-systrap', '--window', '0.5s'];

describe('how many sandboxes fit', () => {
  const place = new Place();
  afterAll(() => place.remove());
  const read = (dir: string, name: string): unknown => JSON.parse(readFileSync(join(dir, name), 'utf8'));

  it('measures idle and working ones side by side, and leaves nothing', async () => {
    const dir = join(place.dir, 'two');
    const said = (await place.json(
      'density',
      ...[...SHORT, '--most', '2', '--working', '2', '--budget', '25s', '--out', dir],
    )) as unknown as DensityResult;
    expect(said.idle.map(({ environment, n, stop }) => [environment, n, stop.kind])).toEqual([
      ['native', 2, 'most'],
      ['gvisor-systrap', 2, 'most'],
    ]);
    for (const { marginal, first } of said.idle) {
      expect(first.pss).toBeGreaterThan(2 ** 20);
      expect(marginal.pss!.value).toBeGreaterThan(2 ** 20);
      expect(marginal.pss!.value).toBeLessThan(2 ** 30);
    }
    const places = said.working.map(({ environment, n }) => `${n} ${environment}`);
    expect(places.toSorted()).toEqual(['1 gvisor-systrap', '1 native', '2 gvisor-systrap', '2 native']);
    expect(said.working.every(({ jain, throughput }) => jain > 0.5 && throughput > 0)).toBe(true);
    expect(said.neighbours.map(({ n }) => n)).toEqual([2, 2]);
    const { results, report, ...stored } = said as DensityResult & { results: string; report: string };
    expect(results).toBe(dir);
    expect(read(dir, 'density.json')).toEqual(stored);
    // Native and gVisor, alone, two alike, and one beside another: as many rounds as there was time for.
    const { windows } = read(dir, 'density-samples.json') as DensitySamples;
    expect(windows.length).toBeGreaterThanOrEqual(6);
    expect(windows.length % 6).toBe(0);
    expect(readFileSync(report, 'utf8')).toContain('How many sandboxes fit');
    expect(place.leftovers()).toEqual(NOTHING);
  });

  it('keeps what was measured when it is interrupted, and removes all', async () => {
    const dir = join(place.dir, 'cut');
    const run = place.start('density', ...SHORT, '--most', '100', '--out', dir);
    await run.says('idle sandboxes in');
    await until(() => place.leftovers().cgroups.length > 0, 30_000);
    await new Promise((next) => setTimeout(next, 4000));
    run.kill('SIGINT');
    const said = await run.end;
    expect({ status: said.status, stderr: said.stderr }).toMatchObject({ status: 4 });
    const result = read(dir, 'density.json') as DensityResult;
    expect(result).toMatchObject({ interrupted: true, idle: [{ stop: { kind: 'interrupted' } }] });
    expect(result.idle[0]!.n).toBeGreaterThan(0);
    expect(place.leftovers()).toEqual(NOTHING);
  });

  it('is cleaned up after when it was killed', async () => {
    const run = place.start('density', ...SHORT, '--most', '100', '--out', join(place.dir, 'killed'));
    await run.says('idle sandboxes in');
    await new Promise((next) => setTimeout(next, 3000));
    run.kill('SIGKILL');
    await run.end;
    expect((await place.run('clean')).status).toBe(0);
    expect(place.leftovers()).toEqual(NOTHING);
  });

  it('refuses what does its work once', async () => {
    const said = await place.run('density', '--workload', 'import-data');
    expect({ status: said.status, code: /no-iterations/.test(said.stderr) }).toEqual({ status: 2, code: true });
  });
});
