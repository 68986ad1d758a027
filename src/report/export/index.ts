import { EXIT, SeebenchError, type RunData, type SummaryRow } from '../../model/index.js';
import {
  bencher,
  benchstat,
  githubActionBenchmark,
  googleBenchmark,
  hyperfine,
  openmetrics,
  pyperf,
  type Exporter,
} from './formats.js';
import { exportSeries, type ExportFilter } from './series.js';

const EXPORTERS = {
  benchstat,
  hyperfine,
  pyperf,
  'github-action-benchmark': githubActionBenchmark,
  bencher,
  'google-benchmark': googleBenchmark,
  openmetrics,
} as const satisfies Readonly<Record<string, Exporter>>;

/** Formats of other tools, which hold a value a trial. */
export type TextFormat = keyof typeof EXPORTERS;

/** Formats that know times alone. */
const TIMES_ONLY: readonly TextFormat[] = ['hyperfine', 'google-benchmark'];

/**
 * A run in another tool's format.
 * @param better keeps only metrics of one direction: github-action-benchmark has one a file
 * @throws SeebenchError `nothing-to-export` (exit 3)
 */
export function exportText(
  run: RunData,
  rows: readonly SummaryRow[],
  format: TextFormat,
  filter: ExportFilter,
  better: 'lower' | 'higher',
): string {
  const series = exportSeries(run, rows, filter)
    .filter((one) => format !== 'github-action-benchmark' || one.better === better)
    .filter(({ unit }) => !TIMES_ONLY.includes(format) || unit === 'ns');
  if (series.length === 0)
    throw new SeebenchError(
      'nothing-to-export',
      `run ${run.manifest.id} has nothing that ${format} could hold: no completed trial of what was asked`,
      'choose others with --case, --env and --metric; see `seebench report` for what failed',
      EXIT.noAnswer,
    );
  return EXPORTERS[format](series, run.manifest);
}
