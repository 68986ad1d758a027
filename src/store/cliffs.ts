import { join } from 'node:path';
import type { CliffResult } from '../model/index.js';
import { writeText } from './disk.js';

/** Stores what a sweep found beside its trials. @throws SeebenchError `disk-full` */
export async function writeCliffs(dir: string, result: CliffResult): Promise<void> {
  await writeText(join(dir, 'cliffs.json'), `${JSON.stringify(result, null, 2)}\n`);
}
