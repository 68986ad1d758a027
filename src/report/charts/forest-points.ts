import { interval, ratio } from '../format.js';
import { counted, outcomesText } from '../text.js';
import { judge, type CaseView, type ReportView } from '../view.js';
import { outerEnd, type OuterEnd, type PointInterval } from './point-intervals.js';

/** What is drawn for one case in one environment; `value` is `null` where nothing could be compared, and `text` says why. */
export interface Point extends PointInterval, OuterEnd {
  readonly case: string;
  readonly environment: string;
  readonly text: string;
  /** The same with the environment's name, in the first row of a class: labels stand at the data. */
  readonly longText: string;
}

/** The cases of one class. */
export interface Panel {
  readonly title: string;
  readonly cases: readonly CaseView[];
  readonly points: readonly Point[];
}

/** What there is to draw of a case. @param first the first row of its class, which names the environments */
export function pointsOf(view: ReportView, aCase: CaseView, first: boolean): Point[] {
  return view.others.flatMap((environment): Point[] => {
    const row = view.row(aCase.id, environment.id, aCase.headline);
    const overhead = view.overhead(aCase, environment.id);
    // Left of native's line the text stands at the left, where there is room for the figure only.
    const cheaper = overhead !== null && (overhead.high ?? overhead.value) < 1;
    const place = { case: aCase.label, environment: environment.label };
    const named = (text: string): { text: string; longText: string } => ({
      text,
      longText: first && !cheaper ? `${text}   ${environment.label}` : text,
    });
    if (overhead === null) {
      const why = outcomesText(row?.outcome_counts ?? {}, ['completed']);
      const tip = `${aCase.label}\n${environment.name}: no ratio (${why || 'nothing measured'})`;
      return why === ''
        ? []
        : [
            {
              ...place,
              ...named(`no ratio: ${why}`),
              value: null,
              low: null,
              high: null,
              open: true,
              end: 1,
              side: 'right',
              tip,
            },
          ];
    }
    const { value, low, high, n } = overhead;
    return [
      {
        ...place,
        ...named(ratio(value)),
        value,
        low,
        high,
        open: judge(overhead) === 'open',
        ...outerEnd(value, low, high),
        tip: `${aCase.label}\n${environment.name}: ${ratio(value)} (${interval(low, high)})\nn = ${counted(n, 'block')}, ${aCase.headline}`,
      },
    ];
  });
}

/** Dearest first, by the first environment. */
export function sortedByOverhead(view: ReportView, cases: readonly CaseView[]): CaseView[] {
  const first = view.others[0]?.id ?? '';
  const of = (aCase: CaseView): number => view.overhead(aCase, first)?.value ?? 0;
  return cases.toSorted((a, b) => of(b) - of(a));
}
