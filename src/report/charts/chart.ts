import { number } from '../format.js';
import { TOKENS } from '../theme.js';

/** A Vega-Lite specification (https://vega.github.io/vega-lite/docs/spec.html). Its own types cost seconds of type checking. */
export type Spec = Readonly<Record<string, unknown>>;

/** Room that a chart has. Two are drawn: charts that only shrink cannot be read on a phone. */
export interface Layout {
  readonly width: number;
  readonly narrow: boolean;
}

export const WIDE: Layout = { width: 860, narrow: false };
export const NARROW: Layout = { width: 344, narrow: true };

/** A figure of the report, not yet drawn. */
export interface Chart {
  /** File name without ending, and anchor in the page: `[a-z0-9-]+`. */
  readonly id: string;
  /** The finding, computed from the data. */
  readonly title: string;
  /** How to read it, and what was left out. */
  readonly note: string;
  readonly spec: (layout: Layout) => Spec;
  /** What is drawn, as text: for those who cannot see it, and for copying. */
  readonly table: DataTable;
}

export interface DataTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * A logarithmic scale around `values`, with room beside them for labels.
 * @param room shares of the width that labels need beyond the least and the greatest value, 0…1 in sum
 */
export function logDomain(values: readonly number[], room: { left?: number; right?: number } = {}): [number, number] {
  const low = Math.log(values.reduce((least, value) => Math.min(least, value), Infinity));
  const high = Math.log(values.reduce((most, value) => Math.max(most, value), -Infinity));
  const span = Math.max(high - low, 0.35);
  const pad = span * 0.04;
  const { left = 0, right = 0 } = room;
  const whole = (span + 2 * pad) / (1 - left - right);
  return [Math.exp(low - pad - whole * left), Math.exp(low + span + pad + whole * right)];
}

const RATIO_TICKS = [
  1e-3, 1e-2, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 20, 50, 100, 200, 500, 1e3, 1e4, 1e5,
];

/** Round ratios inside a domain, no more than fit. */
export function ratioTicks([low, high]: readonly [number, number], narrow: boolean): number[] {
  const inside = RATIO_TICKS.filter((tick) => tick >= low && tick <= high);
  const most = narrow ? 6 : 12;
  if (inside.length <= most) return inside;
  const round = inside.filter((tick) => /^[0.]*[125]0*$/.test(String(tick)));
  return round.length <= most ? round : inside.filter((tick) => Number.isInteger(Math.log10(tick)) || tick === 1);
}

/** Round values on a logarithmic axis of a unit: decades, with 2 and 5 between them where there is room. */
export function logTicks([low, high]: readonly [number, number], narrow: boolean): number[] {
  const ticks: number[] = [];
  for (let decade = Math.floor(Math.log10(low)); decade <= Math.log10(high); decade++) {
    for (const step of [1, 2, 5]) ticks.push(Number((step * 10 ** decade).toPrecision(1)));
  }
  const inside = ticks.filter((tick) => tick >= low && tick <= high);
  if (inside.length < 3) return fineTicks(low, high);
  if (inside.length <= (narrow ? 5 : 11)) return inside;
  const decades = inside.filter((tick) => String(tick).replace(/[0.]|e.*/g, '') === '1');
  return decades.length >= 2 ? decades : inside;
}

/** For a span that is less than a decade: some five round steps of equal size. */
function fineTicks(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(6)),
  );
}

/** Axis labels as a vega expression over literal texts of our own, never over text of others. */
export function tickLabels(ticks: readonly number[], text: (tick: number) => string): string {
  return `({${ticks.map((tick) => `"${tick}": ${JSON.stringify(text(tick))}`).join(',')}})[toString(datum.value)] || ''`;
}

/** `1.5×` on an axis: no trailing zeros. */
export function ratioTick(tick: number): string {
  return `${tick >= 1000 ? number(tick) : String(tick)}×`;
}

/** Room of named rows: for their names, and for what is drawn. */
export function rowRoom({ width, narrow }: Layout): { labelWidth: number; plotWidth: number } {
  const labelWidth = narrow ? 128 : 252;
  return { labelWidth, plotWidth: width - labelWidth - 10 };
}

/** Axis of named rows: labels take `width` pixels in every panel, so that panels stand below each other. */
export function rowAxis(width: number, narrow: boolean): Spec {
  return { labelLimit: width - 8, minExtent: width, maxExtent: width, labelFontSize: narrow ? 10 : 11.5 };
}

/**
 * A logarithmic scale with its axis, as an encoding of any field.
 * @param title `null` where an axis below this one has title and labels for both
 */
export function logEncoding(
  domain: readonly [number, number],
  ticks: readonly number[],
  label: (tick: number) => string,
  title: string | null,
): (field: string) => Spec {
  const axis = { grid: true, values: ticks, labelExpr: tickLabels(ticks, label), labels: title !== null, title };
  return (field) => ({ field, type: 'quantitative', scale: { type: 'log', domain, nice: false }, axis });
}

/** What a mark says when it is pointed at, and to screen readers: the field `tip` of its data. */
export const TIP: Spec = {
  tooltip: { field: 'tip', type: 'nominal' },
  description: { field: 'tip', type: 'nominal' },
};

/** Title of a panel among several. */
export function panelTitle(text: string): Spec {
  return { text, fontSize: 12, offset: 4, color: TOKENS.soft.light };
}

/** Round values from 0 on a linear axis, about `count`. */
export function linearTicks(most: number, count: number): number[] {
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => Number((index * step).toPrecision(6)));
}
