import { beforeAll, describe, expect, test } from 'vitest';
import { NARROW, WIDE } from '../../src/report/charts/chart.js';
import { allCharts, makeCharts } from '../../src/report/charts/index.js';
import { inlineSvg, makeRenderer, type Renderer } from '../../src/report/charts/render.js';
import { makeView } from '../../src/report/view.js';
import { compareHeadline, profilePairs } from '../../src/report/compare.js';
import { summarize } from '../../src/stats/index.js';
import { fixtureRun, type FixtureOptions } from './fixture.js';
import { HOSTILE } from './fixture-cases.js';

const viewOf = (options: FixtureOptions = {}) => {
  const run = fixtureRun(options);
  return makeView(run, summarize(run));
};

let draw: Renderer;
beforeAll(async () => {
  draw = await makeRenderer();
});

describe('every chart of a run', () => {
  const charts = allCharts(makeCharts(viewOf()));

  test.each(charts.map((chart) => [chart.id, chart] as const))(
    '%s is drawn without a warning, twice the same',
    async (_, chart) => {
      for (const layout of [WIDE, NARROW]) {
        const [one, two] = [await draw(chart.spec(layout)), await draw(chart.spec(layout))];
        expect(one.warnings).toEqual([]);
        expect(two.svg).toBe(one.svg);
        expect(one.svg).toContain('aria-label');
        const width = Number(/<svg[^>]* width="([\d.]+)"/.exec(one.svg)?.[1]);
        expect(width).toBeLessThanOrEqual(layout.width + 10);
      }
    },
  );

  test('all are there: overhead, one per case, startup, syscalls, memory, mappings, tuned', () => {
    const ids = charts.map((chart) => chart.id);
    expect(ids.filter((id) => !id.startsWith('trials-'))).toEqual([
      'overhead',
      'startup',
      'syscalls',
      'memory',
      'vmas',
      'tuned',
    ]);
    expect(ids.filter((id) => id.startsWith('trials-'))).toHaveLength(22);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('each has a table of what it shows', () => {
    for (const { table, id } of charts) {
      expect(table.rows.length, id).toBeGreaterThan(0);
      for (const row of table.rows) expect(row, id).toHaveLength(table.columns.length);
    }
  });

  test('names of others are text in the drawing, never markup', async () => {
    const chart = charts.find(({ title }) => title.startsWith('=1+1'))!;
    const { svg } = await draw(chart.spec(NARROW));
    expect(svg).not.toContain('<img');
    expect(svg).toContain('&lt;img src=x');
    expect(inlineSvg(svg, 'x')).not.toContain('<img');
    expect(JSON.stringify(chart.spec(WIDE)).length).toBeLessThan(60_000);
    expect(HOSTILE).toContain('<img');
  });
});

test('an operation that costs nothing natively has no ratio in the chart', () => {
  const run = fixtureRun();
  const natively = new Map([
    ['syscall_ns/stat', 0],
    ['syscall_ns/dup', 0.935],
  ]);
  const rows = summarize(run).map((row) =>
    row.environment === 'native' && natively.has(row.metric)
      ? { ...row, median: 0.94, median_low: natively.get(row.metric)! }
      : row,
  );
  const chart = allCharts(makeCharts(makeView(run, rows))).find(({ id }) => id === 'syscalls')!;
  const operations = chart.table.rows.map(([name]) => name);
  expect(operations).toContain('dup');
  expect(operations).not.toContain('stat');
});

test('a page drawing has variables for colours and no ground of its own', async () => {
  const chart = allCharts(makeCharts(viewOf()))[0]!;
  const { svg } = await draw(chart.spec(WIDE));
  expect(svg).toContain('fill="#fdfdfb"');
  const inline = inlineSvg(svg, 'overhead');
  expect(inline.match(/(?:fill|stroke)="#/g)).toBeNull();
  expect(inline).toContain('var(--env-');
});

test('two modes are drawn as two groups: every trial of a case is a dot', () => {
  const view = viewOf();
  const chart = makeCharts(view).trials.find(({ title }) => title === 'LightGBM training')!;
  const { data } = chart.spec(NARROW) as { data: { values: unknown[] } };
  expect(data.values).toHaveLength(view.trials('lightgbm-train@quick').length);
});

test('what a chart holds is bounded, however many trials there are; the extremes stay', () => {
  const view = viewOf({ blocks: 220 });
  const chart = makeCharts(view).trials.find(({ title }) => title === '/bin/true')!;
  const { data } = chart.spec(NARROW) as { data: { values: { environment: string; value: number }[] } };
  const native = data.values.filter((dot) => dot.environment === 'native').map((dot) => dot.value);
  expect(native).toHaveLength(400);
  const all = view
    .trials('true@quick')
    .filter(({ trial }) => trial.environmentId === 'native')
    .map(({ value }) => value! / 1e6);
  expect(Math.max(...native)).toBeCloseTo(Math.max(...all));
  expect(Math.min(...native)).toBeCloseTo(Math.min(...all));
  expect(chart.note).toContain('400 of up to 440 trials');
});

test('without measurements there are no charts, and nothing fails', () => {
  const run = fixtureRun();
  const empty = { ...run, trials: [], samples: { ...run.samples, length: 0 } };
  expect(allCharts(makeCharts(makeView(empty, summarize(empty))))).toEqual([]);
});

test('tuned is held against default inside blocks, not by two ratios to native', () => {
  const view = viewOf();
  const [pair] = profilePairs(view);
  expect([pair?.base.id, pair?.tuned.id]).toEqual(['gvisor-systrap', 'gvisor-systrap-tuned']);
  const aCase = view.cases.find(({ id }) => id === 'import-data@quick')!;
  const change = compareHeadline(view, aCase, pair!.tuned.id, pair!.base.id)!;
  expect(change.n).toBe(14);
  expect(change.value).toBeGreaterThan(0.68);
  expect(change.value).toBeLessThan(0.8);
  const back = compareHeadline(view, aCase, pair!.base.id, pair!.tuned.id)!;
  expect(back.value).toBeCloseTo(1 / change.value);
});
