import { NATIVE } from '../../model/index.js';
import { interval, quantity, ratio } from '../format.js';
import { oneLine } from '../text.js';
import { judge, overheadOf, type CaseView, type ReportView } from '../view.js';
import type { Chart } from './chart.js';
import { dotPlot, type Dot } from './dots.js';

const PREFIX = 'syscall_ns/';

/** Operations of a case's syscall suite whose cost can be told from nothing natively; what is timed beside 100 µs of work, less the work, may not. */
export function operationsOf(view: ReportView, aCase: CaseView): string[] {
  const names = view.rows
    .filter((row) => row.case === aCase.id && row.metric.startsWith(PREFIX))
    .map((row) => row.metric)
    .filter((metric) => {
      const native = view.row(aCase.id, NATIVE, metric);
      return (native?.median_low ?? native?.median ?? 0) > 0;
    });
  return [...new Set(names)];
}

/** Cost of each operation relative to native, sorted by the dearest environment. */
export function syscallChart(view: ReportView, aCase: CaseView, index: number, title: string): Chart | null {
  const rows = operationsOf(view, aCase)
    .flatMap((metric) => {
      const cells = view.others.flatMap((environment) => {
        const row = view.row(aCase.id, environment.id, metric);
        const overhead = overheadOf(row);
        return row && overhead ? [{ environment, row, overhead }] : [];
      });
      if (cells.length === 0) return [];
      const native = quantity(cells[0]!.row.native_median, 'ns');
      const name = oneLine(metric.slice(PREFIX.length), 40);
      return [
        {
          name,
          label: `${name} · ${native}`,
          native,
          cells,
          most: Math.max(...cells.map((cell) => cell.overhead.value)),
        },
      ];
    })
    .toSorted((a, b) => b.most - a.most);
  if (rows.length === 0) return null;
  const dots = rows.flatMap(({ label, name, native, cells }) =>
    cells.map(({ environment, row, overhead }): Dot => ({
      row: label,
      environment: environment.label,
      value: overhead.value,
      low: overhead.low,
      high: overhead.high,
      open: judge(overhead) === 'open',
      tip: `${name} on ${environment.name}: ${quantity(row.median, 'ns')} a call, native ${native}\n${ratio(overhead.value)} (${interval(overhead.low, overhead.high)}), n = ${overhead.n}`,
    })),
  );
  return {
    id: index === 0 ? 'syscalls' : `syscalls-${index + 1}`,
    title,
    note: 'One call relative to native, clock cost subtracted; beside each name what it costs natively. Operations that cannot be told from nothing natively are left out. In names, every_20us is so much work between the calls; crowded, that other threads keep the other CPUs busy; beside_1 and beside_2, that so many threads run beside. Thick rule: 95 % interval; hollow: n too small for one.',
    spec: (layout) =>
      dotPlot(
        {
          dots,
          rows: rows.map((row) => row.label),
          labels: new Map(rows.map((row) => [row.label, ratio(row.most)])),
          environments: view.others,
          dodge: true,
          axisTitle: 'time of a call relative to native, log scale',
        },
        layout,
      ),
    table: {
      columns: ['operation', 'native', ...view.others.flatMap(({ label }) => [label, `${label} ratio`])],
      rows: rows.map(({ name, native, cells }) => [
        name,
        native,
        ...view.others.flatMap((environment) => {
          const cell = cells.find((other) => other.environment === environment);
          return cell
            ? [
                quantity(cell.row.median, 'ns'),
                `${ratio(cell.overhead.value)} (${interval(cell.overhead.low, cell.overhead.high)})`,
              ]
            : ['–', '–'];
        }),
      ]),
    },
  };
}
