import { join } from 'node:path';
import type { Conformance } from '../model/index.js';
import { writeText } from './disk.js';

/** Stores what conform found. @throws SeebenchError `disk-full` */
export async function writeConformance(dir: string, result: Conformance): Promise<void> {
  await writeText(join(dir, 'conform.json'), `${JSON.stringify(result, null, 2)}\n`);
}
