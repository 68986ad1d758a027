import { beforeAll, describe, expect, it } from 'vitest';
import { certificateCharts } from '../../src/report/charts/certificate.js';
import { NARROW, WIDE, type Chart } from '../../src/report/charts/chart.js';
import { densityCharts } from '../../src/report/charts/density.js';
import { historyChart } from '../../src/report/charts/history.js';
import { inlineSvg, makeRenderer, type Renderer } from '../../src/report/charts/render.js';
import { utc } from '../../src/report/lines.js';
import { certificate } from '../store/fixture.js';
import { densityStudy, fullCertificate, historySeries, NASTY, powerOf } from './fixture-study.js';

let draw: Renderer;
beforeAll(async () => {
  draw = await makeRenderer();
});

const widthOf = (svg: string): number => Number(/<svg[^>]* width="([\d.]+)"/.exec(svg)?.[1]);
const pointsOf = (chart: Chart): Record<string, unknown>[] =>
  (chart.spec(WIDE) as { data: { values: Record<string, unknown>[] } }).data.values;

const densityChartsOf = (...names: Parameters<typeof densityStudy>): Chart[] => {
  const { result, samples } = densityStudy(...names);
  return densityCharts(result, samples);
};

const panels = Array.from({ length: 5 }, (_, i) => historySeries({ case: `case-${i}@quick` }));
const charts: readonly Chart[] = [
  ...certificateCharts(fullCertificate()),
  ...densityChartsOf(),
  historyChart([historySeries()], 0),
  historyChart(panels, 1),
  historyChart([historySeries({ changes: [] }, 1)], 2),
];
const hostile: readonly Chart[] = [
  ...certificateCharts(fullCertificate([...NASTY], ['native', ...NASTY])),
  ...densityChartsOf(['native', ...NASTY], [NASTY[0], NASTY[1]]),
  ...NASTY.map((name, i) =>
    historyChart([historySeries({ case: name, environment: name, host: name }), historySeries()], i),
  ),
];

describe('every chart of a certificate and of a history', () => {
  it.each([
    ...charts.map((chart) => [chart.id, chart] as const),
    ...hostile.map((it) => [`hostile ${it.id}`, it] as const),
  ])('%s is drawn without a warning, twice the same, and no wider than there is room', async (_, chart) => {
    for (const layout of [WIDE, NARROW]) {
      const [one, two] = [await draw(chart.spec(layout)), await draw(chart.spec(layout))];
      expect(one.warnings).toEqual([]);
      expect(two.svg).toBe(one.svg);
      expect(one.svg).toContain('aria-label');
      expect(widthOf(one.svg)).toBeLessThanOrEqual(layout.width + 10);
      expect(inlineSvg(one.svg, 'x').match(/(?:fill|stroke)="#/g)).toBeNull();
    }
  });

  it('has a table of what it shows, and a name that is a file’s', () => {
    for (const { id, table } of [...charts, ...hostile]) {
      expect(id).toMatch(/^[a-z0-9-]+$/);
      expect(table.rows.length, id).toBeGreaterThan(0);
      for (const row of table.rows) expect(row, id).toHaveLength(table.columns.length);
    }
  });

  it('shows names of others as text, never as markup, and bounds its titles', async () => {
    for (const chart of hostile) {
      const { svg } = await draw(chart.spec(WIDE));
      expect(svg).not.toMatch(/<script|<img/);
      expect(chart.title.length).toBeLessThan(300);
      expect(chart.title + chart.note).not.toMatch(/\p{Cc}|\u202e/u);
    }
    const { svg } = await draw(hostile.find(({ id }) => id === 'modes')!.spec(WIDE));
    expect(svg).toContain('&lt;script&gt;');
  });
});

describe('charts of density', () => {
  it('are all there, and those for which it has nothing are not', () => {
    const { result, samples } = densityStudy();
    expect(densityCharts(result, samples).map(({ id }) => id)).toEqual([
      'memory',
      'throughput',
      'latency',
      'fairness',
      'neighbours',
    ]);
    const nothing = { ...result, idle: [], working: [], neighbours: [] };
    expect(densityCharts(nothing, { ...samples, idle: [] })).toEqual([]);
  });

  it('say in their titles what they show', () => {
    const { result, samples } = densityStudy();
    expect(densityCharts(result, samples)[0]!.title).toBe(
      'One more idle sandbox takes 100 MiB in native, 120 MiB in gvisor-systrap and 140 MiB in gvisor-systrap-tuned (PSS)',
    );
  });
});

describe('charts of a certificate', () => {
  const byId = (made: ReturnType<typeof fullCertificate>) => new Map(certificateCharts(made).map((it) => [it.id, it]));

  it('are all there, and those for which it has nothing are not', () => {
    expect([...byId(fullCertificate()).keys()]).toEqual(['power', 'other-rules', 'modes', 'variance']);
    expect([...byId(certificate({ power: [] })).keys()]).toEqual([]);
    const nothing = fullCertificate().variance.map((row) => ({ ...row, width: NaN }));
    expect([...byId(certificate({ power: [], variance: nothing })).keys()]).toEqual([]);
  });

  it('say the least slowdown that is seen in 80 % of gates, with the share of that same series', () => {
    const weak = powerOf('weak@quick', 'gvisor-systrap', 0.3);
    const strong = powerOf('strong@quick', 'gvisor-systrap');
    const title = byId(certificate({ power: [...weak, ...strong] })).get('power')!.title;
    // 0.05·√40·3 = 95 %; the weak one sees 28 % there.
    expect(title).toBe(
      'A slowdown of 4.9 % by CPU work is seen in 95 % of gates of 40 blocks (strong@quick in gvisor-systrap)',
    );
    expect(byId(certificate({ power: weak.filter(({ slowdown }) => slowdown < 0.1) })).get('power')!.title).toBe(
      'No injected slowdown is seen in 80 % of gates of 40 blocks',
    );
  });

  it('draw one point a line, panel and place: series are never drawn over each other', () => {
    const two = [...powerOf('a@quick', 'gvisor-systrap'), ...powerOf('b@quick', 'gvisor-systrap')];
    const full = fullCertificate();
    const otherRules = full.otherRules.map((rule) => ({ ...rule, power: two, powerAtSameRate: two }));
    for (const [id, chart] of byId({ ...full, power: two, otherRules })) {
      if (id === 'variance') continue;
      const places = pointsOf(chart).map(({ line, panel, x }) => JSON.stringify([line, panel, x]));
      expect(new Set(places).size, id).toBe(places.length);
    }
  });

  it('say of modes what the points say: the smallest shift, with the most blocks', () => {
    const seen = fullCertificate();
    // 0.1·√80·0.4 = 36 %.
    expect(byId(seen).get('modes')!.title).toContain('10 points more');
    expect(byId(seen).get('modes')!.title).toMatch(/80 blocks .* this gate in 36 % of cases, .* block ratios in 5 %$/);
    const swapped = seen.modeShift.map((it) => ({ ...it, gate: it.medians, medians: it.gate }));
    expect(byId({ ...seen, modeShift: swapped }).get('modes')!.title).toMatch(/gate in 5 % .* ratios in 36 %$/);
  });
});

describe('charts of a history', () => {
  it('say the largest change, and mark it between the two runs', () => {
    const small = historySeries({ case: 'small@quick' });
    const changes = small.changes.map((it) => ({ ...it, to: 1.55 }));
    const chart = historyChart([{ ...small, changes }, historySeries()], 0);
    expect(chart.title).toBe('gvisor-systrap: tpch-duckdb@quick went from 1.50× to 1.80× at run run-6');
    expect(pointsOf(chart).filter(({ mark }) => mark !== undefined)).toEqual([
      { panel: 'small@quick', mark: 6.5 },
      { panel: 'tpch-duckdb@quick', mark: 6.5 },
    ]);
  });

  it('say that nothing changed, over how many runs', () => {
    expect(historyChart([historySeries({ changes: [] })], 0).title).toBe(
      'gvisor-systrap: no ratio changed over 12 runs',
    );
    expect(historyChart([historySeries({ changes: [] }, 1)], 0).title).toBe(
      'gvisor-systrap: no ratio changed over 1 run',
    );
  });

  it('go on when a run says that it began at no time that there is', () => {
    const series = historySeries();
    const points = series.points.map((point) => ({ ...point, atMs: 1e300 }));
    const chart = historyChart([{ ...series, points }], 0);
    expect(chart.table.rows[0]![2]).toBe('unknown day');
    expect(JSON.stringify(chart.spec(WIDE))).toContain('unknown day');
    expect([utc(NaN), utc(0)]).toEqual(['unknown time', '1970-01-01 00:00 UTC']);
  });

  it('have ids of their own, and every point of the series in the table', () => {
    expect([0, 1, 2].map((i) => historyChart([historySeries()], i).id)).toEqual(['history', 'history-2', 'history-3']);
    const { table } = historyChart([historySeries(), historySeries({ case: 'b@quick' })], 0);
    expect(table.rows).toHaveLength(24);
    expect(table.rows[2]).toEqual(['tpch-duckdb@quick', 'run-2', '2026-01-03', '1.51×', 'open–1.59', '8']);
  });

  it('have room for the ratios that there are, not for a whole decade', async () => {
    const { svg } = await draw(historyChart([historySeries()], 0).spec(WIDE));
    const [from, to] = /Y-axis[^"]*log scale with values from ([\d.]+) to ([\d.]+)/.exec(svg)!.slice(1).map(Number);
    expect(from).toBeGreaterThan(1.2);
    expect(to).toBeLessThan(2.2);
    expect(svg.match(/>1\.\d\d</g)!.length).toBeGreaterThanOrEqual(3);
  });

  it('keep a case apart from itself when its headline became another metric', () => {
    const chart = historyChart([historySeries(), historySeries({ metric: 'wall_ns' })], 0);
    expect(new Set(pointsOf(chart).map(({ panel }) => panel)).size).toBe(2);
  });

  it('keep runs apart whose cases have the same beginning', () => {
    const long = 'a'.repeat(60);
    const chart = historyChart([historySeries({ case: `${long}-1` }), historySeries({ case: `${long}-2` })], 0);
    const places = pointsOf(chart).map(({ line, panel, x, mark }) => JSON.stringify([line, panel, x ?? mark]));
    expect(new Set(places).size).toBe(places.length);
  });
});
