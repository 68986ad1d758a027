import { WORKLOAD_CLASSES } from '../../model/index.js';
import { interval, ratio } from '../format.js';
import { CLASS_TITLES, type CaseView, type EnvironmentView, type ReportView } from '../view.js';
import {
  logDomain,
  logEncoding,
  panelTitle,
  ratioTick,
  ratioTicks,
  rowAxis,
  rowRoom,
  type Chart,
  type Layout,
  type Spec,
} from './chart.js';
import { pointsOf, sortedByOverhead, type Panel } from './forest-points.js';
import { lineAtOne, lookEncodings, outerTexts, pointIntervals } from './point-intervals.js';

/** Overhead of every case in every environment, with intervals, grouped by class and sorted by the first environment. */
export function forestChart(view: ReportView, title: string): Chart | null {
  const panels = WORKLOAD_CLASSES.map((name) => {
    const cases = sortedByOverhead(
      view,
      view.cases.filter((aCase) => aCase.class === name),
    );
    return {
      title: CLASS_TITLES[name],
      cases,
      points: cases.flatMap((aCase, row) => pointsOf(view, aCase, row === 0)),
    };
  }).filter((panel) => panel.points.length > 0);
  const values = panels
    .flatMap(({ points }) => points.flatMap((p) => [p.value, p.low, p.high]))
    .filter((v) => v !== null);
  if (values.length === 0) return null;
  const cheaper = panels.some(({ points }) => points.some((point) => point.side === 'left'));
  const inverted = view.cases.some((aCase) => aCase.headlineBetter === 'higher');
  return {
    id: 'overhead',
    title,
    note:
      'Time relative to native (runc, the same bundle) inside a block: right of the line is slower, left is faster. Point: median. ' +
      'Rule: 95 % interval. Hollow point: too few blocks for an interval, so nothing is claimed.' +
      (inverted ? ' Throughput is shown inverted, as time.' : ''),
    spec: (layout) => ({
      vconcat: panels.map((panel, index) =>
        panelSpec(panel, view.others, { values: [1, ...values], cheaper, panels: panels.length }, layout, index),
      ),
      spacing: 14,
    }),
    table: {
      columns: ['case', 'environment', 'overhead', '95 % interval', 'n'],
      rows: view.cases.flatMap((aCase) => view.others.map((environment) => tableRow(view, aCase, environment))),
    },
  };
}

function panelSpec(
  panel: Panel,
  environments: readonly EnvironmentView[],
  extent: { values: readonly number[]; cheaper: boolean; panels: number },
  layout: Layout,
  index: number,
): Spec {
  const { narrow } = layout;
  const { labelWidth, plotWidth } = rowRoom(layout);
  const label = (narrow ? 42 : 120) / plotWidth;
  const domain = logDomain(extent.values, {
    right: label,
    left: extent.cheaper ? (narrow ? label : 46 / plotWidth) : 0,
  });
  const last = index === extent.panels - 1;
  const title = `time relative to native, ${narrow ? 'log' : 'logarithmic'} scale`;
  const { yOffset, ...look } = lookEncodings('environment', environments, null);
  const row = {
    y: {
      field: 'case',
      type: 'nominal',
      scale: { domain: panel.cases.map((aCase) => aCase.label), paddingInner: 0.22, paddingOuter: 0.1 },
      axis: rowAxis(labelWidth, narrow),
    },
    yOffset,
  };
  const encoding = { row, x: logEncoding(domain, ratioTicks(domain, narrow), ratioTick, last ? title : null), ...look };
  return {
    title: panelTitle(panel.title),
    width: plotWidth,
    height: { step: narrow ? 11 : 12, for: 'offset' },
    data: { values: panel.points },
    layer: [
      ...lineAtOne(index === 0 ? 'native' : null),
      ...pointIntervals(encoding, { size: 34, rule: { strokeWidth: 1.75 } }),
      ...outerTexts(encoding, narrow ? 'text' : 'longText', 7),
    ],
  };
}

function tableRow(view: ReportView, aCase: CaseView, environment: EnvironmentView): string[] {
  const overhead = view.overhead(aCase, environment.id);
  if (overhead === null) return [aCase.label, environment.label, '–', '–', '0'];
  return [
    aCase.label,
    environment.label,
    ratio(overhead.value),
    interval(overhead.low, overhead.high),
    String(overhead.n),
  ];
}
