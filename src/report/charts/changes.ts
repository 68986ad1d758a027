import {
  WORKLOAD_CLASSES,
  type CaseInfo,
  type Changes,
  type ComparedRow,
  type VerdictKind,
} from '../../model/index.js';
import { interval, quantity, ratio } from '../format.js';
import { LOOKS } from '../palette.js';
import { counted, oneLine } from '../text.js';
import { TOKENS } from '../theme.js';
import { CLASS_TITLES } from '../view.js';
import {
  logDomain,
  nativeLabel,
  nativeLine,
  ratioTick,
  ratioTicks,
  rowAxis,
  tickLabels,
  type Chart,
  type Layout,
  type Spec,
} from './chart.js';

/** Verdicts as they are drawn: colour, and a shape that points to the side on which the change lies. */
export const VERDICTS: Readonly<Record<VerdictKind, { readonly colour: string; readonly shape: string }>> = {
  improvement: { colour: LOOKS[3]!.light, shape: 'triangle-left' },
  regression: { colour: LOOKS[4]!.light, shape: 'triangle-right' },
  equivalent: { colour: LOOKS[2]!.light, shape: 'square' },
  inconclusive: { colour: LOOKS[1]!.light, shape: 'circle' },
};
const KINDS = Object.keys(VERDICTS) as VerdictKind[];

/** A compared row as times: more than 1 is slower, whatever the metric's direction. */
export interface TimeChange {
  readonly row: ComparedRow;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Over native. */
  readonly before: number | null;
  readonly after: number | null;
}

/** @returns `null` where nothing could be compared */
export function timeChange(row: ComparedRow): TimeChange | null {
  if (row.ratio === null || row.ratio <= 0) return null;
  const invert = (value: number | null): number | null => (value === null || value <= 0 ? null : 1 / value);
  return row.better === 'lower'
    ? { row, value: row.ratio, low: row.low, high: row.high, before: row.baselineRatio, after: row.candidateRatio }
    : {
        row,
        value: 1 / row.ratio,
        low: invert(row.high),
        high: invert(row.low),
        before: invert(row.baselineRatio),
        after: invert(row.candidateRatio),
      };
}

interface Mark {
  readonly case: string;
  readonly verdict: VerdictKind;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly open: boolean;
  readonly before: number | null;
  readonly after: number | null;
  readonly end: number;
  readonly side: 'left' | 'right';
  readonly text: string;
  readonly tip: string;
}

interface Panel {
  readonly title: string;
  readonly marks: readonly Mark[];
}

/** What a chart of changes is made of: rows of one environment and one metric (or the headlines). */
export interface ChangesPart {
  readonly id: string;
  readonly title: string;
  readonly rows: readonly ComparedRow[];
  readonly cases: readonly CaseInfo[];
  readonly changes: Pick<Changes, 'baseline' | 'candidate'>;
}

/**
 * What changed from one side to the other, by class and sorted by change: at the left both against native, joined by a line; at the right
 * the one over the other inside blocks, with its interval. A narrow chart has the right half alone.
 */
export function changesChart({ id, title, rows, cases, changes }: ChangesPart): Chart | null {
  const labels = new Map(cases.map((it) => [it.id, oneLine(it.title, 48) || oneLine(it.id, 48)]));
  const classes = new Map(cases.map((it) => [it.id, it.class]));
  const [before, after] = [oneLine(changes.baseline.name, 40), oneLine(changes.candidate.name, 40)];
  const known = rows.flatMap((row) => timeChange(row) ?? []).toSorted((a, b) => a.value - b.value);
  const twice = (label: string): boolean => [...labels.values()].filter((it) => it === label).length > 1;
  const labelOf = ({ row }: TimeChange): string => {
    const label = labels.get(row.case) ?? oneLine(row.case, 48);
    return twice(label) ? oneLine(row.case, 48) : label;
  };
  const panels = WORKLOAD_CLASSES.map((name): Panel => ({
    title: CLASS_TITLES[name],
    marks: known
      .filter(({ row }) => classes.get(row.case) === name)
      .map((it) => markOf(it, labelOf(it), before, after)),
  })).filter(({ marks }) => marks.length > 0);
  if (panels.length === 0) return null;
  const inverted = known.some(({ row }) => row.better === 'higher');
  return {
    id,
    title,
    note:
      `Right: time of ${after} over time of ${before} inside the same blocks, left of the line is faster; rule: interval at the policy’s confidence; hollow: too few blocks for one. ` +
      `Left: both against native, ${before} hollow, ${after} filled. Colours are the verdicts of seebench compare.` +
      (inverted ? ' Throughput is shown inverted, as time.' : ''),
    spec: (layout) => changesSpec(panels, before, after, layout),
    table: {
      columns: ['case', 'metric', before, after, `${after} / ${before}`, 'interval', 'n', 'verdict', 'why'],
      rows: rows.map((row) => tableRow(row, labels.get(row.case) ?? oneLine(row.case, 48))),
    },
  };
}

function markOf(it: TimeChange, label: string, before: string, after: string): Mark {
  const { row, value, low, high } = it;
  const faster = (high ?? value) < 1;
  const native =
    it.before === null || it.after === null
      ? ''
      : `\n${before} ${ratio(it.before)} of native, ${after} ${ratio(it.after)}`;
  return {
    case: label,
    verdict: row.verdict,
    value,
    low,
    high,
    open: low === null || high === null,
    before: it.before,
    after: it.after,
    end: faster ? Math.min(value, low ?? value) : Math.max(value, high ?? value),
    side: faster ? 'left' : 'right',
    text: ratio(value),
    tip: `${label}\n${after} over ${before}: ${ratio(value)} (${interval(low, high)}), ${row.verdict}${native}\nn = ${counted(row.n, 'block')}, ${oneLine(row.metric, 60)}`,
  };
}

function changesSpec(panels: readonly Panel[], before: string, after: string, { width, narrow }: Layout): Spec {
  const marks = panels.flatMap((panel) => panel.marks);
  const natively = marks.flatMap((it) => (it.before === null || it.after === null ? [] : [it.before, it.after]));
  const both = !narrow && natively.length > 0;
  const labelWidth = narrow ? 128 : 252;
  const room = width - labelWidth - 10;
  const plotWidth = both ? Math.floor((room - 26) / 2) : room;
  const axes = {
    labelWidth,
    plotWidth,
    narrow,
    change: logDomain([1, ...marks.flatMap((it) => [it.value, it.low, it.high]).filter((it) => it !== null)], {
      left: (narrow ? 40 : 44) / plotWidth,
      right: (narrow ? 40 : 44) / plotWidth,
    }),
    native: logDomain(natively.length === 0 ? [1] : [1, ...natively]),
  };
  return {
    vconcat: panels.map((panel, index) => {
      const place = { first: index === 0, last: index === panels.length - 1 };
      const right = changePlot(panel, axes, place, both, `${after} over ${before}`);
      return both ? { hconcat: [nativePlot(panel, axes, place), right], spacing: 26, bounds: 'flush' } : right;
    }),
    spacing: 14,
  };
}

interface Axes {
  readonly labelWidth: number;
  readonly plotWidth: number;
  readonly narrow: boolean;
  readonly change: [number, number];
  readonly native: [number, number];
}

interface Place {
  readonly first: boolean;
  readonly last: boolean;
}

/** Rows of a panel; the right half of two has them without their names. */
function rowsOf({ marks }: Panel, { labelWidth, narrow }: Axes, named: boolean): Spec {
  return {
    field: 'case',
    type: 'nominal',
    scale: { domain: marks.map((it) => it.case), paddingInner: 0.2, paddingOuter: 0.2 },
    axis: named ? rowAxis(labelWidth, narrow) : { labels: false, grid: false, title: null },
  };
}

function ratioAxis(domain: [number, number], { narrow }: Axes, { last }: Place, title: string) {
  const wide = ratioTicks(domain, false);
  const ticks = narrow || wide.length > 8 ? ratioTicks(domain, true) : wide;
  return (field: string): Spec => ({
    field,
    type: 'quantitative',
    scale: { type: 'log', domain, nice: false },
    axis: {
      grid: true,
      values: ticks,
      labelExpr: tickLabels(ticks, ratioTick),
      labels: last,
      title: last ? title : null,
    },
  });
}

/** Verdicts by colour or shape; every panel names the legend, and vega draws it once. */
function verdictScale(range: 'colour' | 'shape', { narrow }: Axes): Spec {
  return {
    field: 'verdict',
    type: 'nominal',
    scale: { domain: KINDS, range: KINDS.map((kind) => VERDICTS[kind][range]) },
    legend: { symbolOpacity: 1, columns: narrow ? 2 : 4 },
  };
}

function nativePlot(panel: Panel, axes: Axes, place: Place): Spec {
  const colour = verdictScale('colour', axes);
  const x = ratioAxis(axes.native, axes, place, 'time relative to native, log scale');
  const y = rowsOf(panel, axes, true);
  const point = { type: 'point', size: 44, strokeWidth: 1.5, opacity: 1 };
  return {
    title: heading(panel),
    width: axes.plotWidth,
    height: { step: 19 },
    data: { values: panel.marks },
    transform: [{ filter: 'isValid(datum.before) && isValid(datum.after)' }],
    layer: [
      nativeLine(1),
      ...(place.first ? [nativeLabel(1)] : []),
      {
        mark: { type: 'rule', strokeWidth: 2, opacity: 0.6, aria: false },
        encoding: { y, x: x('before'), x2: { field: 'after' }, color: colour },
      },
      {
        mark: { ...point, fill: TOKENS.ground.light, aria: false },
        encoding: { y, x: x('before'), stroke: colour },
      },
      {
        mark: { ...point, aria: false },
        encoding: { y, x: x('after'), stroke: colour, fill: { ...colour } },
      },
    ],
  };
}

function changePlot(panel: Panel, axes: Axes, place: Place, both: boolean, title: string): Spec {
  const colour = verdictScale('colour', axes);
  const x = ratioAxis(
    axes.change,
    axes,
    place,
    axes.narrow ? oneLine(title, 32) : `time, ${oneLine(title, 44)}, log scale`,
  );
  const y = rowsOf(panel, axes, !both);
  return {
    title: both ? { ...heading(panel), text: ' ' } : heading(panel),
    width: axes.plotWidth,
    height: { step: 19 },
    data: { values: panel.marks },
    layer: [
      nativeLine(1),
      ...(place.first ? [nativeLabel(1, 'as before')] : []),
      {
        transform: [{ filter: 'isValid(datum.low) && isValid(datum.high)' }],
        mark: { type: 'rule', strokeWidth: 2, opacity: 0.6, aria: false },
        encoding: { y, x: x('low'), x2: { field: 'high' }, color: colour },
      },
      {
        mark: { type: 'point', size: 52, strokeWidth: 1.5, opacity: 1 },
        encoding: {
          y,
          x: x('value'),
          stroke: colour,
          fill: { condition: { test: 'datum.open', value: TOKENS.ground.light }, ...colour },
          shape: verdictScale('shape', axes),
          tooltip: { field: 'tip', type: 'nominal' },
          description: { field: 'tip', type: 'nominal' },
        },
      },
      ...(['left', 'right'] as const).map((side) => ({
        transform: [{ filter: `datum.side === '${side}'` }],
        mark: {
          type: 'text',
          align: side === 'left' ? 'right' : 'left',
          dx: side === 'left' ? -8 : 8,
          fontSize: 9.5,
          aria: false,
        },
        encoding: { y, x: x('end'), text: { field: 'text', type: 'nominal' }, color: colour },
      })),
    ],
  };
}

function heading({ title }: Panel): Spec {
  return { text: title, fontSize: 12, offset: 4, color: TOKENS.soft.light };
}

function tableRow(row: ComparedRow, label: string): string[] {
  return [
    label,
    oneLine(row.metric, 60),
    valueOf(row.baselineValue, row.unit),
    valueOf(row.candidateValue, row.unit),
    ratio(row.ratio),
    row.ratio === null ? '–' : interval(row.low, row.high),
    String(row.n),
    row.verdict,
    oneLine(row.reason, 200),
  ];
}

/** A value of one side: in its unit, or already a ratio. */
export function valueOf(value: number | null, unit: string): string {
  return unit === '× native' ? ratio(value) : quantity(value, unit);
}
