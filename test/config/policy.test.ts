import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
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

  it('of a metric that nobody measures is refused: it would never find anything', async () => {
    const file = await policy('metric: "wal_ns\\e[31m"');
    expect(() => loadPolicy(file, '2026-01-01')).toThrow(expect.objectContaining({ code: 'unknown-metric' }));
    expect(loadPolicy(await policy('metric: wall_ns'), '2026-01-01').metric).toBe('wall_ns');
  });

  it('that is no file is not waited for', async () => {
    const dir = await scratch();
    const [fifo, folder] = [join(dir, 'fifo'), join(dir, 'folder')];
    execFileSync('mkfifo', [fifo]);
    mkdirSync(folder);
    for (const path of [fifo, folder, '/dev/zero', join(dir, 'none')])
      expect(() => loadPolicy(path, '2026-01-01')).toThrow(expect.objectContaining({ code: 'policy-unreadable' }));
  });

  it('with thousands of unknown fields is refused with the first of them', async () => {
    const file = await policy(Array.from({ length: 3000 }, (_, i) => `k${i}: 1`).join('\n'));
    const refusal = (): unknown => loadPolicy(file, '2026-01-01');
    expect(refusal).toThrow(/:1: k0: there is no such field/);
    expect(refusal).toThrow(/and 2980 more$/);
  });
});
