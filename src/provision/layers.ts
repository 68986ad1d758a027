import path from 'node:path';
import type { Layer } from '../model/index.js';
import { getOrBuild, keyOf, lookUp, type Entry } from './cache.js';
import type { BuildContext } from './context.js';
import { machine } from './paths.js';
import {
  bootstrap,
  finishTree,
  installedPackages,
  MOUNT_POINTS,
  requireRoot,
  SUITE,
  type RootfsFacts,
} from './rootfs-build.js';
import type { Step } from './steps.js';
import { treeDigest } from './tree-digest.js';

/** What each layer has beside a minimal Debian; the distribution's own versions. */
const PACKAGES: Readonly<Record<Layer, readonly string[]>> = {
  node: ['nodejs', 'libomp5-14', 'tzdata'],
  java: ['openjdk-17-jdk-headless', 'libomp5-14', 'tzdata'],
};
/** The packages of Java link manual pages in a folder that no package brings once manual pages are left out. */
const HOOKS = ['--essential-hook=mkdir -p "$1/usr/share/man/man1"'];
/** Raised when the way of building changes what comes out. */
const RECIPE = 1;

/** A root file system for programs in another language: the same Debian, without Python and its wheels. */
export interface ProvidedLayer {
  /** Absolute path of the tree; only ever read. */
  readonly dir: string;
  /** `sha256:<hex>` of the tree. */
  readonly digest: string;
  /** Absolute path of an EROFS image of the same tree; `null` unless one was asked for. */
  readonly erofs: string | null;
}

/** The layer, if it is there already. */
export function presentLayer(layer: Layer, cache: string): Entry<RootfsFacts> | null {
  return lookUp<RootfsFacts>(cache, 'layer', layerKey(layer));
}

/** @throws SeebenchError `root-needed`, `bootstrap-failed` */
export async function provideLayer(layer: Layer, context: BuildContext, step: Step): Promise<ProvidedLayer> {
  const present = presentLayer(layer, context.cache);
  const entry = present ?? (await buildLayer(layer, context, step));
  const { digest, packages } = entry.facts;
  const version = packages.find((line) => line.startsWith(PACKAGES[layer][0]!));
  if (present === null) step.done(`Debian ${SUITE} with ${version}, ${digest.slice(0, 19)}…`);
  else step.present(digest.slice(0, 19));
  return { dir: path.join(entry.dir, 'tree'), digest, erofs: null };
}

async function buildLayer(layer: Layer, context: BuildContext, step: Step): Promise<Entry<RootfsFacts>> {
  requireRoot();
  return getOrBuild(context.cache, 'layer', layerKey(layer), context.waiting(step), async (dir) => {
    const tree = path.join(dir, 'tree');
    step.working(`Debian ${SUITE} with ${PACKAGES[layer].join(', ')}`);
    await bootstrap(tree, PACKAGES[layer], HOOKS, dir, context, step);
    await finishTree(tree);
    return { digest: await treeDigest(tree), packages: await installedPackages(tree) };
  });
}

function layerKey(layer: Layer): string {
  return keyOf({ RECIPE, SUITE, packages: PACKAGES[layer], HOOKS, MOUNT_POINTS, machine: machine().uname });
}
