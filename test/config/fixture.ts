import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { SeebenchError } from '../../src/model/index.js';

/** A directory with files, that is removed after the test. */
export function files(contents: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'seebench-config-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

/** The error for people that an action ends in; anything else is a failed test. */
export function errorOf(action: () => unknown): SeebenchError {
  try {
    action();
  } catch (error) {
    if ((error as Error).name === 'SeebenchError') return error as SeebenchError;
    throw error;
  }
  throw new Error('no error was thrown');
}
