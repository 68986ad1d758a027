import { existsSync, readFileSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import { isLocked, withLock } from './lock.js';
import { ownerState, readOwner, thisOwner } from './owner.js';
import { cacheDir } from './paths.js';

/** What is cached, one folder each under the cache directory. */
export const KINDS = [
  'runsc',
  'rootfs',
  'layer',
  'erofs',
  'helpers',
  'classes',
  'data',
  'tools',
  'digests',
  'snapshot',
] as const;
export type Kind = (typeof KINDS)[number];

/** An entry that is complete. Its directory is never written to again. */
export interface Entry<Facts> {
  readonly dir: string;
  readonly facts: Facts;
}

export interface BuildOptions {
  readonly signal?: AbortSignal;
  /** Called while another process holds this entry's lock; `pid` is `null` when it does not say who it is. */
  readonly onWait: (pid: number | null) => void;
}

/** Hash of everything that determines an entry's content; 24 hex digits. */
export function keyOf(parts: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}

/** The entry, if it is there and complete: `complete.json` is written last, inside, before the rename. */
export function lookUp<Facts>(cache: string, kind: Kind, key: string): Entry<Facts> | null {
  const dir = path.join(cache, kind, key);
  try {
    return {
      dir,
      facts: (JSON.parse(readFileSync(path.join(dir, 'complete.json'), 'utf8')) as { facts: Facts }).facts,
    };
  } catch {
    return null;
  }
}

/**
 * The entry, built if it is missing. `build` fills the empty directory it is given and answers the entry's facts; the
 * directory then gets its name. At any moment the entry is there whole or not at all, also after a kill.
 */
export async function getOrBuild<Facts>(
  cache: string,
  kind: Kind,
  key: string,
  options: BuildOptions,
  build: (dir: string) => Promise<Facts>,
): Promise<Entry<Facts>> {
  const found = lookUp<Facts>(cache, kind, key);
  if (found !== null) return found;
  return withLock(cache, `${kind}-${key}`, options, async () => {
    const meanwhile = lookUp<Facts>(cache, kind, key);
    if (meanwhile !== null) return meanwhile;
    const dir = path.join(cache, kind, key);
    const temporary = path.join(cache, kind, `.tmp-${key}-${randomBytes(4).toString('hex')}`);
    await mkdir(temporary, { recursive: true });
    const ownerFile = path.join(temporary, 'owner.json');
    try {
      await writeFile(ownerFile, JSON.stringify(thisOwner()));
      const facts = await build(temporary);
      await rm(ownerFile, { force: true });
      await writeDurably(path.join(temporary, 'complete.json'), JSON.stringify({ schemaVersion: 1, kind, key, facts }));
      await giveName(temporary, dir);
      return lookUp<Facts>(cache, kind, key) ?? { dir, facts };
    } catch (error) {
      await remove(temporary);
      throw error;
    }
  });
}

/** Removes what killed set-ups left; what a living one is writing stays. Answers which directories went. */
export async function removeStale(cache: string = cacheDir()): Promise<string[]> {
  const removed: string[] = [];
  for (const kind of KINDS) {
    const folder = path.join(cache, kind);
    if (!existsSync(folder)) continue;
    for (const name of await readdir(folder)) {
      const key = /^\.tmp-([0-9a-f]{24})-[0-9a-f]{8}$/.exec(name)?.[1];
      if (key === undefined) continue;
      const owner = readOwner(path.join(folder, name, 'owner.json'));
      const state = owner === null ? 'unknown' : ownerState(owner);
      if (state === 'alive' || (state === 'unknown' && (await isLocked(cache, `${kind}-${key}`)))) continue;
      await remove(path.join(folder, name));
      removed.push(path.join(folder, name));
    }
  }
  return removed;
}

/** Programs that were just killed may still write for some milliseconds. */
async function remove(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

async function giveName(temporary: string, dir: string): Promise<void> {
  try {
    await rename(temporary, dir);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    if (existsSync(path.join(dir, 'complete.json'))) {
      // Another one was quicker, by the same key with the same content; it may be in use already.
      await remove(temporary);
    } else {
      // Something without a complete.json has this name: not our making, and in the way.
      await remove(dir);
      await rename(temporary, dir);
    }
  }
}

/** A crash of the machine after the rename must not leave an entry that says it is complete and is not readable. */
async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
