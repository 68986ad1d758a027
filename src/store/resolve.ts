import { mkdir, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SeebenchError } from '../model/index.js';

const LATEST = 'latest';
/** Ids are names of directories: no separators, no leading dot, nothing that has to be quoted. */
export const RUN_ID = /^[A-Za-z0-9_][A-Za-z0-9._@+-]{0,127}$/;

/**
 * The directory of a run.
 * @param ref an id, a path (anything with a separator, or `.`), or `latest`
 * @throws SeebenchError `run-not-found`
 */
export async function resolveRun(ref: string, resultsDir: string): Promise<string> {
  const isPath = /[/\\]/.test(ref) || ref === '.' || ref === '..';
  if (!isPath && !RUN_ID.test(ref)) throw notFound(`${JSON.stringify(ref.slice(0, 200))} is no run id.`);
  const dir = isPath ? resolve(ref) : join(resultsDir, ref);
  const isRun = await stat(join(dir, 'run.json')).then(
    (entry) => entry.isFile(),
    () => false,
  );
  if (!isRun) throw notFound(`No run "${ref.slice(0, 200)}": there is no run.json in ${dir}.`);
  return ref === LATEST ? realpath(dir) : dir;
}

/** Points `<resultsDir>/latest` at a run, in one step. @param run its id, or its path when it lives elsewhere (`--out`) */
export async function linkLatest(resultsDir: string, run: string): Promise<void> {
  const link = join(resultsDir, LATEST);
  const temporary = `${link}.${process.pid}.tmp`;
  await mkdir(resultsDir, { recursive: true });
  await rm(temporary, { force: true });
  await symlink(RUN_ID.test(run) ? run : resolve(run), temporary);
  await rename(temporary, link);
}

function notFound(message: string): SeebenchError {
  return new SeebenchError('run-not-found', message, 'See the runs there are with: ls results');
}
