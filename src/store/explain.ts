import { join } from 'node:path';
import type { ExplainResult } from '../model/index.js';
import { writeText } from './disk.js';

/** Stores what explain found beside the trials it was found with. @throws SeebenchError `disk-full` */
export async function writeExplain(dir: string, result: ExplainResult): Promise<void> {
  await writeText(join(dir, 'explain.json'), `${JSON.stringify(result, null, 2)}\n`);
}
