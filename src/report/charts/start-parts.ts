import type { StartPart, StartRow, StartupResult } from '../../model/index.js';
import { quantity, scaleFor } from '../format.js';
import { START_PART_NAMES } from '../../study/index.js';
import { PHASES, START_PARTS, TOKENS } from '../theme.js';
import { oneLine } from '../text.js';
import { linearTicks, rowAxis, tickLabels, TIP, type Chart, type DataTable, type Layout, type Spec } from './chart.js';

/** What is drawn of a row: the stretches between marks, or the parts of the sandbox's start. */
interface Bar {
  readonly row: StartRow;
  readonly parts: readonly StartPart[];
  readonly totalNs: number;
}

/** For each case two charts with one bar per environment and kind of start: the whole, and the sandbox's start alone. */
export function startPartsCharts({ rows }: StartupResult): Chart[] {
  return [...new Set(rows.map((row) => row.case))].flatMap((id, index) => {
    const own = rows.filter((row) => row.case === id);
    return [wholeChart(id, index, own), sandboxChart(id, index, own)];
  });
}

/** What the program does has the colours that it has in the report of a run. */
const SEGMENT_NAMES = ['sandbox', 'interpreter', 'imports', 'first row', 'rest of the work', 'exit and removal'];
const SEGMENT_COLOURS = new Map(SEGMENT_NAMES.map((name, index) => [name, PHASES[index]!.light]));
const INSIDE = START_PART_NAMES.filter((name) => !SEGMENT_COLOURS.has(name));
const colourOf = (name: string): string =>
  SEGMENT_COLOURS.get(name) ?? START_PARTS[INSIDE.indexOf(name) % START_PARTS.length]!.light;
const partName = ({ name }: StartPart): string => oneLine(name, 40);
const rowName = ({ environment, kind }: StartRow): string =>
  oneLine(`${environment.replace(/^gvisor-/, '')}, ${kind}`, 48);

function barOf(row: StartRow, parts: readonly StartPart[]): Bar {
  return { row, parts, totalNs: parts.reduce((sum, { ns }) => sum + ns, 0) };
}

/** Parts of one segment as one. */
function segmentsOf({ parts }: StartRow): StartPart[] {
  return SEGMENT_NAMES.flatMap((segment) => {
    const own = parts.filter((part) => part.segment === segment);
    const [first] = own;
    if (first === undefined) return [];
    if (own.length === 1) return [{ ...first, name: segment }];
    const ns = own.reduce((sum, part) => sum + part.ns, 0);
    return [{ ...first, name: segment, source: 'marks', ns, low: null, high: null }];
  });
}

function wholeChart(id: string, index: number, rows: readonly StartRow[]): Chart {
  const bars = rows.map((row) => barOf(row, segmentsOf(row)));
  const slowest = longest(bars);
  const most = slowest.parts.reduce((a, b) => (b.ns > a.ns ? b : a));
  return {
    id: `start-${index}`,
    title: `${oneLine(id, 60)}: from ${quantity(Math.min(...bars.map(({ totalNs }) => totalNs)), 'ns')} to ${quantity(slowest.totalNs, 'ns')}; the slowest spends most on ${most.name}`,
    note: 'Spawn to deletion, divided at marks of measured launches. Medians and their sum.',
    spec: (layout) => specOf(bars, layout),
    table: tableOf(bars),
  };
}

function sandboxChart(id: string, index: number, rows: readonly StartRow[]): Chart {
  const bars = rows.map((row) =>
    barOf(
      row,
      row.parts.filter(({ segment }) => segment === 'sandbox'),
    ),
  );
  const slowest = longest(bars);
  const [first, second] = slowest.parts.toSorted((a, b) => b.ns - a.ns);
  return {
    id: `sandbox-${index}`,
    title: `${oneLine(id, 60)}: of the longest way to the first instruction, ${[first, second].flatMap((part) => (part ? `${partName(part)} takes ${quantity(part.ns, 'ns')}` : [])).join(', ')}`,
    note: 'Spawn to the first instruction: shares of instrumented launches, laid over the measured stretch.',
    spec: (layout) => specOf(bars, layout),
    table: tableOf(bars),
  };
}

const longest = (bars: readonly Bar[]): Bar => bars.reduce((a, b) => (b.totalNs > a.totalNs ? b : a));

function tableOf(bars: readonly Bar[]): DataTable {
  return {
    columns: ['environment', 'start', 'part', 'median', '95 % interval', 'from'],
    rows: bars.flatMap(({ row, parts }) =>
      parts.map((it) => [
        row.environment,
        row.kind,
        it.name,
        quantity(it.ns, 'ns'),
        it.low === null ? 'open' : `${quantity(it.low, 'ns')}–${quantity(it.high, 'ns')}`,
        it.source,
      ]),
    ),
  };
}

function specOf(bars: readonly Bar[], { width, narrow }: Layout): Spec {
  const scale = scaleFor(longest(bars).totalNs, 'ns');
  const labelWidth = narrow ? 150 : 230;
  const plotWidth = width - labelWidth - 10;
  const most = longest(bars).totalNs / scale.divisor;
  const ticks = linearTicks(most, narrow ? 3 : 6);
  const values = bars.flatMap(({ row, parts, totalNs }) => {
    let at = 0;
    return parts.map((part) => {
      const from = at / scale.divisor;
      at += part.ns;
      return {
        row: rowName(row),
        part: partName(part),
        from,
        to: at / scale.divisor,
        tip: `${rowName(row)}\n${partName(part)}: ${quantity(part.ns, 'ns')}, ${Math.round((100 * part.ns) / totalNs)} % (${part.source}, n = ${part.n})`,
      };
    });
  });
  const x = (field: string): Spec => ({
    field,
    type: 'quantitative',
    scale: { domain: [0, most / (1 - 62 / plotWidth)], nice: false },
    axis: { values: ticks, labelExpr: tickLabels(ticks, (tick) => `${tick} ${scale.suffix}`), title: null },
  });
  const drawn = [...SEGMENT_NAMES, ...INSIDE].filter((name) => values.some(({ part }) => part === name));
  return {
    width: plotWidth,
    height: { step: 26 },
    encoding: {
      y: {
        field: 'row',
        type: 'nominal',
        scale: { domain: bars.map(({ row }) => rowName(row)), paddingInner: 0.28, paddingOuter: 0.1 },
        axis: rowAxis(labelWidth, narrow),
      },
    },
    layer: [
      {
        data: { values },
        mark: { type: 'bar', stroke: TOKENS.ground.light, strokeWidth: 0.75 },
        encoding: {
          x: x('from'),
          x2: { field: 'to' },
          color: {
            field: 'part',
            type: 'nominal',
            scale: { domain: drawn, range: drawn.map(colourOf) },
            legend: { symbolType: 'square', columns: narrow ? 2 : 6, symbolStrokeWidth: 0 },
          },
          ...TIP,
        },
      },
      {
        data: {
          values: bars.map(({ row, totalNs }) => ({
            row: rowName(row),
            total: totalNs / scale.divisor,
            text: quantity(totalNs, 'ns'),
          })),
        },
        mark: { type: 'text', align: 'left', dx: 6, fontSize: 10, color: TOKENS.ink.light, aria: false },
        encoding: { x: x('total'), text: { field: 'text', type: 'nominal' } },
      },
    ],
  };
}
