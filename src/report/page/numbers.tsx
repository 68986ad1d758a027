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
        Medians of the blocks that both sides completed; ratios are raw, environment over native: more than 1 is slower
        for times, faster for throughput. The same rows are in <code>summary.json</code>.
      </p>
      <div class="scroll" tabIndex={0} role="group" aria-label="headline numbers, scrolls sideways">
        <table>
          <thead>
            <tr>
              <th scope="col">case</th>
              <th scope="col">environment</th>
              {['native', 'median', 'ratio', '95 % interval', 'n'].map((name) => (
                <th scope="col" class="num">
                  {name}
                </th>
              ))}
              <th scope="col">outcomes</th>
            </tr>
          </thead>
          {view.cases.map((aCase) => (
            <CaseRows view={view} aCase={aCase} />
          ))}
        </table>
      </div>
      <h3>All metrics</h3>
      {view.cases.map((aCase) => (
        <CaseDetails view={view} aCase={aCase} />
      ))}
    </Section>
  );
}

function CaseRows({ view, aCase }: { view: ReportView; aCase: CaseView }) {
  const rows = view.others.flatMap((environment) => {
    const row = view.row(aCase.id, environment.id, aCase.headline);
    return row ? [{ environment, row }] : [];
  });
  return (
    <tbody>
      {rows.map(({ environment, row }, index) => (
        <tr>
          {index === 0 && (
            <th scope="rowgroup" rowSpan={rows.length}>
              {aCase.label} <span class="quiet">{oneLine(aCase.headline, 40)}</span>
            </th>
          )}
          <td>{environment.label}</td>
          {cells(row).map((cell) => (
            <td class="num">{cell}</td>
          ))}
          <td>{outcomesText(row.outcome_counts)}</td>
        </tr>
      ))}
    </tbody>
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
          rows: metrics.flatMap((metric) =>
            view.others.flatMap((environment) => {
              const row = view.row(aCase.id, environment.id, metric);
              return row ? [[oneLine(metric, 60), environment.label, ...cells(row), row.better]] : [];
            }),
          ),
        }}
      />
    </details>
  );
}

function cells(row: SummaryRow): string[] {
  return [
    quantity(row.native_median, row.unit),
    quantity(row.median, row.unit),
    ratio(row.ratio),
    row.ratio === null ? '–' : interval(row.ratio_low, row.ratio_high),
    String(row.n),
  ];
}
