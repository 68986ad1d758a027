import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const guestDir = fileURLToPath(new URL('../../workloads/_guest', import.meta.url));

/** Python expressions whose answers are one answer. */
const EQUAL: readonly [name: string, ...expressions: string[]][] = [
  ['sums in another order', '0.1 + 0.2 + 0.3', '0.3 + 0.2 + 0.1', '0.6', 'Decimal("0.6")'],
  ['a decimal on a rounding boundary, off by noise', '123456.5', '123456.49999999999', '123456.50000000001'],
  ['zero and minus zero', '0.0', '-0.0', 'Decimal("-0")'],
  ['what is missing', 'None', 'float("nan")', 'Decimal("nan")'],
  ['a list and a tuple', '[1, "a"]', '(1, "a")'],
  ['a mapping in another order', '{"a": 1, "b": [2.0]}', '{"b": [2.0], "a": 1}'],
  ['sets', '{3, 1, 2}', 'frozenset([2, 3, 1])'],
  ['a day and its midnight', 'date(2020, 2, 29)', 'datetime(2020, 2, 29)'],
  [
    'one moment in two zones',
    'datetime(2020, 1, 1, 5, tzinfo=UTC)',
    'datetime(2020, 1, 1, 7, tzinfo=timezone(timedelta(hours=2)))',
  ],
];
/** Python expressions whose answers are all different. */
const DIFFERENT = [
  'None',
  'True',
  '1',
  '1.0',
  '"1"',
  'b"1"',
  '[1]',
  '[[1]]',
  '[1, 1]',
  '{1}',
  '{1: 1}',
  '""',
  '"None"',
  '[]',
  '{}',
  '2**63',
  '2**63 + 1',
  '1.00001',
  '-1.0',
  'float("inf")',
  '-float("inf")',
  '["a", "b"]',
  '["a,s1:b"]',
  '["b", "a"]',
  'date(2020, 1, 1)',
  '"2020-01-01"',
  'datetime(2020, 1, 1, 0, 0, 1)',
  'datetime(2020, 1, 1, tzinfo=UTC)',
  'timedelta(1)',
  'time(1)',
  '1e-17',
];

describe('the digest of an answer', () => {
  const canonical = new Map<string, string>();

  beforeAll(() => {
    const code = `
import json, sys
from datetime import *
from decimal import Decimal
from seebench_digest import canonical, digest_of
print(json.dumps([[canonical(value), digest_of(value)] for value in map(eval, json.load(sys.stdin))]))
`;
    const expressions = [...new Set([...EQUAL.flatMap(([, ...rest]) => rest), ...DIFFERENT])];
    const run = spawnSync('python3', ['-c', code], {
      env: { PATH: process.env['PATH'] ?? '', PYTHONPATH: guestDir, PYTHONDONTWRITEBYTECODE: '1' },
      input: JSON.stringify(expressions),
      encoding: 'utf8',
    });
    expect(run.stderr).toBe('');
    for (const [at, [text, digest]] of (JSON.parse(run.stdout) as [string, string][]).entries()) {
      canonical.set(expressions[at]!, text);
      expect(digest).toBe(`sha256:${createHash('sha256').update(text).digest('hex')}`);
    }
  });

  it.each(EQUAL)('is the same for %s', (_name, ...expressions) => {
    expect(new Set(expressions.map((expression) => canonical.get(expression))).size).toBe(1);
  });

  it('differs for different values', () => {
    const byText = new Map<string, string>();
    for (const expression of DIFFERENT) {
      const text = canonical.get(expression)!;
      expect(byText.get(text), expression).toBeUndefined();
      byText.set(text, expression);
    }
  });

  it('refuses what it does not know', () => {
    const run = spawnSync('python3', ['-c', 'from seebench_digest import digest_of; digest_of(object())'], {
      env: { PATH: process.env['PATH'] ?? '', PYTHONPATH: guestDir, PYTHONDONTWRITEBYTECODE: '1' },
      encoding: 'utf8',
    });
    expect(run.stderr).toContain('TypeError: a value of builtins.object has no canonical form');
  });
});
