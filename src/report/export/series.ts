import type { Better, CaseInfo, RunData, SummaryRow } from '../../model/index.js';
import { settledOutcomes, trialValues } from '../../stats/index.js';

/** One case, environment and metric: a value a trial, for the trial is the unit of replication. */
export interface ExportSeries {
  readonly info: CaseInfo;
  readonly environment: string;
  readonly metric: string;
  readonly unit: string;
  readonly better: Better;
  /** Completed trials in the order of acquisition. */
  readonly trials: readonly ExportTrial[];
  readonly row: SummaryRow;
}

export interface ExportTrial {
  readonly value: number;
  readonly userNs: number | null;
  readonly systemNs: number | null;
  readonly peakBytes: number | null;
  readonly startedAtMs: number;
}

/** What is exported; `null` means all, and for metrics each case's headline. */
export interface ExportFilter {
  readonly metrics: readonly string[] | null;
  readonly cases: readonly string[] | null;
  readonly environments: readonly string[] | null;
}

/** Series that have at least one completed trial, in the order of the plan. */
export function exportSeries(run: RunData, rows: readonly SummaryRow[], filter: ExportFilter): ExportSeries[] {
  const outcomes = settledOutcomes(run.trials);
  const values = trialValues(run);
  const infos = new Map(run.manifest.plan.cases.map((info) => [info.id, info]));
  return rows
    .filter((row) => filter.cases?.includes(row.case) ?? true)
    .filter((row) => filter.environments?.includes(row.environment) ?? true)
    .filter((row) => filter.metrics?.includes(row.metric) ?? infos.get(row.case)!.headline === row.metric)
    .map((row): ExportSeries => {
      const trials = run.trials.flatMap((trial, i): ExportTrial[] => {
        const value = values[i]!.get(row.metric)?.value;
        const counts = trial.caseId === row.case && trial.environmentId === row.environment;
        if (!counts || outcomes[i] !== 'completed' || value === undefined || !Number.isFinite(value)) return [];
        const own = (name: string): number | null => trial.values[name] ?? null;
        return [
          {
            value,
            userNs: own('cpu_user_ns'),
            systemNs: own('cpu_system_ns'),
            peakBytes: own('peak_bytes'),
            startedAtMs: trial.startedAtMs,
          },
        ];
      });
      const { environment, metric, unit, better } = row;
      return { info: infos.get(row.case)!, environment, metric, unit, better, trials, row };
    })
    .filter(({ trials }) => trials.length > 0);
}
