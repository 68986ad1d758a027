import { afterAll, describe, expect, it } from 'vitest';
import { NOTHING, Place, readCsv, WORKLOADS } from './harness.js';
import { join } from 'node:path';

describe('the root file system as a directory and as an image', () => {
  const place = new Place();
  afterAll(() => place.remove());

  it('is the same to Python, which compiles in neither what it imports', async () => {
    const environments = ['gvisor-systrap', 'gvisor-systrap-tuned'];
    const what = ['--suite', 'smoke', '--workload', 'compiled', '--env', environments.join(','), '--blocks', '1'];
    const said = await place.run('run', '--workloads-dir', WORKLOADS, ...what);
    expect(said.status, said.stderr).toBe(0);
    const trials = readCsv(join(place.cwd, 'results/latest/trials.csv'));
    expect(new Map(trials.map((row) => [row['environment'], row['reason'] || row['outcome']]))).toEqual(
      new Map(['native', ...environments].map((id) => [id, 'completed'])),
    );
    expect(place.leftovers()).toEqual(NOTHING);
  });
});
