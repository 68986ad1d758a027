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

  it('sees from the host that gVisor reaches less of the host’s kernel than runc, and what is used of it', async () => {
    const out = join(place.dir, 'surface');
    const said = await place.run('conform', 'surface', '--env', 'gvisor-systrap', '--json', '--out', out);
    const { surface } = JSON.parse(said.stdout) as Conformance;
    const row = (role: string) => surface!.rows.find((it) => it.role === role)!;
    const open = (role: string): number => row(role).reach!.always.length + row(role).reach!.sometimes.length;
    // A container that may not read filters says so instead.
    if (surface!.notes.some((note) => note.startsWith('seccomp filters cannot be read'))) return;
    expect(surface!.rows.map(({ environment, role }) => `${environment} ${role}`)).toEqual([
      'native guest',
      'gvisor-systrap sentry',
      'gvisor-systrap gofer',
      'gvisor-systrap stub',
    ]);
    expect(open('guest')).toBeGreaterThan(250);
    for (const role of ['sentry', 'gofer', 'stub']) expect(open(role)).toBeLessThan(150);
    for (const { role, used } of surface!.rows) {
      // What is counted lies within what the filters let in; else a note would say it.
      if (used !== null)
        expect({ role, some: used.length > 5, all: used.length <= open(role) }).toEqual({
          role,
          some: true,
          all: true,
        });
    }
    expect(surface!.notes.filter((note) => note.includes('filters refuse'))).toEqual([]);
    expect(place.leftovers()).toEqual(NOTHING);
  });
});
