import { interval, ratio } from '../format.js';
import { day } from '../lines.js';
import { counted, oneLine } from '../text.js';
import type { HistorySeries } from '../../study/index.js';
import type { Chart } from './chart.js';
import { linePlot, type LinePoint } from './lines.js';

/** Ratios of one environment over time, a panel a case; what changed is in the title. */
export function historyChart(series: readonly HistorySeries[], index: number): Chart {
  const [first] = series;
  const changes = series.flatMap((one) => one.changes.map((change) => ({ one, change })));
  const largest = changes.toSorted(
    (a, b) => Math.abs(Math.log(b.change.to / b.change.from)) - Math.abs(Math.log(a.change.to / a.change.from)),
  )[0];
  const environment = oneLine(first!.environment, 60);
  // A case has two series where its headline became another metric.
  const panelOf = (one: HistorySeries): string =>
    oneLine(series.filter((it) => it.case === one.case).length > 1 ? `${one.case}, ${one.metric}` : one.case, 200);
  // Times of runs are irregular: their order is what is drawn.
  const runs = [
    ...new Set(
      series
        .flatMap(({ points }) => points.map(({ run, atMs }) => ({ run, atMs })))
        .toSorted((a, b) => a.atMs - b.atMs)
        .map(({ run }) => run),
    ),
  ];
  return {
    id: index === 0 ? 'history' : `history-${index + 1}`,
    title: largest
      ? `${environment}: ${oneLine(largest.one.case, 44)} went from ${ratio(largest.change.from)} to ${ratio(largest.change.to)} at run ${oneLine(largest.change.after, 40)}`
      : `${environment}: no ratio changed over ${counted(runs.length, 'run')}`,
    note: `Ratio to native, run by run, with 95 % intervals; ${oneLine(first!.host, 100)}. Changes are found by E-divisive, p ≤ 0.01, at least three runs on each side.`,
    spec: (layout) =>
      linePlot(
        {
          points: series.flatMap((one) =>
            one.points.map((point): LinePoint => ({
              line: environment,
              x: runs.indexOf(point.run) + 1,
              y: point.ratio,
              low: point.low,
              high: point.high,
              panel: panelOf(one),
              tip: `${oneLine(one.case, 60)}\n${oneLine(point.run, 60)}, ${day(point.atMs)}\n${ratio(point.ratio)} of native (${interval(point.low, point.high)}), n = ${point.n}${one.changes.some((change) => change.after === point.run) ? '\nhere it changed' : ''}`,
            })),
          ),
          lines: [environment],
          xTitle: 'run, in order of time',
          xTicks: ticks(runs.length),
          xLabel: "format(datum.value, 'd')",
          xLinear: true,
          yTitle: 'relative to native',
          yFormat: '.2f',
          yDomain: null,
          yLog: true,
          marks: series.flatMap((one) =>
            one.changes.map((change) => ({ panel: panelOf(one), x: runs.indexOf(change.after) + 0.5 })),
          ),
        },
        layout,
      ),
    table: {
      columns: ['case', 'run', 'day', 'ratio', '95 % interval', 'n'],
      rows: series.flatMap((one) =>
        one.points.map((point) => [
          one.case,
          point.run,
          day(point.atMs),
          ratio(point.ratio),
          interval(point.low, point.high),
          String(point.n),
        ]),
      ),
    },
  };
}

function ticks(count: number): number[] {
  const step = Math.max(1, Math.ceil(count / 6));
  return Array.from({ length: Math.floor((count - 1) / step) + 1 }, (_, i) => 1 + i * step);
}
