import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = resolve(import.meta.dirname, '../..');

/** Compiles the launcher into a directory, as set-up does. */
export function compileLauncher(dir: string): string {
  const file = join(dir, 'launcher');
  try {
    execFileSync('gcc', ['-O2', '-static', '-pthread', '-o', file, join(ROOT, 'provision/launcher.c')], {
      stdio: 'pipe',
    });
  } catch (error) {
    throw new Error(
      'these tests need gcc and libc6-dev, which set-up installs: run `npm test` as root, or install them',
      { cause: error },
    );
  }
  return file;
}

/** Process ids, one a line, that a script has written to a file. */
export function pidsIn(file: string): number[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean).map(Number) : [];
}

/** Whether a process ends within two seconds; one that only waits to be reaped has ended. */
export async function gone(pid: number): Promise<boolean> {
  for (let round = 0; round < 100; round++) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      if (/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))) return true;
    } catch {
      return true;
    }
    await sleep(20);
  }
  return false;
}
