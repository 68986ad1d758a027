import type { SettingEffect, TuneResult } from '../../model/index.js';
import { interval, ratio } from '../format.js';
import { LOOKS } from '../palette.js';
import { counted, oneLine } from '../text.js';
import { CLASS_TITLES } from '../view.js';
import type { Chart } from './chart.js';
import { dotPlot, type Dot } from './dots.js';

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
      dotPlot(
        {
          dots: effects.map((it): Dot => ({
            row: rowOf(it),
            environment: KINDS[it.kind],
            value: it.ratio,
            low: it.low,
            high: it.high,
            open: it.low === null,
            tip: `${rowOf(it)} (${oneLine(it.value, 100)})\n${KINDS[it.kind]}: ${ratio(it.ratio)} of the time (${interval(it.low, it.high)}), n = ${it.n}`,
          })),
          rows,
          labels: new Map(),
          environments: ENVIRONMENTS,
          dodge: true,
          one: 'no change',
          axisTitle: 'time with the setting over time without it, log scale',
        },
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
