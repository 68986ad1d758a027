import { WORKLOAD_CLASSES } from '../../model/index.js';
import { interval, ratio } from '../format.js';
import { TOKENS } from '../theme.js';
import { counted, outcomesText } from '../text.js';
import { CLASS_TITLES, judge, type CaseView, type EnvironmentView, type ReportView } from '../view.js';
import { environmentScales, logDomain, nativeLabel, nativeLine, ratioTick, ratioTicks, rowAxis, tickLabels, type Chart, type Layout, type Spec } from './chart.js';

/** What is drawn for one case in one environment. */
interface Point {
  readonly case: string;
  readonly environment: string;
  /** `null`: nothing could be compared, and `text` says why. */
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly open: boolean;
  /** Where the text stands: at the end of the interval that is farther from 1. */
  readonly end: number;
  readonly side: 'left' | 'right';
  readonly text: string;
  /** The same with the environment's name, in the first row of a class: labels stand at the data. */
  readonly longText: string;
  readonly tip: string;
}

interface Panel {
  readonly title: string;
  readonly cases: readonly CaseView[];
  readonly points: readonly Point[];
}

/** Overhead of every case in every environment, with intervals, grouped by class and sorted by the first environment. */
export function forestChart(view: ReportView, title: string): Chart | null {
  const panels = WORKLOAD_CLASSES.map((name) => {
    const cases = sortedByOverhead(view, view.cases.filter((aCase) => aCase.class === name));
    return { title: CLASS_TITLES[name], cases, points: cases.flatMap((aCase, row) => pointsOf(view, aCase, row === 0)) };
  }).filter((panel) => panel.points.length > 0);
  const values = panels.flatMap(({ points }) => points.flatMap((p) => [p.value, p.low, p.high])).filter((v) => v !== null);
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
      vconcat: panels.map((panel, index) => panelSpec(panel, view.others, { values: [1, ...values], cheaper, panels: panels.length }, layout, index)),
      spacing: 14,
    }),
    table: {
      columns: ['case', 'environment', 'overhead', '95 % interval', 'n'],
      rows: view.cases.flatMap((aCase) => view.others.map((environment) => tableRow(view, aCase, environment))),
    },
  };
}

function panelSpec(
  panel: Panel, environments: readonly EnvironmentView[], extent: { values: readonly number[]; cheaper: boolean; panels: number },
  { width, narrow }: Layout, index: number,
): Spec {
  const labelWidth = narrow ? 128 : 252;
  const plotWidth = width - labelWidth - 10;
  const label = (narrow ? 42 : 120) / plotWidth;
  const domain = logDomain(extent.values, { right: label, left: extent.cheaper ? (narrow ? label : 46 / plotWidth) : 0 });
  const last = index === extent.panels - 1;
  const ticks = ratioTicks(domain, narrow);
  const scales = environmentScales(environments);
  const colour = { field: 'environment', type: 'nominal', scale: scales.colour, legend: null };
  const x = (field: string): Spec => ({
    field, type: 'quantitative', scale: { type: 'log', domain, nice: false },
    axis: {
      grid: true, values: ticks, labelExpr: tickLabels(ticks, ratioTick), labels: last,
      title: last ? `time relative to native, ${narrow ? 'log' : 'logarithmic'} scale` : null,
    },
  });
  const row = {
    y: {
      field: 'case', type: 'nominal',
      scale: { domain: panel.cases.map((aCase) => aCase.label), paddingInner: 0.22, paddingOuter: 0.1 },
      axis: rowAxis(labelWidth, narrow),
    },
    yOffset: { field: 'environment', type: 'nominal', scale: { domain: scales.colour['domain'] } },
  };
  return {
    title: { text: panel.title, fontSize: 12, offset: 4, color: TOKENS.soft.light },
    width: plotWidth,
    height: { step: narrow ? 11 : 12, for: 'offset' },
    data: { values: panel.points },
    layer: [
      nativeLine(1),
      ...(index === 0 ? [nativeLabel(1)] : []),
      {
        transform: [{ filter: 'isValid(datum.low) && isValid(datum.high)' }],
        mark: { type: 'rule', strokeWidth: 1.75, aria: false },
        encoding: { ...row, x: x('low'), x2: { field: 'high' }, color: colour },
      },
      {
        transform: [{ filter: 'isValid(datum.value)' }],
        mark: { type: 'point', size: 34, strokeWidth: 1.5, opacity: 1 },
        encoding: {
          ...row,
          x: x('value'),
          stroke: colour,
          fill: { condition: { test: 'datum.open', value: TOKENS.ground.light }, ...colour },
          shape: { field: 'environment', type: 'nominal', scale: scales.shape, legend: null },
          tooltip: { field: 'tip', type: 'nominal' },
          description: { field: 'tip', type: 'nominal' },
        },
      },
      ...(['left', 'right'] as const).map((side) => ({
        transform: [{ filter: `datum.side === '${side}'` }],
        mark: { type: 'text', align: side === 'left' ? 'right' : 'left', dx: side === 'left' ? -7 : 7, fontSize: 9.5, aria: false },
        encoding: { ...row, x: x('end'), text: { field: narrow ? 'text' : 'longText', type: 'nominal' }, color: colour },
      })),
    ],
  };
}

function pointsOf(view: ReportView, aCase: CaseView, first: boolean): Point[] {
  return view.others.flatMap((environment): Point[] => {
    const row = view.row(aCase.id, environment.id, aCase.headline);
    const overhead = view.overhead(aCase, environment.id);
    // Left of native's line the text stands at the left, where there is room for the figure only.
    const cheaper = overhead !== null && (overhead.high ?? overhead.value) < 1;
    const place = { case: aCase.label, environment: environment.label };
    const named = (text: string): { text: string; longText: string } => ({
      text,
      longText: first && !cheaper ? `${text}   ${environment.label}` : text,
    });
    if (overhead === null) {
      const why = outcomesText(row?.outcome_counts ?? {}, ['completed']);
      const tip = `${aCase.label}\n${environment.name}: no ratio (${why || 'nothing measured'})`;
      return why === '' ? [] : [{ ...place, ...named(`no ratio: ${why}`), value: null, low: null, high: null, open: true, end: 1, side: 'right', tip }];
    }
    const { value, low, high, n } = overhead;
    return [{
      ...place, ...named(ratio(value)), value, low, high,
      open: judge(overhead) === 'open',
      end: cheaper ? Math.min(value, low ?? value) : Math.max(value, high ?? value),
      side: cheaper ? 'left' : 'right',
      tip: `${aCase.label}\n${environment.name}: ${ratio(value)} (${interval(low, high)})\nn = ${counted(n, 'block')}, ${aCase.headline}`,
    }];
  });
}

function sortedByOverhead(view: ReportView, cases: readonly CaseView[]): CaseView[] {
  const first = view.others[0]?.id ?? '';
  const of = (aCase: CaseView): number => view.overhead(aCase, first)?.value ?? 0;
  return cases.toSorted((a, b) => of(b) - of(a));
}

function tableRow(view: ReportView, aCase: CaseView, environment: EnvironmentView): string[] {
  const overhead = view.overhead(aCase, environment.id);
  if (overhead === null) return [aCase.label, environment.label, '–', '–', '0'];
  return [aCase.label, environment.label, ratio(overhead.value), interval(overhead.low, overhead.high), String(overhead.n)];
}
