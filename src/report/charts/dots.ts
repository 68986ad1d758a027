import type { Scale } from '../format.js';
import { TOKENS } from '../theme.js';
import type { EnvironmentView } from '../view.js';
import { logDomain, logEncoding, logTicks, ratioTick, ratioTicks, rowAxis, type Layout, type Spec } from './chart.js';
import { lineAtOne, lookEncodings, pointIntervals, textRightOf, type PointInterval } from './point-intervals.js';

/** One environment's value in one row of a dot plot. */
export interface Dot extends PointInterval {
  readonly row: string;
  readonly environment: string;
  readonly value: number;
}

/** Rows of dots, and their axis. */
export interface DotPlot {
  readonly dots: readonly Dot[];
  /** Rows from top to bottom. */
  readonly rows: readonly string[];
  /** Text at the right end of a row, by row; e.g. its largest value. */
  readonly labels?: ReadonlyMap<string, string>;
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
  const legend = narrow ? null : { symbolOpacity: 1, columns: legendColumns(plot.environments, width) };
  const { yOffset, ...look } = lookEncodings('environment', plot.environments, legend);
  const x = logEncoding(domain, ticks, label, plot.axisTitle);
  const ends = plot.rows.map((row) => ({
    row,
    end: dots.reduce((most, dot) => (dot.row === row ? Math.max(most, dot.high ?? dot.value) : most), domain[0]),
    text: plot.labels?.get(row) ?? '',
  }));
  const y = {
    field: 'row',
    type: 'nominal',
    scale: { domain: plot.rows, paddingInner: 0.18 },
    axis: rowAxis(labelWidth, narrow),
  };
  const row = { y, ...(plot.dodge ? { yOffset } : {}) };
  return {
    width: plotWidth,
    height: { step: plot.dodge ? Math.max(19, 7 * plot.environments.length) : 19, for: 'position' },
    data: { values: dots },
    layer: [
      ...(plot.scale ? [] : lineAtOne(plot.one ?? 'native')),
      {
        mark: { type: 'rule', strokeWidth: 1, color: TOKENS.line.light, aria: false },
        encoding: { y, x: { ...x('value'), aggregate: 'min' }, x2: { field: 'value', aggregate: 'max' } },
      },
      ...pointIntervals({ row, x, ...look }, { size: plot.dodge ? 30 : 46, rule: { strokeWidth: 2, opacity: 0.5 } }),
      { data: { values: ends }, ...textRightOf({ row: { y }, x }, 'end', 9) },
    ],
  };
}
