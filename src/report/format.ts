import type { Modes } from '../stats/index.js';

/** A display unit for a column or an axis: values are divided by `divisor`, `suffix` is what is written behind them. */
export interface Scale {
  readonly divisor: number;
  readonly suffix: string;
}

const LADDERS: Readonly<Record<string, readonly Scale[]>> = {
  ns: [
    { divisor: 1e9, suffix: 's' },
    { divisor: 1e6, suffix: 'ms' },
    { divisor: 1e3, suffix: 'µs' },
    { divisor: 1, suffix: 'ns' },
  ],
  bytes: [
    { divisor: 2 ** 30, suffix: 'GiB' },
    { divisor: 2 ** 20, suffix: 'MiB' },
    { divisor: 2 ** 10, suffix: 'KiB' },
    { divisor: 1, suffix: 'B' },
  ],
};

/** The largest unit in which `value` is at least 1. */
export function scaleFor(value: number, unit: string): Scale {
  const ladder = LADDERS[unit];
  if (!ladder) return { divisor: 1, suffix: unit === 'count' ? '' : unit };
  return ladder.find((scale) => Math.abs(value) >= scale.divisor) ?? ladder.at(-1)!;
}

/** Three significant digits, thousands separated, never in exponents for what people measure. */
export function number(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e15 || size < 1e-4) return value.toExponential(1);
  if (size >= 100) return Math.round(value).toLocaleString('en-US');
  if (size >= 10) return value.toFixed(1);
  return size >= 0.1 ? value.toFixed(2) : value.toPrecision(2);
}

/** A value with its unit: `89.2 ms`, `1.02 GiB`, `314`. `null` is `–`. */
export function quantity(value: number | null, unit: string, scale?: Scale): string {
  if (value === null) return '–';
  const { divisor, suffix } = scale ?? scaleFor(value, unit);
  return suffix === '' ? number(value / divisor) : `${number(value / divisor)} ${suffix}`;
}

/** A ratio: `1.92×`. `null` is `–`. */
export function ratio(value: number | null): string {
  return value === null ? '–' : `${number(value)}×`;
}

/** An interval of ratios: `1.70–2.31`; an end that n does not allow is said to be open. */
export function interval(low: number | null, high: number | null): string {
  if (low === null && high === null) return 'interval open';
  return `${low === null ? 'open' : number(low)}–${high === null ? 'open' : number(high)}`;
}

/** Milliseconds as people say them: `850 ms`, `42 s`, `14 min 05 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** Geometric mean, the mean that belongs to ratios. `null` of nothing. */
export function geometricMean(ratios: readonly number[]): number | null {
  if (ratios.length === 0) return null;
  return Math.exp(ratios.reduce((sum, value) => sum + Math.log(value), 0) / ratios.length);
}

/** The slow of two modes beside the fast one: `26 % at 4.20× the others`. */
export function slowModeText({ fast, slow }: Modes): string {
  return `${Math.round(100 * slow.share)} % at ${ratio(Math.exp(slow.center - fast.center))} the others`;
}
