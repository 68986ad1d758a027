import { compareHeadline, type ProfilePair } from '../compare.js';
import { interval, ratio } from '../format.js';
import { counted, oneLine } from '../text.js';
import { judge, type ReportView } from '../view.js';
import type { Chart } from './chart.js';
import { dotPlot, type Dot } from './dots.js';

/** Overhead with gVisor's defaults beside overhead with a profile; sorted by what it wins back. */
export function tunedChart(view: ReportView, { base, tuned }: ProfilePair, index: number, title: string): Chart | null {
  const cases = view.cases
    .flatMap((aCase) => {
      const change = compareHeadline(view, aCase, tuned.id, base.id);
      const [before, after] = [view.overhead(aCase, base.id), view.overhead(aCase, tuned.id)];
      return change && before && after ? [{ aCase, change, before, after }] : [];
    })
    .toSorted((a, b) => a.change.value - b.change.value);
  if (cases.length === 0) return null;
  const profile = oneLine(tuned.record.profile.id, 40);
  const dots = cases.flatMap(({ aCase, change, before, after }) =>
    [
      { environment: base, overhead: before },
      { environment: tuned, overhead: after },
    ].map(({ environment, overhead }): Dot => ({
      row: aCase.label,
      environment: environment.label,
      value: overhead.value,
      // Intervals to native would hide the comparison that this chart is about; its own is in the text.
      low: null,
      high: null,
      open: judge(change) === 'open',
      tip: `${aCase.label}\n${environment.name}: ${ratio(overhead.value)} of native\n${profile} over default: ${ratio(change.value)} (${interval(change.low, change.high)}), n = ${change.n}`,
    })),
  );
  const labels = new Map(cases.map(({ aCase, change }) => [aCase.label, verdict(change)]));
  return {
    id: index === 0 ? 'tuned' : `tuned-${index + 1}`,
    title,
    note:
      `Both against native (the line at 1). At the right: time with ${profile} over time with the defaults, inside blocks, where its 95 % interval ` +
      'leaves out 1; “≈” where it does not, “?” (and hollow points) where n is too small for an interval.',
    spec: (layout) =>
      dotPlot(
        {
          dots,
          rows: cases.map(({ aCase }) => aCase.label),
          labels,
          environments: [base, tuned],
          dodge: false,
          axisTitle: 'time relative to native, log scale',
        },
        layout,
      ),
    table: {
      columns: ['case', base.label, tuned.label, `${profile} / default`, '95 % interval', 'n'],
      rows: cases.map(({ aCase, before, after, change }) => [
        aCase.label,
        ratio(before.value),
        ratio(after.value),
        ratio(change.value),
        interval(change.low, change.high),
        counted(change.n, 'block'),
      ]),
    },
  };
}

function verdict(change: Parameters<typeof judge>[0]): string {
  const kind = judge(change);
  if (kind === 'open') return '?';
  return kind === 'unclear' ? '≈' : ratio(change.value);
}
