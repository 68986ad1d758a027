import { join } from 'node:path';
import type { TuneResult } from '../model/index.js';
import { writeText } from './disk.js';

/** Stores what tune found beside the trials it was found with. @throws SeebenchError `disk-full` */
export async function writeTune(dir: string, result: TuneResult): Promise<void> {
  await writeText(join(dir, 'tune.json'), `${JSON.stringify(result, null, 2)}\n`);
}
