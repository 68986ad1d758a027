import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { ownerState, readOwner, thisOwner } from './owner.js';

/** A lock whose holder has not touched it for so long is free. */
const STALE_MS = 30_000;
/** The holder touches its lock so often; a young lock is never taken from it. */
const UPDATE_MS = 2_000;

/** Holds the lock `name` of the cache while `work` runs; waits for another holder, and tells who it is. */
export async function withLock<T>(
  cache: string,
  name: string,
  options: { readonly signal?: AbortSignal; readonly onWait: (pid: number | null) => void },
  work: () => Promise<T>,
): Promise<T> {
  const file = lockPath(cache, name);
  mkdirSync(path.dirname(file), { recursive: true });
  const release = await acquire(file, options);
  try {
    writeFileSync(`${file}.owner`, JSON.stringify(thisOwner()));
    return await work();
  } finally {
    await rm(`${file}.owner`, { force: true });
    // Lost to a process that thought it stale: nothing is left to release.
    await release().catch(() => {});
  }
}

/** Whether a living process holds the lock. */
export async function isLocked(cache: string, name: string): Promise<boolean> {
  return lockfile.check(lockPath(cache, name), { realpath: false, stale: STALE_MS });
}

function lockPath(cache: string, name: string): string {
  return path.join(cache, 'locks', name);
}

async function acquire(
  file: string,
  options: { readonly signal?: AbortSignal; readonly onWait: (pid: number | null) => void },
): Promise<() => Promise<void>> {
  let told: number | null | undefined;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      return await lockfile.lock(file, {
        realpath: false,
        stale: STALE_MS,
        update: UPDATE_MS,
        // Two holders do no harm, only double work: an entry is renamed into its place, the second rename finds it there.
        onCompromised: () => {},
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
    }
    const owner = readOwner(`${file}.owner`);
    if (owner !== null && ownerState(owner) === 'dead' && ageMs(`${file}.lock`) > UPDATE_MS + 1_000) {
      // Killed while it held the lock: nobody has to wait until the lock is stale.
      await rm(`${file}.owner`, { force: true });
      await rm(`${file}.lock`, { recursive: true, force: true });
      continue;
    }
    const pid = owner?.pid ?? null;
    if (told !== pid) options.onWait((told = pid));
    await sleep(250, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}

function ageMs(file: string): number {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}
