import type { Certificate, ModeShiftPoint, PowerPoint } from '../../model/index.js';
import { TIP, type Chart } from './chart.js';
import { linePlot, type LinePoint } from './lines.js';
import { oneLine } from '../text.js';

const percent = (share: number): string => `${Math.round(100 * share)} %`;
const rateText = ({ value, low, high }: PowerPoint): string => `${percent(value)} (${percent(low)}–${percent(high)})`;
const KIND_WORDS = { cpu: 'CPU work', syscall: 'system calls', fault: 'page faults' } as const;

/** A series by name: long names are cut off where they are drawn, for two may have the same beginning. */
const seriesOf = (it: { readonly case: string; readonly environment: string }): string =>
  oneLine(`${it.case} in ${it.environment}`, 200);
/** Names the series where there are several. */
const among = (all: readonly PowerPoint[], one: PowerPoint): string =>
  new Set(all.map(seriesOf)).size > 1 ? ` (${oneLine(seriesOf(one), 80)})` : '';

/** Slowdowns below half a per cent are not told from none. */
const LEAST_DRAWN = 0.005;

/** Charts of a certificate; those for which it has nothing are left out. */
export function certificateCharts(certificate: Certificate): Chart[] {
  return [powerChart(certificate), rulesChart(certificate), modesChart(certificate), varianceChart(certificate)].filter(
    (chart) => chart !== null,
  );
}

function powerChart({ power }: Certificate): Chart | null {
  const blocks = Math.max(0, ...power.map((point) => point.blocks));
  const shown = power.filter((point) => point.blocks === blocks);
  if (shown.length === 0) return null;
  // A logarithmic axis has no place for what came to nothing; the table has it.
  const placed = shown.filter(({ achieved }) => achieved >= LEAST_DRAWN);
  const lines = [...new Set(placed.map(({ kind }) => KIND_WORDS[kind]))];
  const sure = shown.filter(({ kind, value }) => kind === 'cpu' && value >= 0.8);
  const [least] = sure.toSorted((a, b) => a.slowdown - b.slowdown);
  return {
    id: 'power',
    title:
      least === undefined
        ? `No injected slowdown is seen in 80 % of gates of ${blocks} blocks`
        : `A slowdown of ${(100 * least.achieved).toFixed(1)} % by CPU work is seen in ${percent(least.value)} of gates of ${blocks} blocks${among(shown, least)}`,
    note: `Slowdowns that were really injected inside the sandbox, and how often the gate called them a regression, with 95 % intervals of a bootstrap over the pool’s blocks.`,
    spec: (layout) =>
      linePlot(
        {
          points: placed.map((point): LinePoint => ({
            line: KIND_WORDS[point.kind],
            x: point.achieved,
            y: point.value,
            low: point.low,
            high: point.high,
            panel: seriesOf(point),
            tip: `${oneLine(seriesOf(point), 120)}\n${KIND_WORDS[point.kind]}, ${percent(point.slowdown)} asked, ${(100 * point.achieved).toFixed(1)} % reached\nseen in ${rateText(point)} of gates of ${blocks} blocks`,
          })),
          lines,
          xTitle: 'slowdown that was reached, log scale',
          xTicks: [0.01, 0.02, 0.03, 0.05, 0.1, 0.2],
          xLabel: "format(datum.value, '.0%')",
          yTitle: 'seen as a regression',
          yFormat: '.0%',
          yDomain: [0, 1],
          rule: 0,
        },
        layout,
      ),
    table: {
      columns: ['case', 'environment', 'kind', 'asked', 'reached', 'blocks', 'seen'],
      rows: shown.map((point) => [
        point.case,
        point.environment,
        KIND_WORDS[point.kind],
        percent(point.slowdown),
        `${(100 * point.achieved).toFixed(1)} %`,
        String(point.blocks),
        rateText(point),
      ]),
    },
  };
}

function rulesChart({ power, otherRules }: Certificate): Chart | null {
  const chosen = (points: readonly PowerPoint[]): PowerPoint[] =>
    points.filter(({ kind, slowdown }) => kind === 'cpu' && (slowdown === 0.05 || slowdown === 0.1));
  const own = chosen(power);
  if (own.length === 0 || otherRules.length === 0) return null;
  const all = [
    ...own.map((point) => ({ line: 'seebench', point })),
    ...otherRules.flatMap(({ rule, powerAtSameRate }) =>
      chosen(powerAtSameRate).map((point) => ({ line: rule, point })),
    ),
  ];
  const at = (line: string, blocks: number): number =>
    all.find((it) => it.line === line && it.point.slowdown === 0.05 && it.point.blocks === blocks)?.point.value ?? 0;
  const most = Math.max(...own.map(({ blocks }) => blocks));
  return {
    id: 'other-rules',
    title: `At the same rate of false alarms, ${most} blocks show a 5 % slowdown to this gate in ${percent(at('seebench', most))} of cases, to benchstat’s U test in ${percent(at('benchstat', most))}${among(own, own[0]!)}`,
    note: 'The same trials, judged by the rules of other tools with their thresholds moved until they call as many identical pairs different as this gate does. Their own thresholds are in the table.',
    spec: (layout) =>
      linePlot(
        {
          points: all.map(({ line, point }): LinePoint => ({
            line,
            x: point.blocks,
            y: point.value,
            low: null,
            high: null,
            panel: `${percent(point.slowdown)} by CPU work\n${seriesOf(point)}`,
            tip: `${line}: ${percent(point.slowdown)} slower, ${point.blocks} blocks\nseen in ${rateText(point)}`,
          })),
          lines: ['seebench', ...otherRules.map(({ rule }) => rule)],
          xTitle: 'blocks, log scale',
          xTicks: [...new Set(own.map(({ blocks }) => blocks))],
          xLabel: "format(datum.value, 'd')",
          yTitle: 'seen as a regression',
          yFormat: '.0%',
          yDomain: [0, 1],
        },
        layout,
      ),
    table: {
      columns: [
        'rule',
        'what it is',
        'false alarms as it is',
        'case',
        'environment',
        'slowdown',
        'blocks',
        'seen as it is',
        'seen at the same rate',
      ],
      rows: otherRules.flatMap(({ rule, definition, falsePositiveRate, power: asIs, powerAtSameRate }) =>
        chosen(powerAtSameRate).map((point, i) => [
          rule,
          definition,
          `${(100 * falsePositiveRate.value).toFixed(1)} %`,
          point.case,
          point.environment,
          percent(point.slowdown),
          String(point.blocks),
          rateText(chosen(asIs)[i]!),
          rateText(point),
        ]),
      ),
    },
  };
}

function modesChart({ modeShift }: Certificate): Chart | null {
  if (modeShift.length === 0) return null;
  const panel = (point: ModeShiftPoint): string =>
    `slow mode +${Math.round(100 * point.shift)} points\n${seriesOf(point)}`;
  const blocks = Math.max(...modeShift.map((point) => point.blocks));
  const shift = Math.min(...modeShift.map((point) => point.shift));
  const shown = modeShift.filter((point) => point.blocks === blocks && point.shift === shift);
  const mean = (line: 'gate' | 'medians'): string =>
    percent(shown.reduce((sum, point) => sum + point[line].value, 0) / shown.length);
  return {
    id: 'modes',
    title: `When ${Math.round(100 * shift)} points more launches fall into the slow mode, ${blocks} blocks show it to this gate in ${mean('gate')} of cases, to the median of block ratios in ${mean('medians')}`,
    note: 'Sides made of real launches: the candidate’s share of slow ones is larger by so many points. Beside the gate: the median of the block ratios, with the same confidence and smallest effect.',
    spec: (layout) =>
      linePlot(
        {
          points: modeShift.flatMap((point) =>
            (['gate', 'medians'] as const).map((line): LinePoint => ({
              line: line === 'gate' ? 'seebench' : 'median of block ratios',
              x: point.blocks,
              y: point[line].value,
              low: point[line].low,
              high: point[line].high,
              panel: panel(point),
              tip: `${panel(point)}\n${line}: seen in ${percent(point[line].value)} of gates of ${point.blocks} blocks`,
            })),
          ),
          lines: ['seebench', 'median of block ratios'],
          xTitle: 'blocks, log scale',
          xTicks: [10, 20, 40, 80],
          xLabel: "format(datum.value, 'd')",
          yTitle: 'seen as a regression',
          yFormat: '.0%',
          yDomain: [0, 1],
        },
        layout,
      ),
    table: {
      columns: ['case', 'environment', 'shift', 'blocks', 'gate', 'median'],
      rows: modeShift.map((it) => [
        it.case,
        it.environment,
        `${Math.round(100 * it.shift)} points`,
        String(it.blocks),
        percent(it.gate.value),
        percent(it.medians.value),
      ]),
    },
  };
}

function varianceChart({ variance }: Certificate): Chart | null {
  const known = variance.filter(({ width }) => Number.isFinite(width));
  if (known.length === 0) return null;
  const methods = [...new Set(known.map(({ method }) => method))];
  const series = [...new Set(known.map((row) => oneLine(`${row.case}, ${row.environment}`, 44)))];
  const best = known.filter(({ method }) => method === 'iteration by iteration').map(({ width }) => width);
  const mean = Math.exp(best.reduce((sum, width) => sum + Math.log(width), 0) / Math.max(1, best.length));
  return {
    id: 'variance',
    title: `Blocks compared iteration by iteration have intervals of ${percent(mean)} of the width that two lots of trials have`,
    note: 'Width of the 95 % interval of identical pairs, relative to comparing medians without blocks; geometric mean over cases in the title. Covariates are used by the gate where they explain something.',
    spec: (layout) => ({
      width: layout.width - (layout.narrow ? 150 : 220),
      height: { step: layout.narrow ? 22 : 24 },
      data: {
        values: known.map((row) => ({
          method: row.method,
          series: oneLine(`${row.case}, ${row.environment}`, 44),
          width: row.width,
          tip: `${row.case} in ${row.environment}, ${row.method}\nwidth ${percent(row.width)}, sd of the log-ratio ${row.sd.toFixed(3)}, n = ${row.n}`,
        })),
      },
      mark: { type: 'point', filled: true, size: 40, opacity: 0.85, color: '#0067a8' },
      encoding: {
        y: { field: 'method', type: 'nominal', sort: methods, axis: { labelLimit: 210 } },
        x: {
          field: 'width',
          type: 'quantitative',
          scale: { zero: true },
          axis: { format: '.0%', title: 'width of the interval, relative', grid: true },
        },
        ...TIP,
      },
    }),
    table: {
      columns: ['method', ...series],
      rows: methods.map((method) => [
        method,
        ...series.map((name) => {
          const row = known.find((it) => it.method === method && oneLine(`${it.case}, ${it.environment}`, 44) === name);
          return row ? percent(row.width) : '–';
        }),
      ]),
    },
  };
}
