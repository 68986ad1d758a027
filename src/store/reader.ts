import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlockWatch, RunData, RunManifest, SampleColumns, Trial } from '../model/index.js';
import { readStream, type ReadStream } from './ipc.js';
import { joinSamples, type SampleSegment } from './join-samples.js';
import { readManifest, unreadable } from './manifest.js';
import { BLOCK_WATCH } from './manifest-schema.js';
import { WATCH_FILE, segmentFile, segmentsOf } from './segments.js';
import { trialsOf } from './trial-columns.js';

/** A run as its files have it, running, interrupted or complete. */
export interface StoredRun extends RunData {
  /** The run's directory, as it was given. */
  readonly dir: string;
  readonly manifest: RunManifest;
  /** In the order of acquisition; `samples` of each is empty. */
  readonly trials: readonly Trial[];
  readonly samples: SampleColumns;
  readonly watch: readonly BlockWatch[];
  /** A stream ended in the middle of a batch: the writer was killed, and that trial is not among `trials`. */
  readonly truncated: boolean;
}

/**
 * Reads a run from its streams. Every complete batch is read, wherever a stream was cut off.
 * @throws SeebenchError `run-not-found`, `run-unreadable` (names the file), `schema-unknown`
 */
export async function readRun(dir: string): Promise<StoredRun> {
  const manifest = await readManifest(dir);
  return { dir, manifest, ...(await readTrials(dir)), watch: await readWatch(join(dir, WATCH_FILE)) };
}

/** Reads trials and samples of all segments. @throws SeebenchError `run-unreadable` */
export async function readTrials(dir: string): Promise<Pick<StoredRun, 'trials' | 'samples' | 'truncated'>> {
  const stored: Trial[] = [];
  const segments: { batches: ReadStream['batches']; trials: readonly Trial[] }[] = [];
  let truncated = false;
  for (const segment of segmentsOf(await readdir(dir))) {
    const rows = await readSegment(join(dir, segmentFile('trials', segment)));
    const samples = await readSegment(join(dir, segmentFile('samples', segment)));
    const trials = inFile(join(dir, segmentFile('trials', segment)), () => rows.batches.flatMap(trialsOf));
    stored.push(...trials);
    segments.push({ batches: samples.batches, trials });
    truncated ||= rows.truncated || samples.truncated;
  }
  const trials = stored.toSorted((a, b) => a.sequence - b.sequence);
  const indexOf = new Map(trials.map((trial, index) => [trial, index]));
  const joined = segments.map((segment): SampleSegment => ({
    batches: segment.batches,
    indexOfSequence: new Map(segment.trials.map((trial) => [trial.sequence, indexOf.get(trial)!])),
  }));
  return { trials, samples: inFile(join(dir, 'samples.arrows'), () => joinSamples(joined)), truncated };
}

async function readSegment(file: string): Promise<ReadStream> {
  try {
    return readStream(await readFile(file));
  } catch (error) {
    // The pair is made one after the other: a kill between the two leaves the second out.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { batches: [], truncated: false };
    throw unreadable(file, error);
  }
}

async function readWatch(file: string): Promise<BlockWatch[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  // The last piece is empty, or a line that was cut off.
  const lines = text.split('\n').slice(0, -1);
  return inFile(file, () => lines.map((line) => BLOCK_WATCH.parse(JSON.parse(line))));
}

function inFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unreadable(file, error);
  }
}
