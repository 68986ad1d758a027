import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { casesOf, openNative } from './native.js';

const program = readFileSync(fileURLToPath(new URL('../workloads/digest_libraries.py', import.meta.url)), 'utf8');
const KINDS = [
  'a table',
  'a column',
  'numbers',
  'integers',
  'a matrix',
  'what is missing',
  'truth',
  'a moment',
  'a moment in a zone',
  'a span',
  'categories',
];

describe('the digest of an answer that numpy, pandas, pyarrow or polars holds', () => {
  let forms: Record<string, string[]>;

  beforeAll(async () => {
    const cases = casesOf('python', 'smoke');
    const launch = await openNative(cases);
    const { stdout, stderr } = await launch(cases[0]!, ['/usr/bin/python3', '-c', program]);
    expect(stderr).toBe('');
    forms = JSON.parse(stdout) as typeof forms;
  });

  it.each(KINDS)('does not depend on the library for %s', (kind) => {
    expect(forms[kind]).toHaveLength(1);
  });
});
