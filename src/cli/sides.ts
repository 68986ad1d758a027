import { stat } from 'node:fs/promises';
import { parseBaseline, sideOf, type Side } from '../gate/index.js';
import { processStart } from '../host/index.js';
import { closest, NATIVE, SeebenchError, type RunManifest } from '../model/index.js';
import { readPlain, readRun, resolveRun, type StoredRun } from '../store/index.js';
import { RESULTS_DIR } from './places.js';

/** A stored run to compare. @throws SeebenchError `run-in-progress`, and those of reading */
export async function readFinished(ref: string): Promise<StoredRun> {
  const run = await readRun(await resolveRun(ref, RESULTS_DIR));
  const { id, state } = run.manifest;
  if (state.kind === 'running' && state.processStart !== '' && processStart(state.pid) === state.processStart)
    throw new SeebenchError(
      'run-in-progress',
      `run ${id} is still being written (process ${state.pid})`,
      'wait for its end',
    );
  return run;
}

/** A number takes about ten bytes: this is more than a million ratios. */
const MAX_BASELINE_BYTES = 16 * 1024 * 1024;

/** A run (id, path, `latest`) or a baseline file, as one side. */
export async function readSide(ref: string, metric: string | null, absolute: boolean): Promise<Side> {
  const entry = await stat(ref).catch(() => null);
  if (entry?.isFile() && entry.size > MAX_BASELINE_BYTES)
    throw new SeebenchError(
      'baseline-invalid',
      `${ref} is too large for a baseline`,
      'check that this is the right file',
    );
  return entry?.isFile()
    ? parseBaseline(String(await readPlain(ref)), ref)
    : sideOf(await readFinished(ref), { metric, absolute });
}

/** @throws SeebenchError `unknown-environment`, with the one that may have been meant */
export function requireEnvironment({ id, plan }: RunManifest, environment: string): void {
  if (plan.environments.includes(environment)) return;
  const near = closest(environment, plan.environments);
  throw new SeebenchError(
    'unknown-environment',
    `run ${id} has no environment ${JSON.stringify(environment.slice(0, 100))}${near === null ? '' : `; did you mean ${near}?`}`,
    `it has: ${plan.environments.join(', ')}`,
  );
}

/** `RUN:environment`, `:environment` (of the other side's run), or a run alone. */
export function parseRef(text: string): { readonly run: string | null; readonly environment: string | null } {
  const colon = text.lastIndexOf(':');
  if (colon < 0) return { run: text, environment: null };
  return { run: text.slice(0, colon) || null, environment: text.slice(colon + 1) || NATIVE };
}
