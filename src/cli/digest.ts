import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from '../model/index.js';
import { GUEST_DIR } from './places.js';

/** Made by Python where somebody ran the code by hand; no part of it. */
const IGNORED = new Set(['__pycache__', '.ruff_cache']);

/** `sha256:…` over names and contents of all files below a small directory of code. */
export function digestOfDirectory(dir: string): string {
  const hash = createHash('sha256');
  for (const path of filesBelow(dir, '')) {
    hash.update(`${path}\0`).update(
      createHash('sha256')
        .update(readFileSync(join(dir, path)))
        .digest(),
    );
  }
  return `sha256:${hash.digest('hex')}`;
}

/** By directory: digests of the code that guests of these cases see, the guest module's and the workloads'. */
export function codeDigests(cases: readonly Case[]): ReadonlyMap<string, string> {
  const dirs = new Set([GUEST_DIR, ...cases.map(({ workload }) => workload.dir)]);
  return new Map([...dirs].map((dir) => [dir, digestOfDirectory(dir)]));
}

/** `sha256:…` of a file's content; of a program that was found on PATH, of what it is. */
export function digestOfFile(file: string): string {
  return `sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
}

function filesBelow(dir: string, prefix: string): string[] {
  const entries = readdirSync(join(dir, prefix), { withFileTypes: true }).filter(({ name }) => !IGNORED.has(name));
  const paths = entries.flatMap((entry) => {
    const path = join(prefix, entry.name);
    return entry.isDirectory() ? filesBelow(dir, path) : [path];
  });
  return paths.toSorted();
}
