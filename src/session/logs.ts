import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MeasuredTrial } from '../measure/index.js';

/** Keeps what a trial printed, already bounded, under `logs/<trial-id>/`; a silent trial leaves nothing. */
export function keepLogs(runDir: string, { trial, stdout, stderr }: MeasuredTrial): void {
  for (const [name, text] of Object.entries({ stdout, stderr })) {
    if (text === '') continue;
    const dir = join(runDir, 'logs', trial.id);
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, `${name}.txt`), text);
  }
}
