import {
  WORKLOAD_CLASSES,
  type CaseInfo,
  type Changes,
  type ComparedRow,
  type VerdictKind,
} from '../../model/index.js';
import { interval, ratio } from '../format.js';
import { counted, oneLine } from '../text.js';
import { TOKENS } from '../theme.js';
import { CLASS_TITLES } from '../view.js';
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
import { timeChange, valueOf, verdictEncodings, type TimeChange } from './compared-row.js';
import {
  lineAtOne,
  outerEnd,
  outerTexts,
  pointIntervals,
  type OuterEnd,
  type PointInterval,
} from './point-intervals.js';

interface Mark extends PointInterval, OuterEnd {
  readonly case: string;
  readonly verdict: VerdictKind;
  readonly value: number;
  readonly before: number | null;
  readonly after: number | null;
  readonly text: string;
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
    ...outerEnd(value, low, high),
    text: ratio(value),
    tip: `${label}\n${after} over ${before}: ${ratio(value)} (${interval(low, high)}), ${row.verdict}${native}\nn = ${counted(row.n, 'block')}, ${oneLine(row.metric, 60)}`,
  };
}

function changesSpec(panels: readonly Panel[], before: string, after: string, layout: Layout): Spec {
  const { narrow } = layout;
  const marks = panels.flatMap((panel) => panel.marks);
  const natively = marks.flatMap((it) => (it.before === null || it.after === null ? [] : [it.before, it.after]));
  const both = !narrow && natively.length > 0;
  const { labelWidth, plotWidth: room } = rowRoom(layout);
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

/** Ratios with few ticks: there may be two axes side by side. */
function ratioEncoding(domain: [number, number], { narrow }: Axes, { last }: Place, title: string) {
  const wide = ratioTicks(domain, false);
  const ticks = narrow || wide.length > 8 ? ratioTicks(domain, true) : wide;
  return logEncoding(domain, ticks, ratioTick, last ? title : null);
}

function nativePlot(panel: Panel, axes: Axes, place: Place): Spec {
  const { colour } = verdictEncodings(axes.narrow);
  const x = ratioEncoding(axes.native, axes, place, 'time relative to native, log scale');
  const y = rowsOf(panel, axes, true);
  const point = { type: 'point', size: 44, strokeWidth: 1.5, opacity: 1 };
  return {
    title: panelTitle(panel.title),
    width: axes.plotWidth,
    height: { step: 19 },
    data: { values: panel.marks },
    transform: [{ filter: 'isValid(datum.before) && isValid(datum.after)' }],
    layer: [
      ...lineAtOne(place.first ? 'native' : null),
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
  const encoding = {
    row: { y: rowsOf(panel, axes, !both) },
    x: ratioEncoding(
      axes.change,
      axes,
      place,
      axes.narrow ? oneLine(title, 32) : `time, ${oneLine(title, 44)}, log scale`,
    ),
    ...verdictEncodings(axes.narrow),
  };
  return {
    title: panelTitle(both ? ' ' : panel.title),
    width: axes.plotWidth,
    height: { step: 19 },
    data: { values: panel.marks },
    layer: [
      ...lineAtOne(place.first ? 'as before' : null),
      ...pointIntervals(encoding, { size: 52, rule: { strokeWidth: 2, opacity: 0.6 } }),
      ...outerTexts(encoding, 'text', 8),
    ],
  };
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
