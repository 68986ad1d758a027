import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { NATIVE, type Conformance } from '../model/index.js';
import { changeSentences, writeReport } from '../report/index.js';
import { summarize } from '../stats/index.js';
import { CONFORM_FILE, readConformance, readRun } from '../store/index.js';
import { versionChanges } from './compare.js';
import { errorRatesOf } from './error-rates.js';
import { REPORTS_DIR } from './places.js';

export interface WrittenReport {
  readonly indexPath: string;
  /** Whether any environment could be compared with native at all. */
  readonly compared: boolean;
  /** What was found, and where it stands, for the terminal. */
  readonly lines: readonly string[];
}

/**
 * Makes the report of a stored run; from files alone.
 * @param conformance what conform found, by its directory or file; without it, what lies in the run's own directory
 */
export async function reportRun(dir: string, conformance?: string): Promise<WrittenReport> {
  const run = await readRun(dir);
  const rows = summarize(run);
  const { id } = run.manifest;
  mkdirSync(REPORTS_DIR, { recursive: true });
  const changes = versionChanges(run);
  const report = await writeReport([run], rows, join(REPORTS_DIR, id), {
    generatedAt: new Date(),
    conformance: await conformanceOf(conformance ?? dir, conformance === undefined),
    errorRates: await errorRatesOf(run.manifest.fingerprint.id),
    changes,
  });
  const compared = rows.some(({ environment, n }) => environment !== NATIVE && n > 0);
  const changed = changes.flatMap((one) => changeSentences(one, run.manifest.plan.cases));
  const lines = [...report.findings, ...changed, '', `report: ${report.indexPath}`];
  return { indexPath: report.indexPath, compared, lines };
}

async function conformanceOf(ref: string, optional: boolean): Promise<Conformance | null> {
  return optional && !existsSync(join(ref, CONFORM_FILE)) ? null : readConformance(ref);
}
