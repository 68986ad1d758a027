import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SeebenchError } from '../model/index.js';
import { summarize } from '../stats/index.js';
import { readRun } from '../store/index.js';
import type { PastRun } from '../study/index.js';

/** Artifacts of a CI lie in directories of their own, and runs in these. */
const DEEPEST = 3;

/** Finished runs below a directory, each id once; and why others were left out. @throws SeebenchError `directory-missing` */
export async function readPast(dir: string): Promise<{ readonly runs: PastRun[]; readonly skipped: string[] }> {
  const runs = new Map<string, PastRun>();
  const skipped: string[] = [];
  for (const path of await runDirs(dir, DEEPEST)) {
    try {
      const run = await readRun(path);
      const { manifest } = run;
      if (manifest.state.kind === 'running') skipped.push(`${path}: it was not finished`);
      // Neither is a measurement of what gVisor costs.
      else if (manifest.plan.pool) skipped.push(`${path}: a pool of certify`);
      else if (manifest.plan.tune || manifest.plan.cliffs) skipped.push(`${path}: a run of tune`);
      else if (!runs.has(manifest.id)) runs.set(manifest.id, { manifest, rows: summarize(run) });
    } catch (error) {
      if (!(error instanceof SeebenchError)) throw error;
      skipped.push(`${path}: ${error.message}`);
    }
  }
  return { runs: [...runs.values()], skipped };
}

/** Directories with a `run.json`; links, such as `latest`, are not followed. */
async function runDirs(dir: string, depth: number): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    // A directory that may not be looked into says so itself, if it is the one that was named.
    if (depth === DEEPEST && error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    return null;
  });
  if (entries === null) {
    if (depth < DEEPEST) return [];
    throw new SeebenchError(
      'directory-missing',
      `there is no directory ${dir}`,
      'name the directory that holds the runs',
    );
  }
  if (entries.some((entry) => entry.isFile() && entry.name === 'run.json')) return [dir];
  if (depth === 0) return [];
  const below = entries.filter((entry) => entry.isDirectory()).map((entry) => join(dir, entry.name));
  return (await Promise.all(below.toSorted().map((path) => runDirs(path, depth - 1)))).flat();
}
