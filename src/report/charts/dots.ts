import type { Scale } from '../format.js';
import { TOKENS } from '../theme.js';
import type { EnvironmentView } from '../view.js';
import {
  environmentScales,
  logDomain,
  logTicks,
  nativeLabel,
  nativeLine,
  ratioTick,
  ratioTicks,
  rowAxis,
  tickLabels,
  type Layout,
  type Spec,
} from './chart.js';

/** One environment's value in one row of a dot plot. */
export interface Dot {
  readonly row: string;
  readonly environment: string;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Drawn hollow: no interval. */
  readonly open: boolean;
  readonly tip: string;
}

interface DotPlot {
  readonly dots: readonly Dot[];
  /** Rows from top to bottom. */
  readonly rows: readonly string[];
  /** Text at the right end of a row, by row; e.g. its largest value. */
  readonly labels: ReadonlyMap<string, string>;
  readonly environments: readonly Pick<EnvironmentView, 'label' | 'look'>[];
  readonly axisTitle: string;
  /** What the line at 1 is, where it is not native. */
  readonly one?: string;
  /** Environments of a row below each other instead of on one line: where points would hide each other. */
  readonly dodge: boolean;
  /** Absolute values are drawn in this unit; without it values are ratios, and native is the line at 1. */
  readonly scale?: Scale;
}

/** As many names side by side as there is room for: a row of them otherwise makes the whole chart wider. */
function legendColumns(environments: DotPlot['environments'], width: number): number {
  const longest = Math.max(...environments.map(({ label }) => label.length));
  return Math.max(1, Math.min(environments.length, Math.floor(width / (longest * 6.4 + 36))));
}

/**
 * Rows of points on a logarithmic axis, one per environment: for many rows with few environments, where rows are compared.
 * A faint line joins a row's points.
 */
export function dotPlot(plot: DotPlot, { width, narrow }: Layout): Spec {
  const labelWidth = narrow ? 120 : 252;
  const plotWidth = width - labelWidth - 10;
  const divisor = plot.scale?.divisor ?? 1;
  const dots = plot.dots.map((dot) => ({
    ...dot,
    value: dot.value / divisor,
    low: dot.low === null ? null : dot.low / divisor,
    high: dot.high === null ? null : dot.high / divisor,
  }));
  const values = dots.flatMap((dot) => [dot.value, dot.low, dot.high]).filter((value) => value !== null);
  const domain = logDomain(plot.scale ? values : [...values, 1], { right: (narrow ? 44 : 70) / plotWidth });
  const ticks = plot.scale ? logTicks(domain, narrow) : ratioTicks(domain, narrow);
  const suffix = plot.scale?.suffix ?? '';
  const label = plot.scale ? (tick: number): string => `${tick.toLocaleString('en-US')} ${suffix}`.trim() : ratioTick;
  const scales = environmentScales(plot.environments);
  const legend = narrow ? null : { symbolOpacity: 1, columns: legendColumns(plot.environments, width) };
  const colour = { field: 'environment', type: 'nominal', scale: scales.colour, legend };
  const x = (field: string, aggregate?: 'min' | 'max'): Spec => ({
    field,
    type: 'quantitative',
    ...(aggregate ? { aggregate } : {}),
    scale: { type: 'log', domain, nice: false },
    axis: { grid: true, values: ticks, labelExpr: tickLabels(ticks, label), title: plot.axisTitle },
  });
  const ends = plot.rows.map((row) => ({
    row,
    end: dots.reduce((most, dot) => (dot.row === row ? Math.max(most, dot.high ?? dot.value) : most), domain[0]),
    text: plot.labels.get(row) ?? '',
  }));
  const yOffset = plot.dodge
    ? { yOffset: { field: 'environment', type: 'nominal', scale: { domain: scales.colour['domain'] } } }
    : {};
  const y = {
    field: 'row',
    type: 'nominal',
    scale: { domain: plot.rows, paddingInner: 0.18 },
    axis: rowAxis(labelWidth, narrow),
  };
  return {
    width: plotWidth,
    height: { step: plot.dodge ? Math.max(19, 7 * plot.environments.length) : 19, for: 'position' },
    data: { values: dots },
    layer: [
      ...(plot.scale ? [] : [nativeLine(1), nativeLabel(1, plot.one)]),
      {
        mark: { type: 'rule', strokeWidth: 1, color: TOKENS.line.light, aria: false },
        encoding: { y, x: x('value', 'min'), x2: { field: 'value', aggregate: 'max' } },
      },
      {
        transform: [{ filter: 'isValid(datum.low) && isValid(datum.high)' }],
        mark: { type: 'rule', strokeWidth: 2, opacity: 0.5, aria: false },
        encoding: { y, ...yOffset, x: x('low'), x2: { field: 'high' }, color: colour },
      },
      {
        mark: { type: 'point', size: plot.dodge ? 30 : 46, strokeWidth: 1.5, opacity: 1 },
        encoding: {
          y,
          ...yOffset,
          x: x('value'),
          stroke: colour,
          fill: { condition: { test: 'datum.open', value: TOKENS.ground.light }, ...colour },
          shape: { field: 'environment', type: 'nominal', scale: scales.shape, legend },
          tooltip: { field: 'tip', type: 'nominal' },
          description: { field: 'tip', type: 'nominal' },
        },
      },
      {
        data: { values: ends },
        mark: { type: 'text', align: 'left', dx: 9, fontSize: 9.5, color: TOKENS.soft.light, aria: false },
        encoding: { y, x: x('end'), text: { field: 'text', type: 'nominal' } },
      },
    ],
  };
}
