import { NATIVE, type Bounded, type DensityResult, type WorkRow } from '../../model/index.js';
import { interval, quantity, ratio } from '../format.js';
import { oneLine } from '../text.js';
import type { Chart } from './chart.js';
import { environmentLines, linePlot, type LinePoint } from './lines.js';

/** Of names of others in a title. */
export const TITLE_CHARS = 40;
/** A line beside the environments’. */
const EVEN = 'an even share of the CPUs';

/** Charts of sandboxes that work at once; `null` where there is nothing of the kind. */
export function workingCharts(result: DensityResult): (Chart | null)[] {
  return [throughputChart(result), latencyChart(result), evennessChart(result), neighbourChart(result)];
}

/** What charts of working sandboxes have in common: an axis of powers of two, and points whose lines are environments' ids. */
function overN(
  rows: readonly { readonly environment: string; readonly n: number }[],
  plot: Pick<Parameters<typeof linePlot>[0], 'points' | 'yTitle' | 'yFormat' | 'yDomain' | 'yLog' | 'rule'>,
): Chart['spec'] {
  const xTicks = [...new Set(rows.map(({ n }) => n))].toSorted((a, b) => a - b);
  const { labelOf, ...lines } = environmentLines(rows);
  const points = plot.points.map((point) => ({ ...point, line: labelOf(point.line) }));
  const frame = { ...lines, points, xTitle: 'sandboxes that work at once', xTicks, xLabel: 'datum.label' };
  return (layout) => linePlot({ ...plot, ...frame }, layout);
}

function pointOf(row: WorkRow, { value, low, high }: Bounded, tip: string): LinePoint {
  const { environment, n } = row;
  const panel = oneLine(row.case);
  return {
    line: environment,
    x: n,
    y: value,
    low,
    high,
    panel,
    tip: `${oneLine(environment)}, ${n} × ${panel}\n${tip}`,
  };
}

function throughputChart({ working }: DensityResult): Chart | null {
  const rows = working.filter((row) => row.ratio !== null);
  if (rows.length === 0) return null;
  const points = rows.map((row) =>
    pointOf(
      row,
      row.ratio!,
      `all together ${quantity(row.throughput, `${row.unit}/s`)}\n${ratio(row.ratio!.value)} of one native (${interval(row.ratio!.low, row.ratio!.high)})`,
    ),
  );
  const best = rows
    .filter(({ environment }) => environment !== NATIVE)
    .toSorted((a, b) => b.ratio!.value - a.ratio!.value)[0];
  const ends = points.map(({ y, high }) => high ?? y);
  return {
    id: 'throughput',
    title:
      best === undefined
        ? 'Throughput of native sandboxes that work at once'
        : `At best, ${best.n} × ${oneLine(best.case, TITLE_CHARS)} in ${oneLine(best.environment, TITLE_CHARS)} get done ${ratio(best.ratio!.value)} of what one native sandbox does`,
    note: 'What all of them get done together in a window in which all work, over one native sandbox in the same round. Rule: 95 % interval over rounds, where there are enough. The line at 1 is one native sandbox.',
    spec: overN(rows, {
      points,
      yTitle: 'throughput over one native',
      yFormat: '.1f',
      yDomain: [0, Math.max(1, ...ends)],
      rule: 1,
    }),
    table: {
      columns: [
        'case',
        'environment',
        'n',
        'throughput',
        'over one native',
        '95 % interval',
        'over n native',
        'rounds',
      ],
      rows: working.map((row) => [
        row.case,
        row.environment,
        String(row.n),
        quantity(row.throughput, `${row.unit}/s`),
        ratio(row.ratio?.value ?? null),
        row.ratio === null ? '–' : interval(row.ratio.low, row.ratio.high),
        ratio(row.overNative?.value ?? null),
        String(row.rounds),
      ]),
    },
  };
}

function latencyChart({ working }: DensityResult): Chart | null {
  const rows = working.filter((row) => row.p95Ns !== null);
  if (rows.length === 0) return null;
  const worst = rows.toSorted((a, b) => b.p95Ns! / b.p50Ns! - a.p95Ns! / a.p50Ns!)[0]!;
  return {
    id: 'latency',
    title: `The widest from median to 95th percentile: ${quantity(worst.p50Ns, 'ns')} to ${quantity(worst.p95Ns, 'ns')}, with ${worst.n} × ${oneLine(worst.case, TITLE_CHARS)} in ${oneLine(worst.environment, TITLE_CHARS)}`,
    note: 'Time of one iteration: the point is the median over all sandboxes and rounds, the rule reaches up to the 95th percentile. Logarithmic.',
    spec: overN(rows, {
      points: rows.map((row) =>
        pointOf(
          row,
          { value: row.p50Ns! / 1e6, low: row.p50Ns! / 1e6, high: row.p95Ns! / 1e6 },
          `median ${quantity(row.p50Ns, 'ns')}, 95th percentile ${quantity(row.p95Ns, 'ns')}`,
        ),
      ),
      yTitle: 'ms an iteration, log scale',
      yFormat: '~s',
      yDomain: null,
      yLog: true,
    }),
    table: {
      columns: ['case', 'environment', 'n', 'median', '95th percentile'],
      rows: rows.map((row) => [
        row.case,
        row.environment,
        String(row.n),
        quantity(row.p50Ns, 'ns'),
        quantity(row.p95Ns, 'ns'),
      ]),
    },
  };
}

function evennessChart({ working }: DensityResult): Chart | null {
  const rows = working.filter(({ n }) => n > 1);
  if (rows.length === 0) return null;
  const least = rows.toSorted((a, b) => a.jain - b.jain)[0]!;
  return {
    id: 'fairness',
    title: `Shares of the work: least even with ${least.n} × ${oneLine(least.case, TITLE_CHARS)} in ${oneLine(least.environment, TITLE_CHARS)}, Jain’s index ${least.jain.toFixed(3)}`,
    note: 'Jain’s index over what each sandbox got done in the window, median of the rounds: 1 where all get the same, 1/n where one gets all.',
    spec: overN(rows, {
      points: rows.map((row) =>
        pointOf(row, { value: row.jain, low: null, high: null }, `Jain’s index ${row.jain.toFixed(3)}`),
      ),
      yTitle: 'Jain’s index',
      yFormat: '.2f',
      yDomain: [Math.min(0.9, ...rows.map((row) => row.jain)), 1],
    }),
    table: {
      columns: ['case', 'environment', 'n', 'Jain’s index', 'rounds'],
      rows: rows.map((row) => [row.case, row.environment, String(row.n), row.jain.toFixed(3), String(row.rounds)]),
    },
  };
}

function neighbourChart({ neighbours }: DensityResult): Chart | null {
  const worst = neighbours.toSorted((a, b) => b.slowdown.value - a.slowdown.value)[0];
  if (worst === undefined) return null;
  const even = [...new Map(neighbours.map(({ n, evenShare }) => [n, evenShare]))];
  const panel = `${oneLine(worst.steady, TITLE_CHARS)} beside ${oneLine(worst.noisy, TITLE_CHARS)}`;
  const points = [
    ...neighbours.map(({ environment, n, slowdown }): LinePoint => ({
      line: environment,
      x: n,
      y: slowdown.value,
      low: slowdown.low,
      high: slowdown.high,
      panel,
      tip: `${oneLine(environment)}, beside ${n - 1}\n${ratio(slowdown.value)} the time of alone (${interval(slowdown.low, slowdown.high)})`,
    })),
    ...even.map(([n, y]): LinePoint => ({
      line: EVEN,
      x: n,
      y,
      low: null,
      high: null,
      panel,
      tip: `CPUs divided evenly among ${n}: ${ratio(y)}`,
    })),
  ];
  const rows = [...neighbours, ...even.map(([n]) => ({ environment: EVEN, n }))];
  return {
    id: 'neighbours',
    title: `A steady ${oneLine(worst.steady, TITLE_CHARS)} is slower by up to ${ratio(worst.slowdown.value)}, beside ${worst.n - 1} × ${oneLine(worst.noisy, TITLE_CHARS)} in ${oneLine(worst.environment, TITLE_CHARS)}`,
    note: 'What it gets done alone over what it gets done beside the noisy ones of its own environment, in the same round. Below the line of even shares it gets more than that, above it less.',
    spec: overN(rows, {
      points,
      yTitle: 'slower than alone',
      yFormat: '.1f',
      yDomain: [0, Math.max(...points.map(({ y, high }) => high ?? y))],
    }),
    table: {
      columns: ['steady', 'noisy', 'environment', 'n', 'slower than alone', '95 % interval', 'even share', 'rounds'],
      rows: neighbours.map((row) => [
        row.steady,
        row.noisy,
        row.environment,
        String(row.n),
        ratio(row.slowdown.value),
        interval(row.slowdown.low, row.slowdown.high),
        ratio(row.evenShare),
        String(row.rounds),
      ]),
    },
  };
}
