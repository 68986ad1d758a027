import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { VmasResult } from '../../src/model/index.js';
import { NOTHING, Place } from './harness.js';

describe('memory mappings over time', () => {
  const place = new Place();
  afterAll(() => place.remove());

  it('are seen from the host in every environment, with whose they are, over work done', async () => {
    const out = join(place.dir, 'seen');
    const said = await place.json('vmas', '--suite', 'quick', '--seed', '1', '--out', out);
    const stored = JSON.parse(readFileSync(join(out, 'vmas.json'), 'utf8')) as VmasResult;
    expect(said['findings']).toEqual(stored.findings);
    expect(stored.series.map(({ outcome }) => outcome.kind)).toEqual(['completed', 'completed']);
    for (const { looks, looking } of stored.series) {
      expect(looks.some(({ done }) => done !== null && done > 0)).toBe(true);
      expect(looking).toBeLessThan(0.2);
    }
    const roles = stored.peaks.map(({ environment, byRole }) => [environment, Object.keys(byRole).toSorted()]);
    expect(roles).toEqual([
      ['native', ['guest']],
      ['gvisor-systrap', ['gofer', 'sentry', 'stub']],
    ]);
    expect(place.leftovers()).toEqual(NOTHING);
  });
});
