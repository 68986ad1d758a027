import type { Case } from '../model/index.js';
import { cacheDir, provideImage, type Provisioned } from '../provision/index.js';
import { digestOfDirectory } from './digest.js';
import type { Languages } from './languages.js';
import { GUEST_DIR } from './places.js';

/** An EROFS image of every directory that guests of these cases see. */
export async function imagesOf(
  { helpers, data }: Provisioned,
  cases: readonly Case[],
  kits: Languages['kits'],
  signal = new AbortController().signal,
): Promise<Map<string, string>> {
  const code = [GUEST_DIR, helpers.guestBin, ...cases.map(({ workload }) => workload.dir), ...Object.values(kits)];
  const directories = [
    ...[...new Set(code)].map((dir) => ({ dir, digest: digestOfDirectory(dir) })),
    ...Object.values(data).map(({ dir, digest }) => ({ dir, digest })),
  ];
  const images = new Map<string, string>();
  for (const directory of directories) images.set(directory.dir, await provideImage(directory, cacheDir(), signal));
  return images;
}
