import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { getOrBuild, keyOf, lookUp, type Entry } from './cache.js';
import type { BuildContext } from './context.js';
import { packageFile } from './paths.js';
import { must, plainEnv, tied } from './programs.js';
import { buildRootfs, presentRootfs, rootfsTree, SITE } from './rootfs-build.js';
import { checkRootfs } from './rootfs-check.js';
import type { Step } from './steps.js';
import { treeDigest, treeSignature } from './tree-digest.js';

export interface ProvidedRootfs {
  /** Absolute path of the tree; only ever read. */
  readonly dir: string;
  /** `sha256:<hex>` of the tree. */
  readonly digest: string;
  /** Absolute path of an EROFS image of the same tree; `null` unless the part `erofs` was asked for. */
  readonly erofs: string | null;
  /** `sha256:<hex>` of the lock file, or of the names and versions in a user's tree. */
  readonly wheelsDigest: string;
}

/** The root file system of ours. */
export async function provideOwnRootfs(context: BuildContext, step: Step): Promise<ProvidedRootfs> {
  const present = presentRootfs(context.cache);
  const entry = present ?? (await buildRootfs(context, step));
  const { digest } = entry.facts;
  if (present === null) step.done(`Debian bookworm with Python 3.11, ${digest.slice(0, 19)}…`);
  else step.present(digest.slice(0, 19));
  const lock = await readFile(packageFile('provision', 'wheels.lock'));
  return { dir: rootfsTree(entry), digest, erofs: null, wheelsDigest: sha256(lock) };
}

/** A user's tree. Its digest is kept as long as no file in it changes. @throws SeebenchError `rootfs-incomplete`. */
export async function provideUsersRootfs(dir: string, context: BuildContext, step: Step): Promise<ProvidedRootfs> {
  const tree = path.resolve(dir);
  await checkRootfs(tree, []);
  const key = keyOf({ signature: await treeSignature(tree) });
  const present = lookUp<{ digest: string }>(context.cache, 'digests', key);
  const entry =
    present ??
    (await getOrBuild(context.cache, 'digests', key, context.waiting(step), async () => {
      step.working(`computing the digest of ${tree}`);
      return { digest: await treeDigest(tree) };
    }));
  const names = await readdir(path.join(tree, SITE)).catch(() => [] as string[]);
  const versions = names.filter((name) => name.endsWith('.dist-info')).toSorted();
  if (present === null) step.done(tree);
  else step.present(tree);
  return { dir: tree, digest: entry.facts.digest, erofs: null, wheelsDigest: sha256(versions.join('\n')) };
}

export function presentErofs(digest: string, cache: string): Entry<null> | null {
  return lookUp<null>(cache, 'erofs', erofsKey(digest));
}

/** gVisor reads no inline data. */
const EROFS_OPTIONS = ['-E', 'noinline_data', '-U', '5eebe9c4-0000-4000-8000-000000000001'];
/**
 * One name and one time of making for every image, so that the same tree gives the same one. Files keep their own times, which are all before it: Python takes
 * a compiled module only if it says the time of its source, and would else compile all that it imports, in this environment alone.
 */
const EROFS_TIME = { SOURCE_DATE_EPOCH: String(Date.UTC(2100, 0) / 1000) };

/** The same tree, with an EROFS image of it. */
export async function provideErofs<T extends Pick<ProvidedRootfs, 'dir' | 'digest'>>(
  rootfs: T,
  context: BuildContext,
  step: Step,
): Promise<T & { readonly erofs: string }> {
  const present = presentErofs(rootfs.digest, context.cache);
  const entry =
    present ??
    (await getOrBuild(context.cache, 'erofs', erofsKey(rootfs.digest), context.waiting(step), async (dir) => {
      step.working('making the EROFS image');
      const watched = { logFile: step.logFile, signal: context.signal };
      await makeImage(path.join(dir, 'rootfs.erofs'), rootfs.dir, [], { ...watched, doing: 'making the EROFS image' });
      return null;
    }));
  if (present === null) step.done('image of the same tree');
  else step.present('image of the same tree');
  return { ...rootfs, erofs: path.join(entry.dir, 'rootfs.erofs') };
}

/**
 * An EROFS image of a directory of code or data, by the digest of what is in it. What Python leaves beside code is not part of it.
 * @returns its absolute path
 */
export async function provideImage(
  directory: { readonly dir: string; readonly digest: string },
  cache: string,
  signal: AbortSignal,
): Promise<string> {
  const { dir, digest } = directory;
  const entry = await getOrBuild(cache, 'erofs', erofsKey(digest), { signal, onWait: () => {} }, async (made) => {
    const how = { signal, doing: `making an image of ${dir}` };
    await makeImage(path.join(made, 'image.erofs'), dir, ['--exclude-regex=__pycache__'], how);
    return null;
  });
  return path.join(entry.dir, 'image.erofs');
}

/** @throws SeebenchError `build-failed` */
async function makeImage(
  image: string,
  dir: string,
  options: readonly string[],
  how: { readonly doing: string; readonly signal: AbortSignal; readonly logFile?: string },
): Promise<void> {
  const [file, args] = tied('mkfs.erofs', ['--quiet', ...EROFS_OPTIONS, ...options, image, dir]);
  await must(file, args, { ...how, env: plainEnv(EROFS_TIME), deadlineMs: 10 * 60_000, code: 'build-failed' });
}

function erofsKey(digest: string): string {
  return keyOf({ digest, EROFS_OPTIONS, EROFS_TIME });
}

function sha256(content: string | Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
