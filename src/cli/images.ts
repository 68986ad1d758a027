import { cacheDir, provideImage, type Provisioned } from '../provision/index.js';
import { digestOfDirectory } from './digest.js';
import type { Languages } from './languages.js';

/** An EROFS image of every directory that guests see. @param code see `codeDigests` */
export async function imagesOf(
  { helpers, data }: Provisioned,
  code: ReadonlyMap<string, string>,
  kits: Languages['kits'],
  signal = new AbortController().signal,
): Promise<Map<string, string>> {
  const ours = new Set([helpers.guestBin, ...Object.values(kits)]);
  const directories = [
    ...[...code].map(([dir, digest]) => ({ dir, digest })),
    ...[...ours].map((dir) => ({ dir, digest: digestOfDirectory(dir) })),
    ...Object.values(data).map(({ dir, digest }) => ({ dir, digest })),
  ];
  const images = new Map<string, string>();
  for (const directory of directories) images.set(directory.dir, await provideImage(directory, cacheDir(), signal));
  return images;
}
