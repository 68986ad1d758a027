import type { SummaryRow } from '../../model/index.js';
import { interval, quantity, ratio } from '../format.js';
import { oneLine, outcomesText } from '../text.js';
import type { CaseView, ReportView } from '../view.js';
import { Table } from './figure.js';
import { Section } from './page.js';

/** The headline of every case in every environment, and all metrics of a case on request. */
export function Numbers({ view }: { view: ReportView }) {
  return (
    <Section id="s-numbers" title="Numbers">
      <p>
        Medians of the blocks that both sides completed; ratios are raw, environment over native: more than 1 is slower for times, faster for throughput. Further metrics of each case below;
        the same rows are in <code>summary.json</code>.
      </p>
      <Table
        table={{
          columns: ['case', 'environment', 'metric', 'native', 'median', 'ratio', '95 % interval', 'n', 'outcomes'],
          rows: view.cases.flatMap((aCase) => view.others.flatMap((environment) => {
            const row = view.row(aCase.id, environment.id, aCase.headline);
            return row ? [[aCase.label, environment.label, oneLine(row.metric, 40), ...cells(row), outcomesText(row.outcome_counts)]] : [];
          })),
        }}
      />
      <h3>All metrics</h3>
      {view.cases.map((aCase) => <CaseDetails view={view} aCase={aCase} />)}
    </Section>
  );
}

function CaseDetails({ view, aCase }: { view: ReportView; aCase: CaseView }) {
  const metrics = [...new Set(view.rows.filter((row) => row.case === aCase.id).map((row) => row.metric))];
  return (
    <details>
      <summary>
        {aCase.label} <span class="quiet">{oneLine(aCase.id, 60)}</span>
      </summary>
      <p>{oneLine(aCase.description, 300)}</p>
      <Table
        table={{
          columns: ['metric', 'environment', 'native', 'median', 'ratio', '95 % interval', 'n', 'better'],
          rows: metrics.flatMap((metric) => view.others.flatMap((environment) => {
            const row = view.row(aCase.id, environment.id, metric);
            return row ? [[oneLine(metric, 60), environment.label, ...cells(row), row.better]] : [];
          })),
        }}
      />
    </details>
  );
}

function cells(row: SummaryRow): string[] {
  return [
    quantity(row.native_median, row.unit), quantity(row.median, row.unit), ratio(row.ratio),
    row.ratio === null ? '–' : interval(row.ratio_low, row.ratio_high), String(row.n),
  ];
}
