import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DensityResult, DensitySamples } from '../model/index.js';
import { writeText } from './disk.js';

/** Stores what density found, and beside it all that it was computed from. @throws SeebenchError `disk-full` */
export async function writeDensity(dir: string, result: DensityResult, samples: DensitySamples): Promise<void> {
  await mkdir(dir, { recursive: true });
  await writeText(join(dir, 'density-samples.json'), `${JSON.stringify(samples)}\n`);
  await writeText(join(dir, 'density.json'), `${JSON.stringify(result, null, 2)}\n`);
}
