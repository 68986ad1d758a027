import type { Cell, CellOverhead, Cliff, CliffResult, CliffSetting } from '../../model/index.js';
import { interval, number, quantity, ratio } from '../format.js';
import { seriesLooks } from '../palette.js';
import { PUBLISHED_CLIFF } from '../published-cliff.js';
import { counted, oneLine } from '../text.js';
import { ratioTicks, type Chart } from './chart.js';
import { linePlot, type LinePoint } from './lines.js';
import { ratioDot, settingsPlot } from './settings.js';

const cpusText = (cpus: number): string => counted(cpus, 'CPU');
const cellText = ({ threads, cpus }: Cell): string => `${counted(threads, 'thread')} on ${cpusText(cpus)}`;
const upTo = (values: readonly number[]): number[] => [...new Set(values)].toSorted((a, b) => a - b);

/** Overhead by threads, from native on, whatever lies below it included; `marks` are where it jumps. */
function overThreads(
  points: readonly LinePoint[],
  lines: readonly string[],
  marks: readonly { readonly panel: string; readonly x: number }[],
): Chart['spec'] {
  const values = [1, ...points.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y])];
  const plot = {
    points,
    lines,
    xTitle: 'threads',
    xTicks: upTo(points.map(({ x }) => x)),
    xLabel: 'datum.value',
    xLinear: true,
    yTitle: 'time over native',
    yFormat: '',
    yDomain: null,
    yLog: true,
    yTicks: ratioTicks([Math.min(...values) * 0.9, Math.max(...values) * 1.1], true),
    rule: 1,
    marks,
  };
  return (layout) => linePlot(plot, layout);
}

/** The sweep, what was published of such a cliff, and what settings do there. */
export function cliffCharts(result: CliffResult): Chart[] {
  return [
    ...(result.cells.length === 0 ? [] : [sweepChart(result)]),
    publishedChart(),
    ...(result.settings.length === 0 ? [] : [settingsChart(result.settings)]),
  ];
}

/** Overhead by threads: a panel for each platform, a line for each number of CPUs. */
function sweepChart({ cells, cliffs, title }: CliffResult): Chart {
  const [worst] = cliffs;
  const lines = upTo(cells.map(({ cpus }) => cpus)).map(cpusText);
  const tipOf = (it: CellOverhead): string =>
    `${it.environment}, ${cellText(it)}\n${ratio(it.ratio)} native (${interval(it.low, it.high)}), n = ${it.n}\n${quantity(it.ns, 'ns')} against ${quantity(it.nativeNs, 'ns')}`;
  const points = cells.map((it): LinePoint => ({
    line: cpusText(it.cpus),
    x: it.threads,
    y: it.ratio,
    low: it.low,
    high: it.high,
    tip: tipOf(it),
    panel: oneLine(it.environment, 60),
  }));
  const marks = cliffs.map(({ environment, threads }) => ({ panel: oneLine(environment, 60), x: threads }));
  return {
    id: 'sweep',
    title: worst
      ? `${oneLine(title, 60)}: with ${cellText(worst)} ${oneLine(worst.environment, 60)} takes ${ratio(worst.overhead)} native’s time, against ${ratio(worst.before)} with ${cellText(worst.from)}`
      : `${oneLine(title, 60)}: no step of the overhead by half between neighbouring cells`,
    note: 'Time in gVisor over native’s with as many threads on the same CPUs, median over blocks, log scale; 1 is native. Dashed: a cell at least half as dear again as its neighbour, beyond what launches differ by. Rules: 95 % intervals.',
    spec: overThreads(points, lines, marks),
    table: {
      columns: ['environment', 'threads', 'CPUs', 'time over native', '95 % interval', 'n', 'native', 'gVisor', 'step'],
      rows: cells.map((it) => [
        it.environment,
        String(it.threads),
        String(it.cpus),
        ratio(it.ratio),
        interval(it.low, it.high),
        counted(it.n, 'block'),
        quantity(it.nativeNs, 'ns'),
        quantity(it.ns, 'ns'),
        stepOf(it, cliffs),
      ]),
    },
  };
}

function stepOf(cell: CellOverhead, cliffs: readonly Cliff[]): string {
  const cliff = cliffs.find(
    (it) => it.environment === cell.environment && it.threads === cell.threads && it.cpus === cell.cpus,
  );
  return cliff === undefined ? '' : `${ratio(cliff.ratio)} of ${cellText(cliff.from)}`;
}

/** What others saw on a larger machine. */
function publishedChart(): Chart {
  const { rows, cpus } = PUBLISHED_CLIFF;
  const lines = ['systrap', 'ptrace'] as const;
  const points = rows.flatMap((row) =>
    lines.map((line): LinePoint => ({
      line,
      x: row.threads,
      y: row[line] / row.native,
      low: null,
      high: null,
      tip: `${line}, ${counted(row.threads, 'thread')}: ${number(row[line])} s against ${number(row.native)} s`,
      panel: '',
    })),
  );
  return {
    id: 'published',
    title: `Published, not measured here: LightGBM on ${cpus} cores with ${cpus} threads took 5.62 s natively and 361 s in gVisor on systrap`,
    note: 'google/gvisor issue 11431, February 2025: c6gd.2xlarge (ARM), single observations of a user. Dashed: as many threads as cores.',
    spec: overThreads(points, lines, [{ panel: '', x: cpus }]),
    table: {
      columns: ['threads', 'native, s', 'systrap, s', 'ptrace, s', 'systrap over native', 'ptrace over native'],
      rows: rows.map((it) => [
        String(it.threads),
        String(it.native),
        String(it.systrap),
        String(it.ptrace),
        ratio(it.systrap / it.native),
        ratio(it.ptrace / it.native),
      ]),
    },
  };
}

/** Each setting in each cell in which it was tried. */
function settingsChart(settings: readonly CliffSetting[]): Chart {
  const placeOf = (it: CliffSetting): string =>
    `${oneLine(it.environment.replace(/^gvisor-/, ''), 30)}, ${cellText(it)}`;
  const places = [...new Set(settings.map(placeOf))];
  const sorted = settings.toSorted((a, b) => a.overDefault.ratio - b.overDefault.ratio);
  const best = sorted.find(({ avoids }) => avoids);
  return {
    id: 'settings',
    title: best
      ? `${oneLine(best.setting, 60)} takes ${ratio(best.overDefault.ratio)} of the time with ${cellText(best)} (${oneLine(best.environment, 60)}), and ${ratio(best.overNative.ratio)} native’s`
      : 'No setting about threads helps beyond what launches differ by',
    note: 'Time with the setting over the same platform’s without it, in the cells where the overhead jumps (or is greatest): left of the line it helps. Rules: 95 % intervals; hollow: too few blocks for one.',
    spec: (layout) =>
      settingsPlot(
        {
          dots: settings.map((it) =>
            ratioDot(
              oneLine(it.setting, 64),
              placeOf(it),
              it.overDefault,
              `${oneLine(it.setting, 64)} (${oneLine(it.value, 100)})\n${placeOf(it)}\n${ratio(it.overDefault.ratio)} of the time without it, ${ratio(it.overNative.ratio)} native’s`,
            ),
          ),
          rows: [...new Set(sorted.map((it) => oneLine(it.setting, 64)))],
          environments: seriesLooks(places),
          dodge: places.length > 1,
        },
        'one setting',
        layout,
      ),
    table: {
      columns: ['setting', 'sets', 'where', 'over default', '95 % interval', 'over native', 'n'],
      rows: sorted.map((it) => [
        it.setting,
        it.value,
        placeOf(it),
        ratio(it.overDefault.ratio),
        interval(it.overDefault.low, it.overDefault.high),
        ratio(it.overNative.ratio),
        counted(it.overDefault.n, 'block'),
      ]),
    },
  };
}
