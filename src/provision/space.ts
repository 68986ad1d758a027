import { existsSync, readFileSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { SeebenchError } from '../model/index.js';

const MIB = 2 ** 20;

/** What building each thing needs on the disk at most, downloads and intermediate files included; measured, rounded up. */
export const BUILD_BYTES = {
  /** Modules, objects of the compiler, the program; and Go itself. */
  runsc: 1_800 * MIB,
  release: 800 * MIB,
  /** The tree and, for a moment, the downloaded wheels. */
  rootfs: 2_200 * MIB,
  erofs: 1_200 * MIB,
  layer: 900 * MIB,
  layerImage: 500 * MIB,
  tool: 60 * MIB,
  data: 150 * MIB,
  /** Of each scale factor, beside `data`. */
  dataPerScale: 400 * MIB,
} as const;

/** Compiling runsc takes up to 1.3 GiB, sorting and compressing less. */
const MEMORY_BYTES = 1_500 * MIB;

/**
 * Checks room on the disk and in memory before anything is downloaded.
 * @throws SeebenchError `no-space`, `no-memory`.
 */
export function checkRoom(cache: string, neededBytes: number, compiles: boolean): void {
  if (neededBytes === 0) return;
  const free = freeBytes(cache);
  if (free < neededBytes) {
    throw new SeebenchError(
      'no-space',
      `set-up needs ${gib(neededBytes)} in ${cache}, and ${gib(free)} are free`,
      'make room, or set SEEBENCH_CACHE to a directory with more',
    );
  }
  const memory = availableMemory();
  if (compiles && memory < MEMORY_BYTES) {
    throw new SeebenchError(
      'no-memory',
      `compiling runsc needs ${gib(MEMORY_BYTES)} of memory, and ${gib(memory)} are available`,
      'end other programs, or name a runsc that is there with --runsc or SEEBENCH_RUNSC',
    );
  }
}

/** What fails for want of room, in this process or in a program, is that error; others stay as they are. */
export function asNoSpace(error: unknown, cache: string): unknown {
  if (
    !(error instanceof Error) ||
    !/\bENOSPC\b|\bEDQUOT\b|No space left on device|Disk quota exceeded/i.test(error.message)
  ) {
    return error;
  }
  return new SeebenchError(
    'no-space',
    `the disk of ${cache} became full: ${error.message}`,
    'make room, or set SEEBENCH_CACHE to a directory with more, then run it again; what was half done is removed',
    undefined,
    error,
  );
}

/** Bytes that an ordinary user can still write where `dir` is, or will be. */
export function freeBytes(dir: string): number {
  let existing = path.resolve(dir);
  while (!existsSync(existing)) existing = path.dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  return bavail * bsize;
}

function availableMemory(): number {
  const line = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'));
  const host = line === null ? Number.POSITIVE_INFINITY : Number(line[1]) * 1024;
  // 0 or a number beyond all memory: no cgroup limits this process.
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(host, limit) : host;
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
