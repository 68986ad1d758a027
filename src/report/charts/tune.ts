import type { BeyondNative, Rung, SettingEffect, Standing, TuneResult } from '../../model/index.js';
import { interval, ratio } from '../format.js';
import { LOOKS, seriesLooks } from '../palette.js';
import { counted, oneLine } from '../text.js';
import { CLASS_TITLES } from '../view.js';
import type { Chart } from './chart.js';
import { dotPlot, type Dot } from './dots.js';
import { ratioDot, settingsPlot } from './settings.js';

const KINDS = { alone: 'alone, against the defaults', 'left-out': 'in tuned, against tuned without it' } as const;
const ENVIRONMENTS = [
  { label: KINDS.alone, look: LOOKS[2]! },
  { label: KINDS['left-out'], look: LOOKS[3]! },
];

const classTitle = (name: SettingEffect['class']): string => (name === 'all' ? 'all classes' : CLASS_TITLES[name]);

/** A chart for all classes together, and one for each: what every setting does to the time. */
export function tuneCharts({ settings }: TuneResult): Chart[] {
  return [...new Set(settings.map((it) => it.class))].map((name) =>
    effectChart(
      name,
      settings.filter((it) => it.class === name),
    ),
  );
}

function effectChart(name: SettingEffect['class'], effects: readonly SettingEffect[]): Chart {
  const rowOf = ({ id }: SettingEffect): string => oneLine(id, 64);
  const alone = effects.filter(({ kind }) => kind === 'alone').toSorted((a, b) => a.ratio - b.ratio);
  const rows = [...new Set([...alone, ...effects].map(rowOf))];
  const sure = alone.find(({ high }) => high !== null && high < 1);
  const cases = counted(Math.max(...effects.map((it) => it.cases)), 'case');
  return {
    id: `effects-${name}`,
    title: sure
      ? `${upper(classTitle(name))}: ${rowOf(sure)} alone takes ${ratio(sure.ratio)} of the time (${cases})`
      : `${upper(classTitle(name))}: no setting alone is faster beyond doubt (${cases})`,
    note: 'Time with the setting over time without it, geometric mean over the cases of a block: left of the line it helps. Rule: 95 % interval. Hollow point: too few blocks for one.',
    spec: (layout) =>
      settingsPlot(
        {
          dots: effects.map((it) =>
            ratioDot(
              rowOf(it),
              KINDS[it.kind],
              it,
              `${rowOf(it)} (${oneLine(it.value, 100)})\n${KINDS[it.kind]}: ${ratio(it.ratio)} of the time (${interval(it.low, it.high)}), n = ${it.n}`,
            ),
          ),
          rows,
          environments: ENVIRONMENTS,
          dodge: true,
        },
        'one setting',
        layout,
      ),
    table: {
      columns: ['setting', 'sets', 'compared', 'time', '95 % interval', 'n', 'isolation'],
      rows: effects.map((it) => [
        it.id,
        it.value,
        KINDS[it.kind],
        ratio(it.ratio),
        interval(it.low, it.high),
        counted(it.n, 'block'),
        it.isolation,
      ]),
    },
  };
}

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** How the search of each class went: what every combination stood at after every rung that it was in. */
export function searchCharts({ search }: TuneResult): Chart[] {
  return [...new Set(search.map((it) => it.class))].map((name) =>
    searchChart(
      name,
      search.filter((it) => it.class === name),
    ),
  );
}

/** A combination by what differs from the winner, where that is shorter: the beginnings of long ones are alike. */
function combinationText(settings: readonly string[], winner: readonly string[] | null): string {
  const own = settings.join(' + ');
  if (winner === null) return oneLine(own, 64);
  if (own === winner.join(' + ')) return oneLine(`winner: ${own}`, 64);
  const more = settings.filter((id) => !winner.includes(id));
  const less = winner.filter((id) => !settings.includes(id));
  const differs = ['winner', ...less.map((id) => `− ${id}`), ...more.map((id) => `+ ${id}`)].join(' ');
  return oneLine(differs.length < own.length ? differs : own, 64);
}

function searchChart(name: Rung['class'], rungs: readonly Rung[]): Chart {
  const last = rungs.at(-1)!;
  const winner = last.standings.find(({ kept }) => kept);
  const rowOf = ({ settings }: Standing): string => combinationText(settings, winner?.settings ?? null);
  const rungText = ({ rung }: Rung): string => `rung ${rung + 1}`;
  const seen = rungs.flatMap((rung) =>
    rung.standings.flatMap((it) => (it.ratio === null ? [] : [{ ...it, ratio: it.ratio, in: rungText(rung) }])),
  );
  // Who came furthest stands first.
  const rows = [...new Set(rungs.toReversed().flatMap(({ standings }) => standings.map(rowOf)))];
  return {
    id: `search-${name}`,
    title: winner
      ? `${upper(classTitle(name))}: ${oneLine(winner.settings.join(' + '), 200)} comes out of ${counted(rungs[0]!.standings.length, 'combination')}, at ${ratio(winner.ratio)} of the time`
      : `${upper(classTitle(name))}: no combination came through the search`,
    note: 'Time over the defaults’, geometric mean over the class’s cases, of all blocks up to that rung. Rule: one standard error, by whose left end the halves are made. What won was chosen for being fast: see the fresh blocks.',
    spec: (layout) =>
      dotPlot(
        {
          dots: seen.map((it): Dot => ({
            row: rowOf(it),
            environment: it.in,
            value: it.ratio,
            low: it.low,
            high: it.high,
            open: it.failed,
            tip: `${oneLine(it.settings.join(' + '), 200)}\n${it.in}: ${ratio(it.ratio)} of the defaults’ time, n = ${it.n}${it.failed ? ', failed' : ''}`,
          })),
          rows,
          environments: seriesLooks(rungs.map(rungText)),
          dodge: true,
          one: 'defaults',
          axisTitle: 'time over the defaults’, log scale',
        },
        layout,
      ),
    table: {
      columns: ['settings', 'rung', 'time', 'one standard error', 'n', 'goes on'],
      rows: rungs.flatMap((rung) =>
        rung.standings.map((it) => [
          it.settings.join(', '),
          String(rung.rung + 1),
          ratio(it.ratio),
          interval(it.low, it.high),
          counted(it.n, 'block'),
          it.failed ? 'failed' : it.kept ? 'yes' : 'no',
        ]),
      ),
    },
  };
}

const SIDES = [
  { label: 'in gVisor', look: LOOKS[2]! },
  { label: 'natively', look: LOOKS[0]! },
  { label: 'over and above native', look: LOOKS[3]! },
];

/** What variables do on both sides. */
export function nativeCharts({ beyondNative }: TuneResult): Chart[] {
  const all = beyondNative.filter((it) => it.class === 'all');
  if (all.length === 0) return [];
  const rowOf = (it: BeyondNative): string => oneLine(it.setting ?? it.environment, 64);
  const own = all.filter(
    ({ native, beyond }) => beyond.high !== null && beyond.high < 1 && native.high !== null && !(native.high < 1),
  );
  return [
    {
      id: 'native-as-well',
      title:
        own.length > 0
          ? `Of ${rowOf(own[0]!)} gVisor gains more than native would: ${ratio(own[0]!.beyond.ratio)} over and above`
          : 'What guest variables give in gVisor and natively, side by side',
      note: 'Time with the settings over time without them, in gVisor and natively in the same blocks, over all cases; and the one over the other: left of the line it helps gVisor beyond what would help anybody.',
      spec: (layout) =>
        settingsPlot(
          {
            dots: all.flatMap((it) =>
              [it.gvisor, it.native, it.beyond].map((value, i) =>
                ratioDot(
                  rowOf(it),
                  SIDES[i]!.label,
                  value,
                  `${rowOf(it)}, ${SIDES[i]!.label}: ${ratio(value.ratio)} (${interval(value.low, value.high)}), n = ${value.n}`,
                ),
              ),
            ),
            rows: [...new Set(all.map(rowOf))],
            environments: SIDES,
            dodge: true,
          },
          'several settings',
          layout,
        ),
      table: {
        columns: ['settings', 'class', 'in gVisor', 'natively', 'over and above', '95 % interval', 'n'],
        rows: beyondNative.map((it) => [
          rowOf(it),
          it.class,
          ratio(it.gvisor.ratio),
          ratio(it.native.ratio),
          ratio(it.beyond.ratio),
          interval(it.beyond.low, it.beyond.high),
          counted(it.beyond.n, 'block'),
        ]),
      },
    },
  ];
}
