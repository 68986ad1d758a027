import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { besideWithin, changesWithin, versionPairs } from '../../src/gate/index.js';
import type { Changes } from '../../src/model/index.js';
import { changesCharts, changeSentences, classesTable } from '../../src/report/changes.js';
import { writeChangesReport } from '../../src/report/changes-page.js';
import { NARROW, WIDE } from '../../src/report/charts/chart.js';
import { makeRenderer, type Renderer } from '../../src/report/charts/render.js';
import { writeReport } from '../../src/report/report.js';
import { makeView } from '../../src/report/view.js';
import { summarize } from '../../src/stats/index.js';
import { checkedRatios } from '../../src/study/index.js';
import { POLICY } from '../gate/fixture.js';
import { fixtureRun } from './fixture.js';
import { HOSTILE } from './fixture-cases.js';
import { scratch } from './scratch.js';

const OLD = 'gvisor-systrap@v0.0.0-20240722211153-64c016c92987';
const run = fixtureRun({ environments: ['native', OLD, 'gvisor-systrap'], blocks: 12 });
const { cases } = run.manifest.plan;
const [pair] = versionPairs(run.manifest);
const changes: Changes = {
  ...pair!,
  rows: changesWithin(run, OLD, 'gvisor-systrap', [null], POLICY),
  beside: besideWithin(run, OLD, 'gvisor-systrap', POLICY),
  classes: checkedRatios(run, [
    ['gvisor-systrap', OLD],
    [OLD, 'native'],
    ['gvisor-systrap', 'native'],
  ]),
  notes: [],
};
const charts = changesCharts(changes, cases);

let draw: Renderer;
beforeAll(async () => {
  draw = await makeRenderer();
});

describe('charts of what changed', () => {
  it('are the cases, and what stands beside their headlines', () => {
    expect(charts.map(({ id }) => id)).toEqual(['changes', 'beside']);
    expect(charts[0]!.title).toMatch(/^From 2024-07-22 to 2026-09-05, \d+ of 22 cases improved and \d+ regressed$/);
  });

  it.each(charts.map((chart) => [chart.id, chart] as const))(
    '%s is drawn without a warning, twice the same, no wider than there is room, names as text',
    async (_, chart) => {
      for (const layout of [WIDE, NARROW]) {
        const [one, two] = [await draw(chart.spec(layout)), await draw(chart.spec(layout))];
        expect(one.warnings).toEqual([]);
        expect(two.svg).toBe(one.svg);
        expect(Number(/<svg[^>]* width="([\d.]+)"/.exec(one.svg)?.[1])).toBeLessThanOrEqual(layout.width + 10);
        expect(one.svg).not.toMatch(/<img|<script/);
      }
      for (const row of chart.table.rows) expect(row).toHaveLength(chart.table.columns.length);
    },
  );

  it('are sorted by change inside a class', () => {
    const { vconcat } = charts[0]!.spec(NARROW) as {
      vconcat: { data: { values: { case: string; value: number; verdict: string }[] } }[];
    };
    for (const { data } of vconcat) {
      const values = data.values.map(({ value }) => value);
      expect(values).toEqual(values.toSorted((a, b) => a - b));
    }
    const all = vconcat.flatMap(({ data }) => data.values);
    expect(all.find(({ case: name }) => name === '/bin/true')!.verdict).toBe('regression');
    expect(all.find(({ case: name }) => name === 'Many small files')!.verdict).toBe('improvement');
  });

  it('show throughput as time: faster is left for every case', () => {
    const { vconcat } = charts[0]!.spec(NARROW) as {
      vconcat: { data: { values: { case: string; value: number }[] } }[];
    };
    const flights = vconcat.flatMap(({ data }) => data.values).find((it) => it.case.startsWith('Flights'))!;
    expect(flights.value).toBeLessThan(1);
  });

  it('are not there where nothing can be compared', () => {
    const nothing = changes.rows.map((row) => ({ ...row, ratio: null, low: null, high: null, n: 0 }));
    expect(changesCharts({ ...changes, rows: nothing, beside: [] }, cases)).toEqual([]);
  });

  it('are one for each environment where several are compared', () => {
    const two = ['a', 'b'].flatMap((environment) => changes.rows.map((row) => ({ ...row, environment })));
    const made = changesCharts({ ...changes, rows: two, beside: [] }, cases);
    expect(made.map(({ id, title }) => [id, title.slice(0, 2)])).toEqual([
      ['changes', 'a:'],
      ['changes-part-2', 'b:'],
    ]);
  });
});

describe('sentences of what changed', () => {
  const sentences = changeSentences(changes, cases);

  it('count verdicts, and name what changed most on either side', () => {
    expect(sentences[0]).toMatch(
      /^From 2024-07-22 to 2026-09-05 of gVisor on systrap, of 22 comparisons: .*; by geometric mean of \d+ cases it takes 0\.\d+× \(.*\) the time\.$/,
    );
    expect(sentences.join(' ')).toMatch(/Of the improvements, most time was won on “Many small files” 0\.\d+×/);
    expect(sentences.join(' ')).toMatch(/Of the regressions, most was lost on “\/bin\/true” 1\.\d+×/);
  });

  it('speak of large changes beside the headlines alone', () => {
    const row = { ...changes.beside[0]!, metric: 'vmas', unit: 'count', baselineValue: 4731, candidateValue: 314 };
    const small = { ...row, verdict: 'improvement' as const, ratio: 0.9 };
    expect(changeSentences({ ...changes, beside: [small] }, cases).join(' ')).not.toContain('Beside');
    const large = { ...small, ratio: 314 / 4731 };
    expect(changeSentences({ ...changes, beside: [large] }, cases).at(-1)).toContain(
      'Mappings on the host (VMAs): 4,731 → 314 on “/bin/true” (0.066×)',
    );
  });
});

it('classes stand over native and over each other', () => {
  const { columns, rows } = classesTable(changes);
  expect(columns).toEqual(['class', 'cases', '2024-07-22 / native', '2026-09-05 / native', '2026-09-05 / 2024-07-22']);
  expect(rows.map(([name]) => name)).toContain('all cases');
  for (const row of rows) expect(row).toHaveLength(columns.length);
});

it('environments are called by the day of their version', () => {
  const view = makeView(run, summarize(run));
  expect(view.others.map(({ label }) => label)).toEqual(['systrap 2024-07-22', 'systrap']);
  expect(view.others.map(({ name }) => name)).toEqual(['gVisor on systrap (2024-07-22)', 'gVisor on systrap']);
});

it('a comparison has a page with its charts as files and its data', async () => {
  const out = join(await scratch(), 'compared');
  await writeChangesReport(changes, run.manifest, run.manifest, out);
  const html = await readFile(join(out, 'index.html'), 'utf8');
  expect(html).toContain('What changed from 2024-07-22 to 2026-09-05');
  expect(html).not.toContain('<img src=x');
  expect(HOSTILE).toContain('<img src=x');
  expect(await readdir(join(out, 'charts'))).toContain('changes.svg');
  const data = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8')) as Changes;
  expect(data.rows).toHaveLength(22);
});

it('a report of a run with two versions says what changed, on its page, as Markdown and as data', async () => {
  const out = join(await scratch(), 'report');
  await writeReport([run], summarize(run), out, {
    generatedAt: new Date(0),
    errorRates: null,
    conformance: null,
    changes: [changes],
  });
  expect(await readFile(join(out, 'index.html'), 'utf8')).toContain('id="s-changes"');
  expect(await readFile(join(out, 'report.md'), 'utf8')).toContain('### What changed between versions');
  const { changes: stored } = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8')) as { changes: Changes[] };
  expect(stored[0]!.baseline.ref).toBe(OLD);
});
