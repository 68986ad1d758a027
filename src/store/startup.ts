import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StartTrial, StartupResult } from '../model/index.js';
import { diskError, writeText } from './disk.js';

/** Stores one start as a line, as soon as it is made. @throws SeebenchError `disk-full` */
export async function appendStart(dir: string, trial: StartTrial): Promise<void> {
  const file = join(dir, 'startup-trials.jsonl');
  try {
    await appendFile(file, `${JSON.stringify(trial)}\n`);
  } catch (error) {
    throw diskError(error, file);
  }
}

/** Stores what the starts of a run were made of. @throws SeebenchError `disk-full` */
export async function writeStartup(dir: string, result: StartupResult): Promise<void> {
  await writeText(join(dir, 'startup.json'), `${JSON.stringify(result, null, 2)}\n`);
}
