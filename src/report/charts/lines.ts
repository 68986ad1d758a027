import { LOOKS, looksOf, type Look } from '../palette.js';
import { TOKENS } from '../theme.js';
import { environmentLabels } from '../view.js';
import { ratioTick, tickLabels, TIP, type Layout, type Spec } from './chart.js';
import { lookEncodings } from './point-intervals.js';

/** A point of a line, with its interval where there is one. */
export interface LinePoint {
  readonly line: string;
  readonly x: number;
  readonly y: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly tip: string;
  /** Panel that it stands in; one panel where all have the same. Lines of its name are divided by `\n`. */
  readonly panel: string;
}

interface LinePlot {
  readonly points: readonly LinePoint[];
  /** Lines in the order of their colours; the first is drawn strongest. */
  readonly lines: readonly string[];
  /** Of each line, where lines are environments; else colours that no environment has. */
  readonly looks?: readonly Look[];
  readonly xTitle: string;
  readonly xTicks: readonly number[];
  /** How a tick is written, as a vega expression over `datum.value`. */
  readonly xLabel: string;
  readonly yTitle: string;
  readonly yFormat: string;
  readonly yDomain: readonly [number, number] | null;
  readonly yLog?: boolean;
  /** Ratios that are written at the axis, instead of what vega chooses. */
  readonly yTicks?: readonly number[];
  /** A line across, e.g. where nothing is seen. */
  readonly rule?: number;
  /** The axis below is no logarithm. */
  readonly xLinear?: boolean;
  /** Area of a point, in pixels: less where there are many. */
  readonly pointSize?: number;
  /** Vertical lines, e.g. where a series changes. */
  readonly marks?: readonly { readonly panel: string; readonly x: number }[];
}

/** Colours that no environment has here: the first for what the chart is about, greys for what it is held against. */
const LINE_LOOKS: readonly Look[] = [
  LOOKS[2]!,
  LOOKS[4]!,
  LOOKS[5]!,
  LOOKS[3]!,
  LOOKS[6]!,
  LOOKS[1]!,
  LOOKS[8]!,
  LOOKS[9]!,
];

/** Environments as lines in their usual colours, in the order of the rows. */
export function environmentLines(
  rows: readonly { readonly environment: string }[],
): Required<Pick<LinePlot, 'lines' | 'looks'>> & { labelOf: (environment: string) => string } {
  const ids = [...new Set(rows.map(({ environment }) => environment))];
  const lines = environmentLabels(ids);
  const looks = looksOf(ids);
  return {
    lines,
    looks: ids.map((id) => looks.get(id)!),
    labelOf: (environment) => lines[ids.indexOf(environment)]!,
  };
}

/** Room of a legend's letter and of its symbol, in pixels. */
const LEGEND_CHAR = 7;
const LEGEND_SYMBOL = 26;

/** Lines over a numeric axis, panels side by side where there is room, each point with its interval; names stand at the top. */
export function linePlot(plot: LinePlot, { width, narrow }: Layout): Spec {
  const panels = [...new Set(plot.points.map(({ panel }) => panel))];
  const columns = narrow ? 1 : Math.min(panels.length, 3);
  const panelWidth = Math.floor((width - 64) / columns - (columns > 1 ? 34 : 0));
  const x = {
    field: 'x',
    type: 'quantitative',
    scale: plot.xLinear ? { zero: false, nice: false, padding: 14 } : { type: 'log', nice: false, padding: 14 },
    axis: { values: plot.xTicks, labelExpr: plot.xLabel, title: plot.xTitle, grid: false },
  };
  const y = (field: string): Spec => ({
    field,
    type: 'quantitative',
    scale: plot.yLog
      ? { type: 'log', nice: false, padding: 10 }
      : plot.yDomain
        ? { domain: plot.yDomain }
        : { zero: false },
    axis: {
      title: plot.yTitle,
      grid: true,
      ...(plot.yTicks === undefined
        ? { format: plot.yFormat, tickCount: 5 }
        : { values: plot.yTicks, labelExpr: tickLabels(plot.yTicks, ratioTick) }),
    },
  });
  const looks = plot.looks ?? plot.lines.map((_, i) => LINE_LOOKS[i % LINE_LOOKS.length]!);
  const longest = Math.max(...plot.lines.map(({ length }) => length));
  const fitting = Math.max(1, Math.floor(width / (LEGEND_CHAR * longest + LEGEND_SYMBOL)));
  const legend = plot.lines.length > 1 ? { symbolOpacity: 1, columns: Math.min(fitting, narrow ? 2 : 5) } : null;
  const { colour: stroke, shape } = lookEncodings(
    'line',
    plot.lines.map((label, i) => ({ label, look: looks[i]! })),
    legend,
  );
  const layers = [
    ...(plot.rule === undefined
      ? []
      : [
          {
            data: { values: [{}] },
            mark: { type: 'rule', color: TOKENS.ink.light, strokeWidth: 1, aria: false },
            encoding: { y: { datum: plot.rule } },
          },
        ]),
    ...(plot.marks === undefined || plot.marks.length === 0
      ? []
      : [
          {
            transform: [{ filter: 'isValid(datum.mark)' }],
            mark: { type: 'rule', color: TOKENS.alarm.light, strokeWidth: 1.25, strokeDash: [4, 3], aria: false },
            encoding: { x: { ...x, field: 'mark' } },
          },
        ]),
    ...(plot.points.some(({ low, high }) => low !== null && high !== null)
      ? [
          {
            transform: [{ filter: 'isValid(datum.low) && isValid(datum.high)' }],
            mark: { type: 'rule', strokeWidth: 2, opacity: 0.35, aria: false },
            encoding: { x, y: y('low'), y2: { field: 'high' }, stroke },
          },
        ]
      : []),
    {
      transform: [{ filter: 'isValid(datum.y)' }],
      mark: { type: 'line', strokeWidth: 1.75, aria: false },
      encoding: { x, y: y('y'), stroke },
    },
    {
      transform: [{ filter: 'isValid(datum.y)' }],
      mark: { type: 'point', size: plot.pointSize ?? 44, filled: true, opacity: 1 },
      encoding: {
        x,
        y: y('y'),
        stroke,
        fill: { ...stroke },
        shape,
        ...TIP,
      },
    },
  ];
  const data = { values: [...plot.points, ...(plot.marks ?? []).map(({ panel, x: mark }) => ({ panel, mark }))] };
  const size = { width: panelWidth, height: narrow ? 190 : 240 };
  if (panels.length === 1) return { data, ...size, layer: layers };
  return {
    data,
    facet: {
      field: 'panel',
      type: 'nominal',
      title: null,
      sort: panels,
      header: {
        labelExpr: "split(datum.label, '\\n')",
        labelLimit: panelWidth,
        labelFontWeight: 600,
        labelColor: TOKENS.ink.light,
        labelAnchor: 'start',
      },
    },
    columns,
    spec: { ...size, layer: layers },
  };
}
