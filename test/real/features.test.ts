import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Conformance } from '../../src/model/index.js';
import { NOTHING, Place } from './harness.js';

describe('conform features', () => {
  const place = new Place();
  afterAll(() => place.remove());

  it('finds features that work in gVisor and a strict sandbox blocks, equal areas of Snowpark, and leaves nothing', async () => {
    const out = join(place.dir, 'features');
    const env = 'native-strict,gvisor-systrap';
    const said = await place.run('conform', 'features', '--env', env, '--json', '--out', out);
    const result = JSON.parse(said.stdout) as Conformance;
    expect({ problems: result.problems, status: said.status }).toEqual({ problems: [], status: 0 });
    const answerOf = (environment: string, feature: string): string | undefined =>
      result.features.find((row) => row.environment === environment && row.feature === feature)?.answer;
    for (const feature of ['subprocess', 'fork', 'loopback-tcp', 'http-service', 'pip-install']) {
      const answers = ['native', 'native-strict', 'gvisor-systrap'].map((id) => answerOf(id, feature));
      expect({ feature, answers }).toEqual({ feature, answers: ['works', 'blocked', 'works'] });
    }
    expect(answerOf('native-strict', 'threads')).toBe('works');
    // The host's Node may need libraries that the root file system lacks; then natively too.
    expect(answerOf('gvisor-systrap', 'node-beside')).toBe(answerOf('native', 'node-beside'));
    expect(['works', 'not-applicable']).toContain(answerOf('native', 'node-beside'));
    // Where it works and was timed, it has a cost beside native's.
    const timed = result.features.filter(
      ({ environment, answer }) => environment === 'gvisor-systrap' && answer === 'works',
    );
    for (const { feature, ns, ratio } of timed)
      expect({ feature, known: ns! > 0 && ratio! > 0 }).toEqual({ feature, known: true });
    const digests = (environment: string): (string | null)[] =>
      result.areas.filter((row) => row.environment === environment).map(({ digest }) => digest);
    expect(digests('gvisor-systrap')).toEqual(digests('native'));
    expect(digests('native').filter((digest) => digest !== null).length).toBeGreaterThanOrEqual(10);
    expect(place.leftovers()).toEqual(NOTHING);
  }, 600_000);
});
