import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Conformance } from '../../src/model/index.js';
import { NOTHING, Place } from './harness.js';

describe('conform containment', () => {
  const place = new Place();
  afterAll(() => place.remove());

  it('finds all as expected in native and gVisor, default and tuned, shows that probes can fail, and leaves nothing', async () => {
    const out = join(place.dir, 'conform');
    const said = await place.run('conform', 'containment', '--prove', '--json', '--out', out);
    const result = JSON.parse(said.stdout) as Conformance;
    expect({ problems: result.problems, status: said.status }).toEqual({ problems: [], status: 0 });
    const environments = [...new Set(result.containment.map(({ environment }) => environment))];
    expect(environments).toEqual(['native', 'native-strict', 'gvisor-systrap', 'gvisor-systrap-tuned']);
    for (const environment of environments) {
      const own = result.containment.filter((row) => row.environment === environment);
      expect(own.filter(({ answer }) => answer === 'contained').length).toBeGreaterThanOrEqual(40);
      expect(own.every(({ answer }) => answer !== 'broken')).toBe(true);
    }
    expect(result.proof.filter(({ shown }) => shown).length).toBeGreaterThanOrEqual(40);
    // What is contained means something: the same question was answered otherwise.
    const answers = new Map(result.proof.map(({ probe, answer }) => [probe, answer]));
    for (const id of ['mount', 'bpf', 'host-file', 'host-processes', 'raw-socket'])
      expect({ id, answer: answers.get(id) }).toEqual({ id, answer: 'allowed' });
    expect(place.leftovers()).toEqual(NOTHING);
  });
});
