import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadPolicy, policySchema } from '../../src/config/index.js';
import { scratch } from '../store/fixture.js';

async function policy(text: string): Promise<string> {
  const file = join(await scratch(), 'policy.yaml');
  writeFileSync(file, text);
  return file;
}

describe('a policy', () => {
  it('that is shipped is the default', () => {
    expect(policySchema.parse(parse(readFileSync('policies/default.yaml', 'utf8')))).toEqual(
      loadPolicy(undefined, '2026-01-01'),
    );
  });

  it.each([
    ['confidense: 0.9', /:1: confidense: there is no such field/],
    ['\nconfidence: 1', /:2: confidence/],
    ['smallestEffect: -1', /smallestEffect/],
    ['control: bonferroni', /control/],
    ['ignore: [{case: a, expires: 2027-01-01}]', /reason/],
    ['ignore: [{case: a, reason: b, expires: soon}]', /expected a day/],
  ])('that is wrong is refused with line and field: %s', async (text, why) => {
    const file = await policy(text);
    expect(() => loadPolicy(file, '2026-01-01')).toThrow(why);
  });

  it('does not ignore for ever', async () => {
    const file = await policy('ignore: [{case: a@quick, reason: flaky, expires: 2026-11-23}]');
    expect(loadPolicy(file, '2026-11-23').ignore).toHaveLength(1);
    expect(() => loadPolicy(file, '2026-11-24')).toThrow('a@quick was to be ignored until 2026-11-23');
  });
});
