import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCertificate, writeCertificate } from '../../src/store/index.js';
import { certificate, scratch } from './fixture.js';

const HOST = 'sha256:host';

/** A directory of results with these certificates, one a run; texts are put down as they are. */
async function results(files: Readonly<Record<string, ReturnType<typeof certificate> | string>>): Promise<string> {
  const dir = await scratch();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(dir, name));
    if (typeof content === 'string') await writeFile(join(dir, name, 'certificate.json'), content);
    else await writeCertificate(join(dir, name), content);
  }
  return dir;
}
const mine = (run: string, madeAtMs: number) => certificate({ run, madeAtMs, fingerprint: HOST });

describe('the certificate of a host', () => {
  it('comes back as it was stored', async () => {
    const dir = await results({ a: mine('a', 5) });
    expect(await findCertificate(dir, HOST)).toEqual(mine('a', 5));
  });

  it('is the newest of this host, wherever it stands', async () => {
    const dir = await results({ a: mine('a', 5), b: mine('b', 9), c: mine('c', 7) });
    expect((await findCertificate(dir, HOST))!.run).toBe('b');
  });

  it('is never that of another host, however new', async () => {
    const dir = await results({
      a: mine('a', 5),
      b: certificate({ run: 'b', madeAtMs: 99, fingerprint: 'sha256:other' }),
    });
    expect((await findCertificate(dir, HOST))!.run).toBe('a');
    expect(await findCertificate(dir, 'sha256:third')).toBeNull();
  });

  it('is none where there are no results', async () => {
    expect(await findCertificate('/nowhere/at/all', HOST)).toBeNull();
    expect(await findCertificate(await scratch(), HOST)).toBeNull();
  });

  it('is found among runs without one, files and dangling links', async () => {
    const dir = await results({ a: mine('a', 5) });
    await mkdir(join(dir, 'plain-run'));
    await mkdir(join(dir, 'odd', 'certificate.json'), { recursive: true });
    await writeFile(join(dir, 'a-file'), 'x');
    await symlink('a', join(dir, 'latest'));
    await symlink('gone', join(dir, 'dangling'));
    expect((await findCertificate(dir, HOST))!.run).toBe('a');
  });
});

describe('a certificate that cannot be used is none', () => {
  const valid = mine('bad', 99);
  const changed = (change: object): string => JSON.stringify({ ...valid, ...change });
  it.each([
    ['cut off', JSON.stringify(valid).slice(0, 200)],
    ['empty', ''],
    ['another thing', '[1, 2]'],
    ['null', 'null'],
    ['of another schema', changed({ schemaVersion: 99 })],
    ['without a rate', changed({ falsePositiveRate: null })],
    ['with a rate that is no number', changed({ falsePositiveRate: { ...valid.falsePositiveRate, value: 'low' } })],
    ['with an endless rate', JSON.stringify(valid).replace('"value":0.001', '"value":1e999')],
    ['with a rate beyond 1', changed({ falsePositiveRate: { ...valid.falsePositiveRate, value: 40 } })],
    ['with a negative rate', changed({ power: [{ ...valid.power[0]!, low: -1 }] })],
    ['with power of an unknown kind', changed({ power: [{ ...valid.power[0]!, kind: 'magic' }] })],
    ['with a sentence that is none', changed({ sentence: { toString: 1 } })],
    ['with an endless sentence', changed({ sentence: 'x'.repeat(100_000) })],
    ['with a sentence that moves the cursor', changed({ sentence: 'fine\u001b[2J' })],
    ['from no time', changed({ madeAtMs: '2026' })],
  ])('%s', async (_name, text) => {
    const dir = await results({ bad: text, good: mine('good', 1) });
    expect((await findCertificate(dir, HOST))!.run).toBe('good');
  });
});
