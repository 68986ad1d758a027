import type { Look } from '../palette.js';
import { TOKENS } from '../theme.js';
import { TIP, type Spec } from './chart.js';

/** A point with its interval, as data of a chart. */
export interface PointInterval {
  /** `null`: nothing could be estimated, and no point is drawn. */
  readonly value: number | null;
  /** Ends of the interval; without both no rule is drawn. */
  readonly low: number | null;
  readonly high: number | null;
  /** Drawn hollow: nothing is claimed. */
  readonly open: boolean;
  readonly tip: string;
}

/** Where points stand, and what they look like. */
export interface PointEncoding {
  /** `y`, and `yOffset` where points of a row stand below each other. */
  readonly row: Spec;
  readonly x: (field: string) => Spec;
  readonly colour: Spec;
  readonly shape: Spec;
}

/** Layers of {@link PointInterval}s: a rule from `low` to `high`, and on it a point at `value`, hollow where it is `open`. */
export function pointIntervals(
  { row, x, colour, shape }: PointEncoding,
  { size, rule }: { readonly size: number; readonly rule: Spec },
): Spec[] {
  return [
    {
      transform: [{ filter: 'isValid(datum.low) && isValid(datum.high)' }],
      mark: { type: 'rule', ...rule, aria: false },
      encoding: { ...row, x: x('low'), x2: { field: 'high' }, color: colour },
    },
    {
      transform: [{ filter: 'isValid(datum.value)' }],
      mark: { type: 'point', size, strokeWidth: 1.5, opacity: 1 },
      encoding: {
        ...row,
        x: x('value'),
        stroke: colour,
        fill: { condition: { test: 'datum.open', value: TOKENS.ground.light }, ...colour },
        shape,
        ...TIP,
      },
    },
  ];
}

/** Where the text of a ratio stands: beyond the end of its interval that is farther from 1. */
export interface OuterEnd {
  readonly end: number;
  readonly side: 'left' | 'right';
}

export function outerEnd(value: number, low: number | null, high: number | null): OuterEnd {
  return (high ?? value) < 1
    ? { end: Math.min(value, low ?? value), side: 'left' }
    : { end: Math.max(value, high ?? value), side: 'right' };
}

/** Layers of texts beyond the {@link OuterEnd}s of intervals, in the colours of their points. */
export function outerTexts({ row, x, colour }: PointEncoding, field: string, distance: number): Spec[] {
  return (['left', 'right'] as const).map((side) => ({
    transform: [{ filter: `datum.side === '${side}'` }],
    mark: {
      type: 'text',
      align: side === 'left' ? 'right' : 'left',
      dx: side === 'left' ? -distance : distance,
      fontSize: 9.5,
      aria: false,
    },
    encoding: { ...row, x: x('end'), text: { field, type: 'nominal' }, color: colour },
  }));
}

/** Layer of the field `text`, to the right of `field` on the axis. */
export function textRightOf({ row, x }: Pick<PointEncoding, 'row' | 'x'>, field: string, distance: number): Spec {
  return {
    mark: { type: 'text', align: 'left', dx: distance, fontSize: 9.5, color: TOKENS.soft.light, aria: false },
    encoding: { ...row, x: x(field), text: { field: 'text', type: 'nominal' } },
  };
}

/** Layers of the line at 1, where nothing differs: native, say. Its name stands above its top end. */
export function lineAtOne(name: string | null): Spec[] {
  const x = { datum: 1 };
  const line = { mark: { type: 'rule', color: TOKENS.ink.light, strokeWidth: 1.25, aria: false }, encoding: { x } };
  if (name === null) return [line];
  return [
    line,
    {
      data: { values: [{ text: name }] },
      mark: { type: 'text', y: -7, fontSize: 9.5, color: TOKENS.ink.light, aria: false },
      encoding: { x, text: { field: 'text', type: 'nominal' } },
    },
  ];
}

/** Colour and shape by name, as encodings of one legend; and the place inside a row. */
export function lookEncodings(
  field: string,
  named: readonly { readonly label: string; readonly look: Pick<Look, 'light' | 'shape'> }[],
  legend: Spec | null,
): Record<'colour' | 'shape' | 'yOffset', Spec> {
  const domain = named.map(({ label }) => label);
  const encoding = (range: readonly string[]): Spec => ({ field, type: 'nominal', scale: { domain, range }, legend });
  return {
    colour: encoding(named.map(({ look }) => look.light)),
    shape: encoding(named.map(({ look }) => look.shape)),
    yOffset: { field, type: 'nominal', scale: { domain } },
  };
}
