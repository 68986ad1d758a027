import { constants, rmSync } from 'node:fs';
import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { SeebenchError } from '../model/index.js';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** A full disk as an error that a person can act on; anything else as it is. */
export function diskError(error: unknown, file: string): unknown {
  if (!FULL.has((error as NodeJS.ErrnoException | null)?.code ?? '')) return error;
  return new SeebenchError(
    'disk-full',
    `No space left for ${file}; what was stored before is kept.`,
    'Free some space, then go on: seebench resume <run> for a run, the same command for another',
    undefined,
    error,
  );
}

const UNUSABLE = new Set('EACCES EBUSY EEXIST EISDIR ELOOP ENAMETOOLONG ENOENT ENOTDIR EPERM EROFS ETXTBSY'.split(' '));

/** What the user can mend of a file that cannot be read or written; anything else as it is. */
export function fileError(error: unknown, file: string): unknown {
  if (!UNUSABLE.has((error as NodeJS.ErrnoException | null)?.code ?? '')) return diskError(error, file);
  return new SeebenchError(
    'file-unusable',
    `cannot use ${file}: ${(error as Error).message}`,
    'check that the path is right, and what permissions it has',
    undefined,
    error,
  );
}

/** Reads a regular file. Anything else, such as a pipe, could keep a reader waiting for ever. */
export async function readPlain(path: string): Promise<Buffer> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await handle.stat()).isFile()) throw new Error('it is no regular file');
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** A file that only grows, each piece on disk before `append` returns. */
export class AppendFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  #size: number;

  private constructor(path: string, handle: FileHandle, size: number) {
    this.#path = path;
    this.#handle = handle;
    this.#size = size;
  }

  /**
   * Makes a new file, so that no stream is ever appended to another.
   * @throws SeebenchError `run-exists`, `disk-full`
   */
  static async create(path: string): Promise<AppendFile> {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
    const handle = await open(path, flags).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw diskError(error, path);
      throw new SeebenchError(
        'run-exists',
        `There is a run already: ${path} exists.`,
        'Choose another --out, or resume that run.',
      );
    });
    return new AppendFile(path, handle, 0);
  }

  /** Goes on with a file of lines, or makes it. A line that was cut off by a kill is removed. */
  static async continueLines(path: string): Promise<AppendFile> {
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT);
    const size = (await handle.readFile()).lastIndexOf(0x0a) + 1;
    await handle.truncate(size);
    return new AppendFile(path, handle, size);
  }

  /**
   * Writes all bytes at the end and flushes them. When that fails, half-written bytes are taken back, so that the file
   * stays readable and a later append is possible.
   * @throws SeebenchError `disk-full`
   */
  async append(...pieces: readonly Uint8Array[]): Promise<void> {
    const bytes = Buffer.concat(pieces);
    try {
      for (let done = 0; done < bytes.byteLength;) {
        done += (await this.#handle.write(bytes, done, bytes.byteLength - done, this.#size + done)).bytesWritten;
      }
      await this.#handle.datasync();
      this.#size += bytes.byteLength;
    } catch (error) {
      await this.#handle.truncate(this.#size).catch(() => undefined);
      throw diskError(error, this.#path);
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** Temporary files of writes that are under way: whoever ends the process early leaves none behind. */
const unfinished = new Set<string>();
process.on('exit', () => unfinished.forEach((file) => rmSync(file, { force: true })));

/**
 * Writes a whole file under a temporary name, flushes it and renames it: it is there complete, or as it was before. (The
 * package write-file-atomic takes a short write for a whole one, and puts half a file in place when the disk is full.)
 * A link stays one; what is no file, such as `/dev/stdout`, is written to and not replaced.
 * @throws SeebenchError `disk-full`, `file-unusable`
 */
export async function writeWhole(path: string, write: (handle: FileHandle) => Promise<void>): Promise<void> {
  try {
    const target = await realpath(path).catch(() => path);
    const entry = await stat(target).catch(() => null);
    const isFile = entry?.isFile() ?? true;
    // Two processes may write the same file at once.
    const written = isFile ? `${target}.${process.pid}.tmp` : target;
    if (isFile) unfinished.add(written);
    try {
      const handle = await open(written, 'w');
      try {
        await write(handle);
        if (isFile) await handle.datasync();
      } finally {
        await handle.close();
      }
      if (isFile) await rename(written, target);
    } finally {
      if (isFile) await rm(written, { force: true }).catch(() => undefined);
      unfinished.delete(written);
    }
  } catch (error) {
    throw fileError(error, path);
  }
}

/** Writes a file in one step: a reader sees the old or the new one. @throws SeebenchError `disk-full`, `file-unusable` */
export async function writeText(path: string, text: string | Buffer): Promise<void> {
  await writeWhole(path, (handle) => handle.writeFile(text));
}
