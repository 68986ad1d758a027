import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { getOrBuild, keyOf, lookUp, type Entry } from './cache.js';
import type { BuildContext } from './context.js';
import { rootfsKey, unpackDebian } from './rootfs-build.js';
import type { Step } from './steps.js';

const PACKAGE = 'libpython3.11-testsuite';
/** Where Debian's Python has its tests. */
const TESTS = 'usr/lib/python3.11/test';

/** CPython's own tests, from the Debian that the root file system is of. @returns their directory */
export async function providePythonTests(context: BuildContext, step: Step): Promise<string> {
  const present = presentPythonTests(context.cache);
  const entry =
    present ??
    (await getOrBuild(context.cache, 'tools', key(), context.waiting(step), async (dir) => {
      step.working(PACKAGE);
      const tree = path.join(dir, 'tree');
      // Unpacked, not installed: no program of it runs.
      await unpackDebian(tree, [PACKAGE], ['--variant=extract'], dir, context, step);
      await rename(path.join(tree, TESTS), path.join(dir, 'test'));
      await rm(tree, { recursive: true, force: true });
      return null;
    }));
  if (present === null) step.done(PACKAGE);
  else step.present(PACKAGE);
  return path.join(entry.dir, 'test');
}

/** They, if they are there already. */
export function presentPythonTests(cache: string): Entry<null> | null {
  return lookUp<null>(cache, 'tools', key());
}

function key(): string {
  return keyOf({ tool: PACKAGE, rootfs: rootfsKey() });
}
