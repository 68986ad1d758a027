import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { VmasResult } from '../model/index.js';
import { writeText } from './disk.js';

/** Stores the looks at memory mappings, and what they say. @throws SeebenchError `disk-full` */
export async function writeVmas(dir: string, result: VmasResult): Promise<void> {
  await mkdir(dir, { recursive: true });
  await writeText(join(dir, 'vmas.json'), `${JSON.stringify(result, null, 1)}\n`);
}
