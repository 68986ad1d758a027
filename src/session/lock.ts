import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SeebenchError } from '../model/index.js';
import { processStart } from '../host/index.js';

/** Who measures on this host now. */
export interface LockHolder {
  readonly pid: number;
  /** Tells this process from a later one with the same number. */
  readonly processStart: string | null;
  readonly what: string;
}

/** Two measurements at once would disturb each other, so there is one lock per host and user. */
export class RunLock {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  /**
   * @param what what the holder does, for whoever is refused, e.g. `run 20261123-…`.
   * @throws SeebenchError `run-in-progress` (exit 2), naming the holder.
   */
  static acquire(stateDir: string, what: string): RunLock {
    mkdirSync(stateDir, { recursive: true, mode: 0o711 });
    const file = join(stateDir, 'run.lock');
    const mine: LockHolder = { pid: process.pid, processStart: processStart(process.pid), what };
    for (;;) {
      try {
        const fd = openSync(file, 'wx', 0o600);
        writeSync(fd, JSON.stringify(mine));
        closeSync(fd);
        return new RunLock(file);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = lockHolder(stateDir);
      if (holder !== null) {
        throw new SeebenchError('run-in-progress', `${holder.what} is in progress on this host (process ${holder.pid})`, 'wait for its end, or stop it with Ctrl-C');
      }
      // Its owner is dead. Should another process take it over at this moment too, only one of the two can create it again.
      rmSync(file, { force: true });
    }
  }

  release(): void {
    rmSync(this.#file, { force: true });
  }
}

/** The living holder of the lock; `null` when there is none or its process is gone. */
export function lockHolder(stateDir: string): LockHolder | null {
  try {
    const holder = JSON.parse(readFileSync(join(stateDir, 'run.lock'), 'utf8')) as LockHolder;
    return processStart(holder.pid) === holder.processStart && holder.processStart !== null ? holder : null;
  } catch {
    return null;
  }
}
