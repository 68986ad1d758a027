import { join } from 'node:path';
import { SeebenchError, type Changes, type Conformance, type ErrorRates, type SummaryRow } from '../model/index.js';
import type { StoredRun } from '../store/reader.js';
import { allCharts, makeCharts } from './charts/index.js';
import { guaranteeSentences, guaranteeTables } from './conform.js';
import { makeRenderer } from './charts/render.js';
import { drawChart } from './draw-chart.js';
import { findings } from './findings/sentences.js';
import { markdown } from './markdown.js';
import type { DrawnChart } from './page/figure.js';
import { reportDocument } from './page/page.js';
import { failuresOf } from './problems.js';
import { summaryJson } from './summary-json.js';
import { makeView } from './view.js';
import { writeFiles } from './write.js';

/** What was written. */
export interface WrittenReport {
  readonly indexPath: string;
  /** The five sentences, the last a recommendation; plain text of one line each. */
  readonly findings: readonly string[];
  /** What vega complained about; empty unless a chart is wrong. */
  readonly warnings: readonly string[];
}

/**
 * Writes `index.html`, `report.md`, `summary.json`, `charts/*.svg` and `charts/*.vl.json` of a run, from stored results alone.
 * @param runs one run; several are compared elsewhere
 * @param rows what `summarize` made of it
 * @param outDir made if it is not there; see {@link writeFiles} for one that is
 * @throws SeebenchError `report-one-run`
 */
export async function writeReport(
  runs: readonly StoredRun[],
  rows: readonly SummaryRow[],
  outDir: string,
  options: {
    readonly generatedAt: Date;
    /** What certify found on the run's host; `null` until it has. */
    readonly errorRates: ErrorRates | null;
    /** What conform found; `null` where nothing is given. */
    readonly conformance: Conformance | null;
    /** What changed between versions of an environment that the run holds. */
    readonly changes: readonly Changes[];
  },
): Promise<WrittenReport> {
  const [run] = runs;
  if (!run || runs.length > 1) {
    throw new SeebenchError(
      'report-one-run',
      `a report is made of one run, not of ${runs.length}`,
      'name one run; `seebench compare A B` holds two against each other',
    );
  }
  const view = makeView(run, rows);
  const charts = makeCharts(view, options.changes);
  const draw = await makeRenderer();
  const drawn = new Map<string, DrawnChart>();
  const files = new Map<string, string>();
  const warnings: string[] = [];
  for (const chart of allCharts(charts)) {
    const small = charts.trials.includes(chart);
    const result = await drawChart(chart, small, draw);
    drawn.set(chart.id, result.drawn);
    warnings.push(...result.warnings);
    for (const [ending, content] of Object.entries(result.files)) files.set(`charts/${chart.id}${ending}`, content);
  }
  const { failures, left } = await failuresOf(view);
  const sentences = findings(view);
  const chartFiles = [...files.keys()].map((path) => path.slice('charts/'.length));
  files.set('summary.json', summaryJson(view, sentences, chartFiles, options.errorRates, options.changes));
  files.set('report.md', markdown(view, sentences, failures, options.errorRates, options.changes));
  files.set(
    'index.html',
    reportDocument({
      view,
      findings: sentences,
      charts,
      drawn,
      failures,
      failuresLeft: left,
      generatedAt: options.generatedAt,
      errorRates: options.errorRates,
      changes: options.changes,
      guarantees:
        options.conformance === null
          ? null
          : { sentences: guaranteeSentences(options.conformance), tables: guaranteeTables(options.conformance) },
    }),
  );
  await writeFiles(outDir, files);
  return { indexPath: join(outDir, 'index.html'), findings: sentences, warnings };
}
