import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { NATIVE, SCHEMA_VERSION, type VmasResult, type VmaSeries } from '../../src/model/index.js';
import { NARROW, WIDE } from '../../src/report/charts/chart.js';
import { makeRenderer, type Renderer } from '../../src/report/charts/render.js';
import { vmasCharts } from '../../src/report/charts/vmas.js';
import { writeVmasReport } from '../../src/report/vmas.js';
import { manifest } from '../store/fixture.js';
import { record } from './fixture-manifest.js';
import { NASTY } from './fixture-study.js';
import { scratch } from './scratch.js';

const OLD = 'gvisor-systrap@v0.0.0-20240722211153-64c016c92987';
const series = (environment: string, most: number, looks = 500): VmaSeries => ({
  environment,
  block: 0,
  outcome: { kind: 'completed' },
  wallMs: looks * 200,
  looking: 0.01,
  looks: Array.from({ length: looks }, (_, i) => ({
    atMs: 200 * (i + 1),
    done: i === 0 ? null : 120_000 * i,
    bytes: 1e6 * i,
    vmas:
      environment === NATIVE ? { guest: 90 + (i % 17) } : { stub: 50 + ((most - 50) * (i + 1)) / looks, sentry: 80 },
  })),
});

function result(change: Partial<VmasResult> = {}): VmasResult {
  const all = [series(NATIVE, 107), series(OLD, 4731), series('gvisor-systrap', 314)];
  return {
    schemaVersion: SCHEMA_VERSION,
    run: 'r',
    case: 'list-append@full',
    workload: 'list-append',
    title: 'List append',
    size: 'full',
    workUnit: 'lists',
    params: { lists: 60_000_000 },
    seed: 1,
    command: 'seebench vmas',
    maxMapCount: 65_530,
    environments: [NATIVE, OLD, 'gvisor-systrap'].map(record),
    series: all,
    peaks: [
      { environment: NATIVE, role: 'guest', vmas: 107, byRole: { guest: 107 }, n: 1, peakBytes: 7e9 },
      { environment: OLD, role: 'stub', vmas: 4731, byRole: { stub: 4731, sentry: 80 }, n: 1, peakBytes: 7e9 },
    ],
    published: [{ what: 'published: gVisor before the fix, 20 GiB', vmas: 70_000, source: 'google/gvisor PR 11360' }],
    findings: ['Natively the program has 107 memory mappings at most.'],
    ...change,
  };
}

const hostile = result({
  title: NASTY[0],
  workUnit: NASTY[1],
  case: NASTY[2],
  published: NASTY.map((what) => ({ what, vmas: 1000, source: what })),
  findings: [...NASTY],
});

let draw: Renderer;
beforeAll(async () => {
  draw = await makeRenderer();
});

describe('charts of mappings', () => {
  it.each([...vmasCharts(result()), ...vmasCharts(hostile)].map((chart) => [chart.id, chart] as const))(
    '%s is drawn without a warning, twice the same, and no wider than there is room',
    async (_, chart) => {
      for (const layout of [WIDE, NARROW]) {
        const [one, two] = [await draw(chart.spec(layout)), await draw(chart.spec(layout))];
        expect(one.warnings).toEqual([]);
        expect(two.svg).toBe(one.svg);
        expect(Number(/<svg[^>]* width="([\d.]+)"/.exec(one.svg)?.[1])).toBeLessThanOrEqual(layout.width + 10);
        expect(one.svg).not.toMatch(/<script|<img/);
      }
      expect(chart.title + chart.note).not.toMatch(/\p{Cc}|\u202e/u);
    },
  );

  it('are over time and over work done, with the published figure and the limit, and few points', async () => {
    const charts = vmasCharts(result());
    expect(charts.map(({ id }) => id)).toEqual(['vmas-time', 'vmas-work']);
    const { svg } = await draw(charts[1]!.spec(WIDE));
    for (const text of ['PR 11360', 'vm.max_map_count 65,530', 'million lists done', '4,731'])
      expect(svg).toContain(text);
    const { data } = charts[0]!.spec(WIDE) as { data: { values: unknown[] } };
    expect(data.values.length).toBeLessThan(370);
  });

  it('have the end of every line, which is its last look', () => {
    const last = vmasCharts(result())[0]!
      .table.rows.filter(([name]) => name === 'native')
      .at(-1)!;
    expect(last[2]).toBe('100');
  });

  it('are over time alone where the program does not say how far it is; of one look there is none', () => {
    const silent = series(NATIVE, 107).looks.map((it) => ({ ...it, done: null }));
    const quiet = (looks: typeof silent) => result({ series: [{ ...series(NATIVE, 107), looks }] });
    expect(vmasCharts(quiet(silent)).map(({ id }) => id)).toEqual(['vmas-time']);
    expect(vmasCharts(quiet(silent.slice(0, 1)))).toEqual([]);
    expect(vmasCharts(result({ series: [], peaks: [] }))).toEqual([]);
  });
});

it('a look has a page: whose mappings, how they were counted, and where the published figure is from', async () => {
  const dir = await scratch();
  const { fingerprint } = manifest();
  const html = await readFile(await writeVmasReport(result(), fingerprint, `${dir}/page`), 'utf8');
  for (const text of ['google/gvisor PR 11360', 'the stub that holds', 'seebench vmas', '4,731', '2024-07-22'])
    expect(html).toContain(text);
  const nasty = await readFile(await writeVmasReport(hostile, fingerprint, `${dir}/nasty`), 'utf8');
  expect(nasty).not.toMatch(/<img src|<script>window/);
});
