import type { VmaLook, VmasResult } from '../../model/index.js';
import { environmentName, mostOf, ROLES } from '../../study/index.js';
import { number, quantity } from '../format.js';
import { looksOf, type Look } from '../palette.js';
import { listed, oneLine } from '../text.js';
import { TOKENS } from '../theme.js';
import { logEncoding, logTicks, TIP, type Chart, type Layout, type Spec } from './chart.js';
import { lookEncodings } from './point-intervals.js';

/** More looks of one trial than this cannot be told apart in a drawing. */
const MOST_POINTS = 60;

interface Point {
  readonly environment: string;
  readonly block: number;
  readonly x: number;
  readonly y: number;
  readonly tip: string;
  /** At the highest point of a line: how high. */
  readonly peak: string | null;
}

/** Where the horizontal axis comes from. */
interface Axis {
  readonly id: string;
  readonly title: string;
  readonly of: (look: VmaLook) => number | null;
  /** Looks that belong on it. */
  readonly cut: (looks: readonly VmaLook[]) => readonly VmaLook[];
  readonly finding: (result: VmasResult, nameOf: ReadonlyMap<string, string>) => string;
}

/** Mappings over time; and over work done, where the program says how far it is. */
export function vmasCharts(result: VmasResult): Chart[] {
  const unit = oneLine(result.workUnit ?? 'work', 24);
  const most = Math.max(0, ...result.series.flatMap(({ looks }) => looks.map(({ done }) => done ?? 0)));
  const divisor = most >= 2e6 ? 1e6 : 1;
  const axes: Axis[] = [
    {
      id: 'vmas-time',
      title: 'seconds since the launch',
      of: ({ atMs }) => atMs / 1000,
      cut: (looks) => looks,
      finding: peaksTitle,
    },
    {
      id: 'vmas-work',
      title: divisor === 1 ? `${unit} done` : `million ${unit} done`,
      of: ({ done }) => (done === null ? null : done / divisor),
      // When all is done the memory is freed, which is another story.
      cut: (looks) => looks.filter((look, i) => look.done !== looks.at(-1)!.done || look.done !== looks[i - 1]?.done),
      finding: (seen, nameOf) => growthTitle(seen, nameOf, divisor === 1 ? unit : `million ${unit}`, divisor),
    },
  ];
  return axes.flatMap((axis) => chartOf(result, axis) ?? []);
}

function chartOf(result: VmasResult, axis: Axis): Chart | null {
  const ids = [...new Set(result.series.map(({ environment }) => environment))];
  const records = result.environments.filter(({ id }) => ids.includes(id));
  const nameOf = new Map(records.map((record) => [record.id, oneLine(environmentName(record), 48)]));
  const points = result.series.flatMap((series) => {
    const looks = axis.cut(series.looks.filter((look) => axis.of(look) !== null && mostOf(look) > 0));
    const highest = looks.reduce((most, look, i) => (mostOf(look) > mostOf(looks[most]!) ? i : most), 0);
    const step = Math.max(1, Math.ceil(looks.length / MOST_POINTS));
    const kept = looks.filter((_, i) => i % step === 0 || i === highest || i === looks.length - 1);
    const name = nameOf.get(series.environment)!;
    return kept.map((look): Point => ({
      environment: name,
      block: series.block,
      x: axis.of(look)!,
      y: mostOf(look),
      peak: look === looks[highest] ? number(mostOf(look)) : null,
      tip: `${name}: ${number(mostOf(look))} mappings\n${(look.atMs / 1000).toFixed(1)} s after the launch${look.bytes === null ? '' : `, ${quantity(look.bytes, 'bytes')}`}\n${Object.entries(
        look.vmas,
      )
        .map(([role, count]) => `${ROLES[role as keyof typeof ROLES]}: ${number(count)}`)
        .join('\n')}`,
    }));
  });
  // One look has no course.
  if (new Set(points.map(({ x }) => x)).size < 2) return null;
  const scale = looksOf(records.map(({ id }) => id));
  const lines = records.map(({ id }) => ({ label: nameOf.get(id)!, look: scale.get(id)! }));
  return {
    id: axis.id,
    title: axis.finding(result, nameOf),
    note:
      'Memory mappings on the host of the process that has most, logarithmic; one line a trial. ' +
      (result.published.length === 0 ? '' : 'Dotted: what others published, on another host and with more memory. ') +
      'Dashed: what one process may have here.',
    spec: (layout) => spec(result, axis, points, lines, layout),
    table: {
      columns: ['environment', 'block', axis.title, 'mappings'],
      rows: points.map(({ environment, block, x, y }) => [
        environment,
        String(block + 1),
        number(x),
        Math.round(y).toLocaleString('en-US'),
      ]),
    },
  };
}

function peaksTitle({ peaks, title }: VmasResult, nameOf: ReadonlyMap<string, string>): string {
  const said = peaks
    .toSorted((a, b) => b.vmas - a.vmas)
    .map(({ environment, vmas }) => `${number(vmas)} in ${nameOf.get(environment)!}`);
  return said.length === 0
    ? 'Memory mappings over time'
    : `Mappings of “${oneLine(title, 40)}”: at most ${listed(said)}`;
}

/** What the second half of the work adds, for each environment; the first trial that completed stands for it. */
function growthTitle(
  { series, environments }: VmasResult,
  nameOf: ReadonlyMap<string, string>,
  unit: string,
  divisor: number,
): string {
  const said = environments.flatMap(({ id }) => {
    const looks = series
      .find((it) => it.environment === id && it.outcome.kind === 'completed')
      ?.looks.filter(({ done }) => done !== null);
    const last = looks?.at(-1)?.done;
    const [from, to] = [looks?.find(({ done }) => done! >= last! / 2), looks?.find(({ done }) => done === last)];
    if (!from || !to || from.done === to.done) return [];
    const growth = ((mostOf(to) - mostOf(from)) / (to.done! - from.done!)) * divisor;
    return [`${number(growth)} in ${nameOf.get(id)!}`];
  });
  return said.length === 0
    ? 'Memory mappings over work done'
    : `In the second half of the work, each ${unit} adds ${listed(said)}`;
}

function spec(
  { published, maxMapCount }: VmasResult,
  axis: Axis,
  points: readonly Point[],
  lines: readonly { readonly label: string; readonly look: Look }[],
  { width, narrow }: Layout,
): Spec {
  const rules = [
    ...published.map(({ what, vmas, source }) => ({
      y: vmas,
      text: `≈ ${vmas.toLocaleString('en-US')} ${oneLine(what, 60)}${narrow ? '' : ` (${oneLine(source, 40)})`}`,
      dash: 'published',
      side: vmas > 1000 ? 'above' : 'below',
    })),
    ...(maxMapCount === null
      ? []
      : [
          {
            y: maxMapCount,
            text: `vm.max_map_count ${maxMapCount.toLocaleString('en-US')}`,
            dash: 'limit',
            side: 'below',
          },
        ]),
  ];
  const values = [...points.map(({ y }) => y), ...rules.map(({ y }) => y)];
  const domain: [number, number] = [Math.min(...values) / 1.6, Math.max(...values) * 1.9];
  const most = Math.max(...points.map(({ x }) => x));
  const x = (field: string): Spec => ({
    field,
    type: 'quantitative',
    scale: { domain: [0, most * (narrow ? 1.16 : 1.09)], nice: false, zero: true },
    axis: { title: axis.title, grid: false, tickCount: narrow ? 4 : 8 },
  });
  const y = logEncoding(
    domain,
    logTicks(domain, narrow),
    (tick) => tick.toLocaleString('en-US'),
    'memory mappings, log scale',
  );
  const { colour } = lookEncodings('environment', lines, {
    symbolType: 'stroke',
    symbolStrokeWidth: 3,
    columns: narrow ? 1 : 3,
  });
  const line = (dash: string, strokeDash: number[], color: string): Spec => ({
    data: { values: rules.filter((rule) => rule.dash === dash) },
    mark: { type: 'rule', color, strokeWidth: 1.25, strokeDash, aria: false },
    encoding: { y: y('y') },
  });
  const label = (side: string, dash: string, color: string): Spec => ({
    data: { values: rules.filter((rule) => rule.side === side && rule.dash === dash) },
    mark: {
      type: 'text',
      ...(side === 'below' && dash === 'published' ? { align: 'right', x: width - 76 } : { align: 'left', x: 4 }),
      dy: side === 'above' ? -7 : 8,
      fontSize: narrow ? 8.5 : 10,
      limit: width - 80,
      color,
      aria: false,
    },
    encoding: { y: y('y'), text: { field: 'text', type: 'nominal' } },
  });
  return {
    width: width - 72,
    height: narrow ? 300 : 380,
    data: { values: points },
    layer: [
      line('published', [2, 3], TOKENS.ink.light),
      line('limit', [7, 4], TOKENS.alarm.light),
      label('above', 'published', TOKENS.ink.light),
      label('below', 'published', TOKENS.ink.light),
      label('below', 'limit', TOKENS.alarm.light),
      {
        mark: { type: 'line', strokeWidth: 2, interpolate: 'step-after', aria: false },
        encoding: { x: x('x'), y: y('y'), color: colour, detail: { field: 'block' } },
      },
      {
        mark: { type: 'point', size: 10, filled: true, opacity: 1 },
        encoding: {
          x: x('x'),
          y: y('y'),
          color: colour,
          ...TIP,
        },
      },
      {
        transform: [{ filter: 'isValid(datum.peak)' }],
        mark: { type: 'text', align: 'center', dy: -10, fontSize: 11, fontWeight: 600, aria: false },
        encoding: { x: x('x'), y: y('y'), text: { field: 'peak', type: 'nominal' }, color: colour },
      },
    ],
  };
}
