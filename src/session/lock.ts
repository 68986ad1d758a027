import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
    // Written beside and linked to its name: whoever finds the lock finds its holder in it.
    const own = `${file}.${process.pid}`;
    writeFileSync(own, JSON.stringify(mine), { mode: 0o600 });
    try {
      while (!linked(own, file)) {
        const holder = lockHolder(stateDir);
        if (holder !== null) throw inProgress(holder);
        takeAway(file, `${own}.dead`);
      }
      return new RunLock(file);
    } finally {
      rmSync(own, { force: true });
    }
  }

  release(): void {
    rmSync(this.#file, { force: true });
  }
}

/** The living holder of the lock; `null` when there is none or its process is gone. */
export function lockHolder(stateDir: string): LockHolder | null {
  return livingHolder(join(stateDir, 'run.lock'));
}

function livingHolder(file: string): LockHolder | null {
  try {
    const holder = JSON.parse(readFileSync(file, 'utf8')) as LockHolder;
    return processStart(holder.pid) === holder.processStart && holder.processStart !== null ? holder : null;
  } catch {
    return null;
  }
}

/** @returns false when the name is taken. */
function linked(own: string, file: string): boolean {
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a dead process's lock. Another one may have done so a moment ago and hold it now: then it gets it back. */
function takeAway(file: string, aside: string): void {
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (livingHolder(aside) !== null) linked(aside, file);
  rmSync(aside, { force: true });
}

function inProgress({ what, pid }: LockHolder): SeebenchError {
  return new SeebenchError(
    'run-in-progress',
    `${what} is in progress on this host (process ${pid})`,
    'wait for its end, or stop it with Ctrl-C',
  );
}
