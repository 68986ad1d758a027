import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCertificateReport } from '../../src/report/certificate.js';
import { writeDensityReport } from '../../src/report/density.js';
import { historySentences, writeHistory } from '../../src/report/history.js';
import { manifest } from '../store/fixture.js';
import { densityStudy, fullCertificate, historySeries, NASTY } from './fixture-study.js';

/** Expressions run in the page are texts: this project is compiled without the types of a browser. */
const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
const OPEN_ALL = "document.querySelectorAll('details').forEach((details) => { details.open = true; })";

const hostileHistory = NASTY.map((name) =>
  historySeries({
    case: name,
    environment: name,
    host: name,
    changes: historySeries().changes.map((it) => ({ ...it, before: name, after: name, with: [name] })),
  }),
);

let dir: string;
let browser: Browser;
const urls = new Map<string, string>();
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'seebench-study-'));
  const { fingerprint } = manifest();
  const nasty = { ...fingerprint, cpuModel: NASTY[0], distro: NASTY[3] };
  const sentence = `On this host this gate sees ${NASTY.join(' ')}`;
  const [study, bad] = [densityStudy(), densityStudy(['native', ...NASTY], [NASTY[0], NASTY[1]])];
  const pages = {
    certificate: await writeCertificateReport(fullCertificate(), fingerprint, join(dir, 'certificate')),
    history: await writeHistory(
      [historySeries(), historySeries({ case: 'b@quick' })],
      ['run-x: broken'],
      join(dir, 'history'),
    ),
    'hostile certificate': await writeCertificateReport(
      { ...fullCertificate([...NASTY], ['native', NASTY[1]]), sentence },
      nasty,
      join(dir, 'hostile-certificate'),
    ),
    'hostile history': await writeHistory(hostileHistory, [...NASTY], join(dir, 'hostile-history')),
    density: await writeDensityReport(study.result, study.samples, fingerprint, join(dir, 'density')),
    'hostile density': await writeDensityReport(bad.result, bad.samples, nasty, join(dir, 'hostile-density')),
    'history of one run': await writeHistory([historySeries({ changes: [] }, 1)], [], join(dir, 'one')),
  };
  for (const [name, path] of Object.entries(pages)) urls.set(name, pathToFileURL(path).href);
  browser = await chromium.launch({
    executablePath: process.env['SEEBENCH_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await rm(dir, { recursive: true, force: true });
});

async function open(name: string, width = 1280) {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(urls.get(name)!);
  return { page, complaints, requests };
}

describe.each([
  'certificate',
  'history',
  'density',
  'hostile certificate',
  'hostile history',
  'hostile density',
  'history of one run',
])('the page of a %s', (name) => {
  it('opens from a file without a word on the console, without a request, and runs nothing of others', async () => {
    const { page, complaints, requests } = await open(name);
    await page.evaluate(OPEN_ALL);
    expect(complaints).toEqual([]);
    expect(requests.filter((request) => request !== urls.get(name) && !request.startsWith('data:'))).toEqual([]);
    expect(await page.evaluate('window.pwned')).toBeUndefined();
    expect(await page.locator('img, iframe, [onerror]').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(1);
    await page.close();
  });

  it.each([1280, 390])(
    'has each chart drawn once, with marks, and nothing wider than a screen of %i',
    async (width) => {
      const { page } = await open(name, width);
      const figures = await page.locator('figure').all();
      expect(figures.length).toBeGreaterThan(0);
      for (const figure of figures) {
        expect(await figure.locator('svg:visible').count()).toBe(1);
        expect(await figure.locator('[aria-roledescription=point]:visible').count()).toBeGreaterThan(0);
      }
      expect(await page.evaluate(OVERFLOW)).toBe(0);
      await page.evaluate(OPEN_ALL);
      expect(await page.evaluate(OVERFLOW)).toBe(0);
      await page.close();
    },
  );
});

it('a certificate says its rate, its charts and the rates by case', async () => {
  const { page } = await open('certificate');
  expect(await page.locator('#found').textContent()).toContain('0.1 % of 1,000 comparisons of identical environments');
  const ids = await page.evaluate("[...document.querySelectorAll('figure')].map(({ id }) => id)");
  expect(ids).toEqual(['power', 'other-rules', 'modes', 'variance']);
  expect(await page.locator('#t-0 tbody tr').count()).toBe(4);
  expect(await page.locator('#t-0').textContent()).toContain('jsonl-ingest@quick');
  await page.close();
});

it('hostile names are shown as they are', async () => {
  const { page } = await open('hostile certificate');
  await page.evaluate(OPEN_ALL);
  for (const text of [NASTY[0], NASTY[1], NASTY[2]]) expect(await page.locator('#t-0').textContent()).toContain(text);
  await page.close();
});

it('a study has its charts as files, and its data', async () => {
  const files = await readdir(join(dir, 'history', 'charts'));
  expect(files.toSorted()).toEqual(['history.svg', 'history.vl.json']);
  const spec = JSON.parse(await readFile(join(dir, 'history', 'charts', 'history.vl.json'), 'utf8')) as object;
  expect(spec).toHaveProperty('$schema');
  const summary = JSON.parse(await readFile(join(dir, 'history', 'summary.json'), 'utf8')) as Record<string, unknown>;
  expect(summary).toMatchObject({ skipped: ['run-x: broken'], charts: files });
  expect(summary['series']).toHaveLength(2);
});

describe('sentences of a history', () => {
  it('have the largest change first, and what changed with it', () => {
    const small = historySeries({ case: 'small@quick' });
    const changes = small.changes.map((it) => ({ ...it, to: 1.35, with: [] }));
    expect(historySentences([{ ...small, changes }, historySeries()])).toEqual([
      'tpch-duckdb@quick in gvisor-systrap: 1.50× → 1.80× of native (+20 %) between run-5 and run-6 (with it changed: gvisor-systrap: release-1 → release-2)',
      'small@quick in gvisor-systrap: 1.50× → 1.35× of native (−10 %) between run-5 and run-6',
    ]);
  });

  it('hold no control characters, for they are printed on terminals, and are bounded', () => {
    const escape = hostileHistory.map((it) => ({ ...it, case: 'a\u001b[2Jb' }));
    for (const sentence of historySentences([...hostileHistory, ...escape])) {
      expect(sentence).not.toMatch(/\p{Cc}|\u202e/u);
      expect(sentence.length).toBeLessThan(900);
    }
  });
});
