import type { ComparedRow, VerdictKind } from '../../model/index.js';
import { quantity, ratio } from '../format.js';
import { LOOKS, type Look } from '../palette.js';
import type { Spec } from './chart.js';
import { lookEncodings } from './point-intervals.js';

/** Verdicts as they are drawn: colour, and a shape that points to the side on which the change lies. */
const VERDICTS: Readonly<Record<VerdictKind, Pick<Look, 'light' | 'shape'>>> = {
  improvement: { light: LOOKS[3]!.light, shape: 'triangle-left' },
  regression: { light: LOOKS[4]!.light, shape: 'triangle-right' },
  equivalent: { light: LOOKS[2]!.light, shape: 'square' },
  inconclusive: { light: LOOKS[1]!.light, shape: 'circle' },
};

/** Colour and shape of verdicts; every panel names the legend, and vega draws it once. */
export function verdictEncodings(narrow: boolean): Record<'colour' | 'shape', Spec> {
  const named = Object.entries(VERDICTS).map(([label, look]) => ({ label, look }));
  return lookEncodings('verdict', named, { symbolOpacity: 1, columns: narrow ? 2 : 4 });
}

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

/** A value of one side: in its unit, or already a ratio. */
export function valueOf(value: number | null, unit: string): string {
  return unit === '× native' ? ratio(value) : quantity(value, unit);
}
