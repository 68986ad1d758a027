import { readFileSync } from 'node:fs';

/** A small file of the kernel, without white space at its ends; `null` when it is not there or may not be read. */
export function readKernelFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

/** The chosen word of a list as sysfs prints it, `always [madvise] never` → `madvise`; other text is returned as it is. */
export function chosen(text: string): string {
  return /\[([^\]]+)\]/.exec(text)?.[1] ?? text;
}
