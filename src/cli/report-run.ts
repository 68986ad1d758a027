import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeReport } from '../report/index.js';
import { summarize } from '../stats/index.js';
import { linkLatest, readRun } from '../store/index.js';
import { REPORTS_DIR } from './places.js';

export interface WrittenReport {
  readonly indexPath: string;
  /** What was found, and where it stands, for the terminal. */
  readonly lines: readonly string[];
}

/** Makes the report of stored runs; from files alone. */
export async function reportRun(dirs: readonly string[]): Promise<WrittenReport> {
  const runs = await Promise.all(dirs.map((dir) => readRun(dir)));
  const rows = runs.flatMap((run) => summarize(run));
  const id = runs[0]!.manifest.id;
  mkdirSync(REPORTS_DIR, { recursive: true });
  const report = await writeReport(runs, rows, join(REPORTS_DIR, id), { generatedAt: new Date() });
  await linkLatest(REPORTS_DIR, id);
  return { indexPath: report.indexPath, lines: [...report.findings, '', `report: ${report.indexPath}`] };
}
