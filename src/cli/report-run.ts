import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { NATIVE } from '../model/index.js';
import { writeReport } from '../report/index.js';
import { summarize } from '../stats/index.js';
import { linkLatest, readRun } from '../store/index.js';
import { errorRatesOf } from './error-rates.js';
import { REPORTS_DIR } from './places.js';

export interface WrittenReport {
  readonly indexPath: string;
  /** Whether any environment could be compared with native at all. */
  readonly compared: boolean;
  /** What was found, and where it stands, for the terminal. */
  readonly lines: readonly string[];
}

/** Makes the report of a stored run; from files alone. */
export async function reportRun(dir: string): Promise<WrittenReport> {
  const run = await readRun(dir);
  const rows = summarize(run);
  const { id } = run.manifest;
  mkdirSync(REPORTS_DIR, { recursive: true });
  const report = await writeReport([run], rows, join(REPORTS_DIR, id), {
    generatedAt: new Date(),
    errorRates: await errorRatesOf(run.manifest.fingerprint.id),
  });
  await linkLatest(REPORTS_DIR, id);
  const compared = rows.some(({ environment, n }) => environment !== NATIVE && n > 0);
  return { indexPath: report.indexPath, compared, lines: [...report.findings, '', `report: ${report.indexPath}`] };
}
