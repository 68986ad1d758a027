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
    // What is counted lies within what the filters let in; else a note would say it.
    expect(surface!.rows.filter(({ role, used }) => used !== null && used.length > open(role))).toEqual([]);
    expect(surface!.rows.filter(({ used }) => used !== null && used.length < 5)).toEqual([]);
    expect(surface!.notes.filter((note) => note.includes('filters refuse'))).toEqual([]);
    expect(place.leftovers()).toEqual(NOTHING);
  });
});

describe('conform limits', () => {
  const place = new Place();
  afterAll(() => place.remove());

  it('holds in native and gVisor what was asked, names what does not, and leaves nothing', async () => {
    const out = join(place.dir, 'limits');
    const said = await place.run('conform', 'limits', '--env', 'gvisor-systrap', '--json', '--out', out);
    const { limits, neighbours, problems } = JSON.parse(said.stdout) as Conformance;
    expect({ problems, status: said.status }).toEqual({ problems: [], status: 0 });
    for (const environment of ['native', 'gvisor-systrap']) {
      const answers = Object.fromEntries(
        limits.filter((row) => row.environment === environment).map(({ limit, answer }) => [limit, answer]),
      );
      for (const limit of ['address-space', 'open-files', 'file-size', 'tmpfs-size', 'network', 'processes', 'threads'])
        expect({ limit, answer: answers[limit] }).toEqual({ limit, answer: 'enforced' });
    }
    // What differs by design of gVisor has its reason beside it.
    expect(limits.filter(({ answer, reason }) => answer !== 'enforced' && reason === null)).toEqual([]);
    for (const { n, slowdown } of neighbours) expect({ n, known: slowdown! > 0.3 }).toEqual({ n: 1, known: true });
    expect(place.leftovers()).toEqual(NOTHING);
  });
});
