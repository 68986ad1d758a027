import { interval, quantity, ratio, scaleFor } from '../format.js';
import type { ReportView } from '../view.js';
import type { Chart } from './chart.js';
import { dotPlot, type Dot } from './dots.js';

/** A metric of the whole trial in its own unit, native beside the others, for every case that has it; sorted by the greatest ratio. */
export function absoluteChart(
  view: ReportView,
  options: {
    readonly id: string;
    readonly metric: string;
    readonly title: string;
    readonly note: string;
    readonly what: string;
  },
): Chart | null {
  const rows = view.cases
    .flatMap((aCase) => {
      const cells = view.measured.flatMap((environment) => {
        const row = view.row(aCase.id, environment.id, options.metric);
        return row && row.median !== null && row.median > 0 ? [{ environment, row, value: row.median }] : [];
      });
      const most = Math.max(0, ...cells.map(({ row }) => row.ratio ?? 0));
      return cells.length < 2 ? [] : [{ aCase, cells, most }];
    })
    .toSorted((a, b) => b.most - a.most);
  if (rows.length === 0) return null;
  const unit = rows[0]!.cells[0]!.row.unit;
  const values = rows.flatMap(({ cells }) => cells.map((cell) => cell.value)).toSorted((a, b) => a - b);
  const scale = scaleFor(values[values.length >> 1]!, unit);
  const dots = rows.flatMap(({ aCase, cells }) =>
    cells.map(({ environment, row, value }): Dot => ({
      row: aCase.label,
      environment: environment.label,
      value,
      low: row.median_low !== null && row.median_low > 0 ? row.median_low : null,
      high: row.median_low !== null && row.median_low > 0 ? row.median_high : null,
      open: false,
      tip:
        `${aCase.label}\n${environment.name}: ${quantity(value, unit)}` +
        (environment.id === 'native'
          ? ''
          : `, ${ratio(row.ratio)} of native (${interval(row.ratio_low, row.ratio_high)})`) +
        `\nn = ${row.n}`,
    })),
  );
  return {
    id: options.id,
    title: options.title,
    note: options.note,
    spec: (layout) =>
      dotPlot(
        {
          dots,
          rows: rows.map(({ aCase }) => aCase.label),
          labels: new Map(rows.map(({ aCase, most }) => [aCase.label, most > 0 ? ratio(most) : ''])),
          environments: view.measured,
          dodge: true,
          axisTitle: `${options.what}${scale.suffix === '' ? '' : `, ${scale.suffix}`}, log scale`,
          scale: { divisor: scale.divisor, suffix: '' },
        },
        layout,
      ),
    table: {
      columns: ['case', ...view.measured.map((environment) => environment.label), 'greatest ratio'],
      rows: rows.map(({ aCase, cells, most }) => [
        aCase.label,
        ...view.measured.map((environment) =>
          quantity(cells.find((cell) => cell.environment === environment)?.value ?? null, unit),
        ),
        ratio(most === 0 ? null : most),
      ]),
    },
  };
}
