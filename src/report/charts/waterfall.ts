import type { ExplainedCase, PartName } from '../../model/index.js';
import { PART_TITLES } from '../../study/index.js';
import { number, quantity, scaleFor } from '../format.js';
import { LOOKS } from '../palette.js';
import { TOKENS } from '../theme.js';
import { oneLine } from '../text.js';
import { rowAxis, TIP, type Chart, type Layout, type Spec } from './chart.js';

const DEARER = LOOKS[4]!.light;
const CHEAPER = LOOKS[3]!.light;
const WHOLE = LOOKS[2]!.light;
const UNEXPLAINED = 'unexplained';
const MEASURED = 'measured overhead';
const ROW_STEP = { wide: 26, narrow: 22 };

interface Step {
  readonly row: string;
  readonly from: number;
  readonly to: number;
  readonly kind: 'dearer' | 'cheaper' | 'unexplained' | 'whole';
  readonly text: string;
  /** Ends of the interval, where the bar's end could lie. */
  readonly low: number | null;
  readonly high: number | null;
  readonly tip: string;
}

/** Parts of an overhead one after the other, down to what was measured: each bar begins where the one above it ends. */
export function waterfallChart(it: ExplainedCase, index: number): Chart {
  const steps = stepsOf(it);
  const where = `${oneLine(it.case)} in ${oneLine(it.environment)}`;
  return {
    id: `waterfall-${index}`,
    title: `${where}: ${signed(it.overheadNs)} ${sentence(it)}`,
    note: `${it.metric}, natively ${quantity(it.nativeNs, 'ns')}. Orange: gVisor is dearer; green: it is cheaper; dashed grey: what the model does not explain. Rule: 95 % interval.${it.heldOut ? ' This case was held out.' : ''}`,
    spec: (layout) => waterfall(steps, layout),
    table: {
      columns: ['part', 'time', '95 % interval'],
      rows: [
        ...it.parts.map((part) => [PART_TITLES[part.name], signed(part.ns), range(part.low, part.high)]),
        ['predicted', signed(it.predictedNs), range(it.predictedLow, it.predictedHigh)],
        [UNEXPLAINED, signed(it.unexplainedNs), ''],
        [MEASURED, signed(it.overheadNs), range(it.overheadLow, it.overheadHigh)],
      ],
    },
  };
}

function sentence({ parts, verdict, relativeError }: ExplainedCase): string {
  const size = (name: PartName): number => Math.abs(parts.find((part) => part.name === name)!.ns);
  const most = parts.toSorted((a, b) => size(b.name) - size(a.name))[0]!;
  if (verdict === 'noise') return 'more than natively, within noise';
  return `more than natively, most of it ${PART_TITLES[most.name]}; predicted ${errorText(relativeError)}`;
}

/** `12 % too little`. */
export function errorText(relativeError: number | null): string {
  if (relativeError === null) return '–';
  return `${number(100 * Math.abs(relativeError))} % too ${relativeError < 0 ? 'little' : 'much'}`;
}

function stepsOf(it: ExplainedCase): Step[] {
  let at = 0;
  const steps: Step[] = [];
  for (const part of it.parts) {
    const [from, to] = [at, at + part.ns];
    at = to;
    steps.push({
      row: PART_TITLES[part.name],
      from,
      to,
      kind: part.ns < 0 ? 'cheaper' : 'dearer',
      text: signed(part.ns),
      low: part.low === null ? null : from + part.low,
      high: part.high === null ? null : from + part.high,
      tip: `${PART_TITLES[part.name]}: ${signed(part.ns)} (${range(part.low, part.high)})`,
    });
  }
  steps.push({
    row: UNEXPLAINED,
    from: at,
    to: it.overheadNs,
    kind: 'unexplained',
    text: signed(it.unexplainedNs),
    low: null,
    high: null,
    tip: `${UNEXPLAINED}: ${signed(it.unexplainedNs)}`,
  });
  steps.push({
    row: MEASURED,
    from: 0,
    to: it.overheadNs,
    kind: 'whole',
    text: signed(it.overheadNs),
    low: it.overheadLow,
    high: it.overheadHigh,
    tip: `${MEASURED}: ${signed(it.overheadNs)} (${range(it.overheadLow, it.overheadHigh)}), n = ${it.n}`,
  });
  return steps;
}

function waterfall(steps: readonly Step[], { width, narrow }: Layout): Spec {
  const labels = narrow ? 128 : 200;
  const all = steps.flatMap(({ from, to, low, high }) => [from, to, low ?? to, high ?? to]);
  const [least, most] = [Math.min(0, ...all), Math.max(0, ...all)];
  const scale = scaleFor(Math.max(-least, most), 'ns');
  const room = (most - least || 1) * (narrow ? 0.3 : 0.14);
  const values = steps.map((it) => ({
    ...it,
    from: it.from / scale.divisor,
    to: it.to / scale.divisor,
    end: Math.max(it.from, it.to, it.high ?? it.to) / scale.divisor,
    low: it.low === null ? null : it.low / scale.divisor,
    high: it.high === null ? null : it.high / scale.divisor,
  }));
  const rows = steps.map(({ row }) => row);
  const y = { field: 'row', type: 'nominal', sort: rows, axis: rowAxis(labels, narrow) };
  const domain = [(least - room * (least < 0 ? 0.3 : 0)) / scale.divisor, (most + room) / scale.divisor];
  const x = {
    field: 'from',
    type: 'quantitative',
    scale: { domain, nice: false },
    axis: { title: `time beyond native, ${scale.suffix}`, tickCount: narrow ? 4 : 8 },
  };
  const bars = (kinds: readonly Step['kind'][], mark: Spec): Spec => ({
    transform: [{ filter: { field: 'kind', oneOf: kinds } }],
    mark: { type: 'bar', height: { band: 0.62 }, ...mark },
    encoding: {
      x,
      x2: { field: 'to' },
      y,
      ...TIP,
    },
  });
  const links = values.slice(0, -1).map((it, i) => ({ row: it.row, next: rows[i + 1], at: it.to }));
  return {
    width: width - labels - 12,
    height: { step: narrow ? ROW_STEP.narrow : ROW_STEP.wide },
    data: { values },
    layer: [
      {
        mark: { type: 'rule', color: TOKENS.ink.light, aria: false },
        encoding: { x: { datum: 0, type: 'quantitative' } },
      },
      {
        data: { values: links },
        mark: { type: 'rule', color: TOKENS.line.light, aria: false },
        encoding: {
          x: { field: 'at', type: 'quantitative' },
          y: { field: 'row', type: 'nominal', sort: rows },
          y2: { field: 'next' },
        },
      },
      bars(['dearer'], { color: DEARER }),
      bars(['cheaper'], { color: CHEAPER }),
      bars(['whole'], { color: WHOLE }),
      bars(['unexplained'], {
        color: TOKENS.grid.light,
        stroke: TOKENS.soft.light,
        strokeDash: [3, 3],
        strokeWidth: 1.2,
      }),
      {
        transform: [{ filter: 'datum.low !== null' }],
        mark: { type: 'rule', color: TOKENS.ink.light, strokeWidth: 1.25, aria: false },
        encoding: { x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' }, y },
      },
      {
        mark: {
          type: 'text',
          align: 'left',
          dx: 6,
          fontSize: narrow ? 9.5 : 11,
          color: TOKENS.soft.light,
          aria: false,
        },
        encoding: { x: { field: 'end', type: 'quantitative' }, y, text: { field: 'text', type: 'nominal' } },
      },
    ],
  };
}

/** `+1.20 s`, `−30 ms`. */
export function signed(ns: number): string {
  return `${ns < 0 ? '−' : '+'}${quantity(Math.abs(ns), 'ns')}`;
}

/** An interval of times; empty where there is none. */
export function range(low: number | null, high: number | null): string {
  return low === null || high === null ? 'interval open' : `${signed(low)} to ${signed(high)}`;
}
