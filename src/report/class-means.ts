import { NATIVE, type WorkloadClass } from '../model/index.js';
import type { DataTable } from './charts/chart.js';
import { profilePairs } from './compare.js';
import { interval, ratio } from './format.js';
import { counted, oneLine } from './text.js';
import { CLASS_TITLES, type ReportView } from './view.js';

/** Geometric means over cases, a row a class; columns are environments over native, then tuned profiles over what they tune. */
export function classMeansTable(view: ReportView): DataTable | null {
  const pairs = profilePairs(view);
  const columns = [
    ...view.others.map(({ id, label }) => ({ environment: id, baseline: NATIVE as string, title: label })),
    ...pairs.map(({ base, tuned }) => ({
      environment: tuned.id,
      baseline: base.id,
      title:
        pairs.length === 1
          ? `${oneLine(tuned.record.profile.id, 40)} over default`
          : `${tuned.label} over ${base.label}`,
    })),
  ];
  const classes = [...new Set(view.means.map((it) => it.class))];
  if (classes.length === 0) return null;
  return {
    columns: ['class', 'cases', 'blocks', ...columns.map(({ title }) => title)],
    rows: classes.map((name) => {
      const own = view.means.filter((it) => it.class === name);
      const all = Math.max(...own.map(({ cases }) => cases));
      return [
        CLASS_TITLES[name as WorkloadClass] ?? name,
        String(all),
        span(own.map(({ n }) => n)),
        ...columns.map(({ environment, baseline }) => {
          const found = own.find((it) => it.environment === environment && it.baseline === baseline);
          if (found === undefined) return '–';
          const { ratio: value, low, high, cases } = found;
          return `${ratio(value)} (${interval(low, high)})${cases === all ? '' : `, ${counted(cases, 'case')}`}`;
        }),
      ];
    }),
  };
}

function span(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? String(least) : `${least}–${most}`;
}
