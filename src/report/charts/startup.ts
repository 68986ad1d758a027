import { MARK_NAMES, type MarkName, type Trial } from '../../model/index.js';
import { quantity, scaleFor, type Scale } from '../format.js';
import { median } from '../../stats/index.js';
import { PHASES, TOKENS } from '../theme.js';
import type { CaseView, EnvironmentView, ReportView } from '../view.js';
import { linearTicks, rowAxis, tickLabels, TIP, type Chart, type Layout, type Spec } from './chart.js';

/** What lies before each mark, in words, in the order of the marks after `spawn`. */
const PHASE_TITLES: Readonly<Record<Exclude<MarkName, 'spawn'>, string>> = {
  guest: 'sandbox',
  interpreter: 'interpreter',
  imports: 'imports',
  first_result: 'first result',
  done: 'rest of the work',
  deleted: 'exit and clean-up',
};
const ENDS = MARK_NAMES.filter((name): name is Exclude<MarkName, 'spawn'> => name !== 'spawn');

interface Phase {
  readonly environment: string;
  readonly phase: string;
  readonly from: number;
  readonly to: number;
  readonly tip: string;
}

interface Panel {
  readonly aCase: CaseView;
  readonly phases: readonly Phase[];
  readonly totals: readonly { readonly environment: string; readonly total: number; readonly text: string }[];
  readonly scale: Scale;
}

/** Where the time of a start goes: medians of the phases between marks, stacked, for the cases of class `startup`. */
export function startupChart(view: ReportView, title: string): Chart | null {
  const panels = view.cases.filter((aCase) => aCase.class === 'startup').flatMap((aCase) => panelOf(view, aCase) ?? []);
  if (panels.length === 0) return null;
  return {
    id: 'startup',
    title,
    note:
      'Median of each phase between two marks of a trial, from spawn to deleted, and their sum. Each case has its own axis. ' +
      'Where a program does not send a mark, its phase is part of the next one.',
    spec: (layout) => ({
      vconcat: panels.map((panel, index) => panelSpec(panel, view.measured, layout, index === 0)),
      spacing: 18,
      // Each panel has the same colours; shared scales would have one legend per panel, or none.
      resolve: { scale: { color: 'independent' } },
    }),
    table: {
      columns: ['case', 'environment', 'phase', 'median'],
      rows: panels.flatMap(({ aCase, phases, scale }) =>
        phases.map(({ environment, phase, from, to }) => [
          aCase.label,
          environment,
          phase,
          quantity((to - from) * scale.divisor, 'ns'),
        ]),
      ),
    },
  };
}

function panelOf(view: ReportView, aCase: CaseView): Panel | null {
  const stacks = view.measured.flatMap((environment) => {
    const trials = view
      .trials(aCase.id)
      .filter(({ trial, outcome }) => outcome === 'completed' && trial.environmentId === environment.id);
    const phases = phaseMedians(trials.map(({ trial }) => trial));
    return phases.length === 0
      ? []
      : [{ environment, phases, total: phases.reduce((sum, phase) => sum + phase.ns, 0), n: trials.length }];
  });
  if (stacks.length === 0) return null;
  const scale = scaleFor(Math.max(...stacks.map((stack) => stack.total)), 'ns');
  return {
    aCase,
    scale,
    phases: stacks.flatMap(({ environment, phases, n }) => {
      let at = 0;
      return phases.map(({ end, begin, ns }): Phase => {
        const from = at / scale.divisor;
        at += ns;
        const tip = `${aCase.label}\n${environment.name}: ${PHASE_TITLES[end]} ${quantity(ns, 'ns')}\n${begin} → ${end}, median of ${n} trials`;
        return { environment: environment.label, phase: PHASE_TITLES[end], from, to: at / scale.divisor, tip };
      });
    }),
    totals: stacks.map(({ environment, total }) => ({
      environment: environment.label,
      total: total / scale.divisor,
      text: quantity(total, 'ns'),
    })),
  };
}

/** Median time between neighbouring marks, over the marks that at least half of the trials have. */
function phaseMedians(trials: readonly Trial[]): { begin: MarkName; end: Exclude<MarkName, 'spawn'>; ns: number }[] {
  let begin: MarkName = 'spawn';
  return ENDS.flatMap((end) => {
    const from = begin;
    const times = trials.flatMap(({ marks }) => {
      const [a, b] = [from === 'spawn' ? 0 : marks[from], marks[end]];
      return a === undefined || b === undefined ? [] : [Math.max(0, b - a)];
    });
    if (times.length === 0 || times.length * 2 < trials.length) return [];
    begin = end;
    return [{ begin: from, end, ns: median(times)! }];
  });
}

function panelSpec(
  { aCase, phases, totals, scale }: Panel,
  environments: readonly EnvironmentView[],
  { width, narrow }: Layout,
  first: boolean,
): Spec {
  const labelWidth = narrow ? 84 : 130;
  const plotWidth = width - labelWidth - 10;
  const most = Math.max(...totals.map(({ total }) => total));
  const domain = [0, most / (1 - 62 / plotWidth)];
  const ticks = linearTicks(most, narrow ? 3 : 6);
  const drawn = new Set(totals.map((total) => total.environment));
  const titles = ENDS.map((end) => PHASE_TITLES[end]);
  const x = (field: string): Spec => ({
    field,
    type: 'quantitative',
    scale: { domain, nice: false },
    axis: { values: ticks, labelExpr: tickLabels(ticks, (tick) => `${tick} ${scale.suffix}`), title: null },
  });
  return {
    title: { text: aCase.label, fontSize: 12, offset: 4, frame: 'bounds', limit: width },
    width: plotWidth,
    height: { step: 20 },
    encoding: {
      y: {
        field: 'environment',
        type: 'nominal',
        scale: {
          domain: environments.map(({ label }) => label).filter((label) => drawn.has(label)),
          paddingInner: 0.28,
          paddingOuter: 0.1,
        },
        axis: rowAxis(labelWidth, narrow),
      },
    },
    layer: [
      {
        data: { values: phases },
        mark: { type: 'bar', stroke: TOKENS.ground.light, strokeWidth: 0.75 },
        encoding: {
          x: x('from'),
          x2: { field: 'to' },
          color: {
            field: 'phase',
            type: 'nominal',
            scale: { domain: titles, range: PHASES.map((phase) => phase.light) },
            legend: first ? { symbolType: 'square', columns: narrow ? 2 : 6, symbolStrokeWidth: 0 } : null,
          },
          ...TIP,
        },
      },
      {
        data: { values: totals },
        mark: { type: 'text', align: 'left', dx: 6, fontSize: 10, color: TOKENS.ink.light, aria: false },
        encoding: { x: x('total'), text: { field: 'text', type: 'nominal' } },
      },
    ],
  };
}
