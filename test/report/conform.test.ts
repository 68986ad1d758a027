import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { guaranteeSentences, guaranteeTables } from '../../src/report/conform.js';
import { writeConformReport } from '../../src/report/index.js';
import { readConformance, writeConformance } from '../../src/store/index.js';
import { conformance } from '../conformance.js';
import { manifestOf } from './fixture-manifest.js';

const dir = mkdtempSync(join(tmpdir(), 'seebench-conform-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('what is said of guarantees', () => {
  it('is a sentence for each matrix', () => {
    expect(guaranteeSentences(conformance())).toEqual([
      'Containment: of 1 probe, native contains 1, gvisor-systrap contains 1; 1 were shown to be able to fail.',
      'Surface: of 381 system calls of the host’s kernel, open to all its processes together: native 4, gvisor-systrap 2.',
      'Limits held as asked: native 1 of 1, gvisor-systrap 1 of 1.',
      'What runs: native 1 of 1 and 1 areas of Snowpark, gvisor-systrap 1 of 1 and 1 areas of Snowpark.',
      'Test suites that others wrote, tests run: native 9, gvisor-systrap 9; in gvisor-systrap 1 come out worse than natively and 0 better, 1 of 1 with a named cause.',
      'Nothing was other than expected.',
    ]);
    const none = conformance({
      containment: [],
      surface: null,
      limits: [],
      features: [],
      areas: [],
      compat: [],
      problems: ['x is y'],
    });
    expect(guaranteeSentences(none)).toEqual(['1 thing not as expected: x is y.']);
  });

  it('is a matrix for each part, with a mark on what was not expected', () => {
    const before = conformance();
    const containment = before.containment.map((row) =>
      row.environment === 'native' ? row : { ...row, answer: 'allowed' as const, ok: false },
    );
    const [first] = guaranteeTables({ ...before, containment });
    expect(first).toEqual({
      title: 'Containment',
      table: { columns: ['', 'native', 'gvisor-systrap'], rows: [['mount', 'contained', 'allowed !']] },
    });
    expect(guaranteeTables(before).map(({ title }) => title)).toEqual([
      'Containment',
      'Processes on the host',
      'Limits',
      'A neighbour’s time beside a sandbox that runs into its limit, over its time alone',
      'What programs use',
      'Snowpark',
      'Test suites that others wrote',
      'Tests that came out otherwise than natively',
    ]);
  });
});

describe('the page', () => {
  it('has sentences, chart and matrices, and what a sandbox said is text there', async () => {
    const evil = '<script>alert(1)</script>';
    const before = conformance();
    const limits = before.limits.map((row) => ({ ...row, seen: evil }));
    const path = await writeConformReport(
      { ...before, limits },
      manifestOf([], 1, false).fingerprint,
      join(dir, 'page'),
    );
    const html = readFileSync(path, 'utf8');
    expect(html).toContain('Same guarantees?');
    expect(html).not.toContain(evil);
    expect(readFileSync(join(dir, 'page/charts/surface.svg'), 'utf8')).toContain('<svg');
  });
});

describe('conform.json', () => {
  it('is read back as it was written, from its directory or by its name, and stands beside a table', async () => {
    await writeConformance(dir, conformance());
    expect(await readConformance(dir)).toEqual(conformance());
    expect(await readConformance(join(dir, 'conform.json'))).toEqual(conformance());
    const csv = readFileSync(join(dir, 'conform.csv'), 'utf8').trim().split('\n');
    expect(csv).toHaveLength(1 + 11);
    expect(csv[1]).toBe('containment,mount,native,contained,contained,,1,EPERM');
  });

  it('of an older version, which knew fewer parts, is read with those empty', async () => {
    const { surface, neighbours, proof, unproved, ...older } = conformance();
    const file = join(dir, 'older.json');
    writeFileSync(file, JSON.stringify(older));
    const read = await readConformance(file);
    expect([surface, neighbours, proof, unproved].map(Boolean)).toEqual([true, true, true, true]);
    expect(read).toEqual({ ...older, surface: null, neighbours: [], proof: [], unproved: [] });
    expect(guaranteeSentences(read).length).toBeGreaterThan(0);
  });

  it.each([
    ['nothing', undefined],
    ['something else', '{"schemaVersion": 1}'],
    ['half a file', '{"schemaVersion": 1, "run'],
    [
      'a surface that says nothing of what is reached',
      JSON.stringify({
        ...conformance(),
        surface: { ...conformance().surface, rows: [{ ...conformance().surface!.rows[0], reach: {} }] },
      }),
    ],
    [
      'a limit without what was seen',
      JSON.stringify({ ...conformance(), limits: [{ ...conformance().limits[0], seen: 1 }] }),
    ],
    ['a text that steers a terminal', JSON.stringify({ ...conformance(), run: '\u001b[2J' })],
  ])('that is %s is refused with a code', async (_, text) => {
    const file = join(dir, 'odd.json');
    rmSync(file, { force: true });
    if (text !== undefined) writeFileSync(file, text);
    await expect(readConformance(file)).rejects.toMatchObject({ code: 'conformance-invalid' });
  });
});
