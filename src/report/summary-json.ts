import { SCHEMA_VERSION, type Changes, type ErrorRates } from '../model/index.js';
import type { ReportView } from './view.js';

/** `summary.json`: the rows of `summary.csv` with run, host and environments beside them, what was found, what changed between versions, and the files of the charts. */
export function summaryJson(
  view: ReportView,
  findings: readonly string[],
  charts: readonly string[],
  errorRates: ErrorRates | null,
  changes: readonly Changes[],
): string {
  const { id, seebenchVersion, state, plan, timing, command, digests, fingerprint, environments, warnings } =
    view.run.manifest;
  const summary = {
    schemaVersion: SCHEMA_VERSION,
    run: {
      id,
      seebenchVersion,
      state,
      suite: plan.suite,
      seed: plan.seed,
      cases: plan.cases,
      timing,
      command,
      digests,
      warnings,
    },
    host: fingerprint,
    environments,
    findings,
    errorRates,
    rows: view.rows,
    means: view.means,
    spreads: view.spreads,
    coreDistance: view.coreDistance,
    changes,
    charts,
  };
  return `${JSON.stringify(summary, null, 1)}\n`;
}
