import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SeebenchError } from '../model/index.js';

/** How long a download may go without a single byte, milliseconds. */
const DEFAULT_IDLE_MS = 60_000;

export interface DownloadOptions {
  readonly signal: AbortSignal;
  /** How long the host may stay silent, milliseconds. */
  readonly idleMs?: number;
}

/**
 * Downloads `url` into `file` and answers its SHA-512, hex. `null`: the host says that there is no such file (404).
 * @throws SeebenchError `download-failed` (refused, another HTTP error), `download-cut-off` (fewer bytes than announced),
 * `download-timeout` (the host does not answer, or stops sending).
 */
export async function download(url: string, file: string, options: DownloadOptions): Promise<string | null> {
  const idle = new AbortController();
  const idleMs = options.idleMs ?? DEFAULT_IDLE_MS;
  let timer = setTimeout(() => idle.abort(), idleMs);
  const hash = createHash('sha512');
  let received = 0;
  let expected: number | null = null;
  try {
    const signal = AbortSignal.any([options.signal, idle.signal]);
    // Compressed in transfer, a body's length is not the file's.
    const response = await fetch(url, { signal, headers: { 'accept-encoding': 'identity' } });
    if (response.status === 404) {
      await response.body?.cancel();
      return null;
    }
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw failed(url, `the host answered ${response.status} ${response.statusText}`);
    }
    expected = lengthOf(response);
    const counted = async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of source) {
        clearTimeout(timer);
        timer = setTimeout(() => idle.abort(), idleMs);
        received += chunk.length;
        hash.update(chunk);
        yield chunk;
      }
    };
    await pipeline(Readable.fromWeb(response.body as never), counted, createWriteStream(file), { signal });
    if (expected !== null && received !== expected) throw cutOff(url, received, expected);
    return hash.digest('hex');
  } catch (error) {
    if (error instanceof SeebenchError) throw error;
    options.signal.throwIfAborted();
    if (idle.signal.aborted) {
      throw new SeebenchError(
        'download-timeout',
        `${url}: no answer for ${Math.round(idleMs / 1000)} s`,
        'see whether the host can be reached from here, then run it again',
      );
    }
    if (expected !== null && received < expected) throw cutOff(url, received, expected);
    throw failed(url, reasonOf(error));
  } finally {
    clearTimeout(timer);
  }
}

function lengthOf(response: Response): number | null {
  const length = response.headers.get('content-length');
  return length === null ? null : Number(length);
}

function cutOff(url: string, received: number, expected: number): SeebenchError {
  return new SeebenchError('download-cut-off', `${url}: ended after ${received} of ${expected} bytes`, 'run it again');
}

function failed(url: string, reason: string): SeebenchError {
  return new SeebenchError(
    'download-failed',
    `${url}: ${reason}`,
    'see whether the address is right, then run it again',
  );
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
