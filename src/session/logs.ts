import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MeasuredTrial } from '../measure/index.js';
import { diskError } from '../store/index.js';

/**
 * Keeps what a trial printed, already bounded, under `logs/<trial-id>/`; a silent trial leaves nothing.
 * @throws SeebenchError `disk-full`
 */
export function keepLogs(runDir: string, { trial, stdout, stderr }: MeasuredTrial): void {
  for (const [name, text] of Object.entries({ stdout, stderr })) {
    if (text === '') continue;
    const dir = join(runDir, 'logs', trial.id);
    const file = join(dir, `${name}.txt`);
    try {
      mkdirSync(dir, { recursive: true });
      writeFileSync(file, text);
    } catch (error) {
      throw diskError(error, file);
    }
  }
}
