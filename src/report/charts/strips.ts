import { median } from '../../stats/index.js';
import { quantity, ratio, scaleFor, slowModeText, type Scale } from '../format.js';
import { TOKENS } from '../theme.js';
import { counted } from '../text.js';
import type { CaseView, ReportView } from '../view.js';
import { logTicks, rowAxis, TIP, type Chart, type Layout, type Spec } from './chart.js';
import { lookEncodings } from './point-intervals.js';

/** Dots per case and environment. Beyond it every k-th by size is drawn, with the least and the greatest, so that the shape stays. */
const MOST_DOTS = 400;

interface Dot {
  readonly environment: string;
  readonly value: number;
  readonly jitter: number;
  readonly tip: string;
}

/** One small chart per case: every completed trial a dot, native too, so that two modes are seen for what they are. */
export function stripCharts(view: ReportView): Chart[] {
  return view.cases.flatMap((aCase, index) => {
    const unit = view.rows.find((row) => row.case === aCase.id && row.metric === aCase.headline)?.unit ?? 'ns';
    const taken = view.trials(aCase.id).flatMap(({ trial, value }) => (value === null ? [] : [{ trial, value }]));
    if (taken.length === 0) return [];
    const scale = scaleFor(median(taken.map(({ value }) => value))!, unit);
    const groups = view.measured.map((environment) => {
      const own = taken.filter(({ trial }) => trial.environmentId === environment.id);
      return { environment, all: own.length, drawn: thinned(own) };
    });
    const dots = groups.flatMap(({ environment, drawn }) =>
      drawn.map(({ trial, value }): Dot => ({
        environment: environment.label,
        value: value / scale.divisor,
        // Golden-ratio steps spread neighbours evenly, and the same in every drawing of the same data.
        jitter: (trial.sequence * 0.618_033_988_75) % 1,
        tip: `${environment.name}: ${quantity(value, unit, scale)}\nblock ${trial.block + 1}, trial ${trial.sequence + 1} of the run`,
      })),
    );
    const most = Math.max(...groups.map((group) => group.all));
    return [
      {
        id: `trials-${String(index + 1).padStart(2, '0')}`,
        title: aCase.label,
        note: [
          ...modesNotes(view, aCase),
          ...(most > MOST_DOTS
            ? [`${MOST_DOTS} of up to ${counted(most, 'trial')} an environment are drawn, evenly by rank.`]
            : []),
        ].join(' '),
        spec: (layout: Layout) => stripSpec(view, aCase, dots, scale, layout),
        table: {
          columns: ['environment', 'trials', 'least', 'median', 'greatest', 'greatest / least'],
          rows: groups
            .filter((group) => group.all > 0)
            .map(({ environment, all, drawn }) => {
              const sorted = drawn.map(({ value }) => value).toSorted((a, b) => a - b);
              const [least, greatest] = [sorted[0]!, sorted.at(-1)!];
              const cells = [least, median(sorted)!, greatest].map((value) => quantity(value, unit, scale));
              return [environment.label, String(all), ...cells, least > 0 ? ratio(greatest / least) : '–'];
            }),
        },
      },
    ];
  });
}

/** A sentence for each environment whose launches come in two modes. */
function modesNotes(view: ReportView, aCase: CaseView): string[] {
  return view.measured.flatMap(({ id, name }) => {
    const modes = view.spreads.find((it) => it.case === aCase.id && it.environment === id)?.modes;
    return modes ? [`${name} in two modes: ${slowModeText(modes)}.`] : [];
  });
}

function stripSpec(view: ReportView, aCase: CaseView, dots: readonly Dot[], scale: Scale, { width }: Layout): Spec {
  const drawn = new Set(dots.map((dot) => dot.environment));
  const domain = view.measured.map((environment) => environment.label).filter((label) => drawn.has(label));
  const values = dots.map((dot) => dot.value);
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const log = least > 0 && greatest / least > 6;
  const labelWidth = 86;
  return {
    title: { text: aCase.label, fontSize: 12, limit: width, frame: 'bounds', offset: 6 },
    width: width - labelWidth - 12,
    height: { step: 20 },
    data: { values: dots },
    encoding: {
      y: {
        field: 'environment',
        type: 'nominal',
        scale: { domain, paddingInner: 0.35, paddingOuter: 0.1 },
        axis: rowAxis(labelWidth, true),
      },
      x: {
        field: 'value',
        type: 'quantitative',
        scale: log ? { type: 'log', nice: false, padding: 8 } : { zero: false, nice: false, padding: 8 },
        axis: {
          ...(log ? { values: logTicks([least, greatest], true) } : { tickCount: 4 }),
          labelOverlap: 'greedy',
          format: greatest >= 1e5 ? '~s' : ',~r',
          title: `${scale.suffix || aCase.headline}${log ? ', log scale' : ''}`,
        },
      },
    },
    layer: [
      {
        mark: { type: 'tick', thickness: 1.5, size: 19, color: TOKENS.soft.light, aria: false },
        encoding: { x: { field: 'value', type: 'quantitative', aggregate: 'median' } },
      },
      {
        mark: { type: 'circle', size: 17, opacity: 0.72 },
        encoding: {
          yOffset: { field: 'jitter', type: 'quantitative', scale: { domain: [0, 1] } },
          color: lookEncodings('environment', view.measured, null).colour,
          ...TIP,
        },
      },
    ],
  };
}

function thinned<T extends { readonly value: number }>(items: readonly T[]): readonly T[] {
  if (items.length <= MOST_DOTS) return items;
  const sorted = items.toSorted((a, b) => a.value - b.value);
  return Array.from(
    { length: MOST_DOTS },
    (_, index) => sorted[Math.round((index * (sorted.length - 1)) / (MOST_DOTS - 1))]!,
  );
}
