import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeReport } from '../../src/report/index.js';
import { summarize } from '../../src/stats/index.js';
import { fixtureRun } from './fixture.js';

/** Expressions run in the page are texts: this project is compiled without the types of a browser. */
const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
const GROUND = 'getComputedStyle(document.documentElement).backgroundColor';
const MARK =
  '.plot [role=graphics-symbol][aria-label]:not([aria-roledescription=axis]):not([aria-roledescription=legend])';

let browser: Browser;
let dir: string;
let url: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'seebench-page-'));
  const run = fixtureRun();
  const { indexPath } = await writeReport([run], summarize(run), join(dir, 'r'), {
    generatedAt: new Date(0),
    errorRates: null,
    conformance: null,
    changes: [],
  });
  url = pathToFileURL(indexPath).href;
  browser = await chromium.launch({
    executablePath: process.env['SEEBENCH_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await rm(dir, { recursive: true, force: true });
});

interface Opened {
  readonly page: Page;
  readonly complaints: string[];
  readonly requests: string[];
}

async function open(width = 1280, colorScheme: 'light' | 'dark' = 'light'): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, complaints, requests };
}

test('the page opens from a file without a word on the console and without a request', async () => {
  const { page, complaints, requests } = await open();
  await page.locator('details').first().click();
  expect(complaints).toEqual([]);
  expect(requests.filter((request) => request !== url && !request.startsWith('data:'))).toEqual([]);
  await page.close();
});

test('every chart is there and has visible marks, wide and on a phone', async () => {
  for (const width of [1280, 390]) {
    const { page } = await open(width);
    for (const id of ['overhead', 'trials-01', 'startup', 'syscalls', 'memory', 'vmas', 'tuned']) {
      expect(await page.locator(`#${id} svg:visible`).count(), `${id} at ${width}`).toBe(1);
      expect(await page.locator(`#${id} ${MARK}:visible`).count(), `${id} at ${width}`).toBeGreaterThan(5);
    }
    await page.close();
  }
});

test('the first chart says ratios, intervals and which line is native', async () => {
  const { page } = await open();
  const text = (await page.locator('#overhead .wide').textContent()) ?? '';
  expect(text).toContain('native');
  expect(text).toContain('systrap tuned');
  expect(text).toMatch(/\d\.\d\d×/);
  expect(await page.locator('.finding').count()).toBe(5);
  await page.close();
});

test('both themes differ in ground, text and marks, and text is legible in both', async () => {
  const seen: string[][] = [];
  for (const scheme of ['light', 'dark'] as const) {
    const { page } = await open(1280, scheme);
    const ink = 'getComputedStyle(document.body).color';
    const mark = `getComputedStyle(document.querySelector('#overhead ${MARK.replace('.plot ', '')}')).fill`;
    const label = "getComputedStyle(document.querySelector('#overhead .wide .role-axis-label text')).fill";
    const colours = await page.evaluate<string[]>(`[${GROUND}, ${ink}, ${mark}, ${label}]`);
    for (const colour of colours.slice(1))
      expect(contrast(colour, colours[0]!), `${scheme} ${colour}`).toBeGreaterThanOrEqual(4.5);
    seen.push(colours);
    await page.close();
  }
  for (const index of [0, 1, 2, 3]) expect(seen[0]![index]).not.toBe(seen[1]![index]);
});

test('the button changes the theme, against what the system says too', async () => {
  const { page } = await open(1280, 'dark');
  const dark = await page.evaluate(GROUND);
  await page.locator('#theme').click();
  const light = await page.evaluate(GROUND);
  expect(light).not.toBe(dark);
  await page.locator('#theme').click();
  expect(await page.evaluate(GROUND)).toBe(dark);
  await page.close();
});

test('nothing is wider than a phone, with everything unfolded', async () => {
  const { page } = await open(390);
  expect(await page.evaluate(OVERFLOW)).toBe(0);
  await page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })");
  expect(await page.evaluate(OVERFLOW)).toBe(0);
  await page.close();
});

test('a mark tells its case, environment, ratio, interval and n when pointed at', async () => {
  const { page } = await open();
  expect(await page.locator('#tip').isVisible()).toBe(false);
  await page
    .locator(`#overhead .wide ${MARK.replace('.plot ', '')}`)
    .first()
    .hover();
  const text = await page.locator('#tip').textContent();
  expect(text).toMatch(/gVisor on \w+.*: \d+\.\d+× \([\d.]+–[\d.]+\)\nn = \d+ blocks/);
  await page.locator('h1').hover();
  expect(await page.locator('#tip').isVisible()).toBe(false);
  await page.close();
});

test('by keyboard alone: the theme, each chart and its data are reached, and arrows tell the marks', async () => {
  const { page } = await open();
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.id')).toBe('theme');
  await page.keyboard.press('Tab');
  expect(await page.evaluate("document.activeElement.closest('figure').id")).toBe('overhead');
  await page.keyboard.press('ArrowDown');
  const first = await page.locator('#tip').textContent();
  await page.keyboard.press('ArrowDown');
  const second = await page.locator('#tip').textContent();
  expect(first).toMatch(/n = \d+/);
  expect(second).not.toBe(first);
  await page.keyboard.press('Escape');
  expect(await page.locator('#tip').isVisible()).toBe(false);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await page.evaluate('document.activeElement.parentElement.open')).toBe(true);
  await page.close();
});

test('hostile names are shown as they are, and nothing of them runs', async () => {
  const { page } = await open();
  await page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })");
  expect(await page.evaluate('window.pwned')).toBeUndefined();
  expect(await page.locator('img, iframe, [onerror]').count()).toBe(0);
  expect(await page.locator('script').count()).toBe(1);
  expect(await page.locator('#s-problems').textContent()).toContain('<script>window.pwned=1</script>');
  // Points may lie upon each other, so that a real pointer could not choose this one.
  await page
    .locator(`#overhead .wide ${MARK.replace('.plot ', '')}[aria-label*="<img"]`)
    .first()
    .dispatchEvent('pointerover');
  expect(await page.locator('#tip').textContent()).toContain('<img src=x');
  expect(await page.locator('#tip').innerHTML()).not.toContain('<img');
  await page.close();
});

test('without scripts everything but the tooltip is there', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(url);
  expect(await page.locator('#overhead svg:visible').count()).toBe(1);
  expect(await page.locator('#theme').isVisible()).toBe(false);
  await context.close();
});

/** WCAG 2 contrast of two `rgb(r, g, b)`. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string): number => {
    const [r, g, bl] = colour
      .match(/\d+/g)!
      .slice(0, 3)
      .map((byte) => {
        const part = Number(byte) / 255;
        return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * bl!;
  };
  const [low, high] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}
