import { SCHEMA_VERSION, type ErrorRates } from '../model/index.js';
import type { ReportView } from './view.js';

/** `summary.json`: the rows of `summary.csv` with run, host and environments beside them, what was found, and the files of the charts. */
export function summaryJson(
  view: ReportView,
  findings: readonly string[],
  charts: readonly string[],
  errorRates: ErrorRates | null,
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
    spreads: view.spreads,
    charts,
  };
  return `${JSON.stringify(summary, null, 1)}\n`;
}
