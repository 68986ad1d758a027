import type { StartPart, StartRow, StartupResult } from '../../model/index.js';
import { quantity, scaleFor, type Scale } from '../format.js';
import { START_PART_NAMES } from '../../study/index.js';
import { PHASES, START_PARTS, TOKENS } from '../theme.js';
import { oneLine } from '../text.js';
import { linearTicks, rowAxis, tickLabels, type Chart, type Layout, type Spec } from './chart.js';

/** For each case one bar per environment and kind of start, made of its parts. */
export function startPartsCharts({ rows }: StartupResult): Chart[] {
  return [...new Set(rows.map((row) => row.case))].map((id, index) => chartOf(id, index, rows));
}

/** What the program does has the colours that it has in the report of a run. */
const PROGRAM = new Map(
  ['interpreter', 'imports', 'first row', 'rest of the work', 'exit and removal'].map(
    (name, index) => [name, PHASES[index + 1]!.light] as const,
  ),
);
const OTHERS = START_PART_NAMES.filter((name) => !PROGRAM.has(name));
const colourOf = (name: string): string =>
  PROGRAM.get(name) ?? START_PARTS[OTHERS.indexOf(name) % START_PARTS.length]!.light;
const partName = ({ name }: StartPart): string => oneLine(name, 40);
const rowName = ({ environment, kind }: StartRow): string =>
  oneLine(`${environment.replace(/^gvisor-/, '')}, ${kind}`, 48);

function chartOf(id: string, index: number, all: readonly StartRow[]): Chart {
  const rows = all.filter((row) => row.case === id);
  const scale = scaleFor(Math.max(...rows.map(({ sumNs }) => sumNs)), 'ns');
  const slowest = rows.reduce((a, b) => (b.sumNs > a.sumNs ? b : a));
  const part = slowest.parts.reduce((a, b) => (b.ns > a.ns ? b : a));
  return {
    id: `start-${index}`,
    title: `${oneLine(id, 60)}: from ${quantity(Math.min(...rows.map(({ wholeNs }) => wholeNs)), 'ns')} to ${quantity(slowest.wholeNs, 'ns')}; the slowest spends most on ${partName(part)}`,
    note: 'Spawn to deletion. Parts of the sandbox’s start and of its removal are shares of instrumented launches, laid over the measured stretch. Medians and their sum.',
    spec: (layout) => specOf(rows, scale, layout),
    table: {
      columns: ['environment', 'start', 'part', 'median', '95 % interval', 'from'],
      rows: rows.flatMap((row) =>
        row.parts.map((it) => [
          row.environment,
          row.kind,
          it.name,
          quantity(it.ns, 'ns'),
          it.low === null ? 'open' : `${quantity(it.low, 'ns')}–${quantity(it.high, 'ns')}`,
          it.source,
        ]),
      ),
    },
  };
}

function specOf(rows: readonly StartRow[], scale: Scale, layout: Layout): Spec {
  const { width, narrow } = layout;
  const labelWidth = narrow ? 150 : 220;
  const plotWidth = width - labelWidth - 10;
  const most = Math.max(...rows.map(({ sumNs }) => sumNs)) / scale.divisor;
  const ticks = linearTicks(most, narrow ? 3 : 6);
  const values = rows.flatMap((row) => {
    let at = 0;
    return row.parts.map((part) => {
      const from = at / scale.divisor;
      at += part.ns;
      return {
        row: rowName(row),
        part: partName(part),
        from,
        to: at / scale.divisor,
        tip: `${rowName(row)}\n${partName(part)}: ${quantity(part.ns, 'ns')}, ${Math.round((100 * part.ns) / row.sumNs)} % (${part.source}, n = ${part.n})`,
      };
    });
  });
  const x = (field: string): Spec => ({
    field,
    type: 'quantitative',
    scale: { domain: [0, most / (1 - 62 / plotWidth)], nice: false },
    axis: { values: ticks, labelExpr: tickLabels(ticks, (tick) => `${tick} ${scale.suffix}`), title: null },
  });
  const drawn = START_PART_NAMES.filter((name) => values.some(({ part }) => part === name));
  return {
    width: plotWidth,
    height: { step: 26 },
    encoding: {
      y: {
        field: 'row',
        type: 'nominal',
        scale: { domain: rows.map(rowName), paddingInner: 0.28, paddingOuter: 0.1 },
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
          tooltip: { field: 'tip', type: 'nominal' },
          description: { field: 'tip', type: 'nominal' },
        },
      },
      {
        data: {
          values: rows.map((row) => ({
            row: rowName(row),
            total: row.sumNs / scale.divisor,
            text: quantity(row.sumNs, 'ns'),
          })),
        },
        mark: { type: 'text', align: 'left', dx: 6, fontSize: 10, color: TOKENS.ink.light, aria: false },
        encoding: { x: x('total'), text: { field: 'text', type: 'nominal' } },
      },
    ],
  };
}
