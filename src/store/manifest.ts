import { join } from 'node:path';
import { SCHEMA_VERSION, SeebenchError, type RunManifest } from '../model/index.js';
import { readPlain, writeText } from './disk.js';
import { manifestProblem } from './manifest-schema.js';

const FILE = 'run.json';

/** Replaces `run.json` in one step. @throws SeebenchError `disk-full`, and then it is as it was */
export async function writeManifest(dir: string, manifest: RunManifest): Promise<void> {
  await writeText(join(dir, FILE), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * Reads and checks `run.json`. Fields that this version does not know are kept.
 * @throws SeebenchError `run-not-found`, `run-unreadable`, `schema-unknown`
 */
export async function readManifest(dir: string): Promise<RunManifest> {
  const file = join(dir, FILE);
  const text = await readPlain(file)
    .then(String)
    .catch((error: unknown) => {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOENT' || code === 'ENOTDIR') {
        throw new SeebenchError(
          'run-not-found',
          `No run at ${dir}: it has no ${FILE}.`,
          'Give the id or the path of a run.',
        );
      }
      throw unreadable(file, error);
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(file, error);
  }
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === 'number' && version !== SCHEMA_VERSION) {
    throw new SeebenchError(
      'schema-unknown',
      `${file} has schema version ${version}; this seebench reads ${SCHEMA_VERSION}.`,
      'Use the seebench version that made the run.',
    );
  }
  const problem = manifestProblem(value);
  if (problem !== null) throw unreadable(file, problem);
  return value as RunManifest;
}

/** A file of a run that holds something else than it should. */
export function unreadable(file: string, problem: unknown): SeebenchError {
  const why = problem instanceof Error ? problem.message : String(problem);
  return new SeebenchError(
    'run-unreadable',
    `Cannot read ${file}: ${why.slice(0, 500)}`,
    'Bring the file back from where the run was made, or measure again.',
    undefined,
    problem,
  );
}
