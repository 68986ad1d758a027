import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlockWatch, RunData, RunManifest, SampleColumns, Trial } from '../model/index.js';
import { readPlain } from './disk.js';
import { readStream, type ReadStream } from './ipc.js';
import { joinSamples, type SampleSegment } from './join-samples.js';
import { readManifest, unreadable } from './manifest.js';
import { BLOCK_WATCH } from './manifest-schema.js';
import { RESULT_PAIR, WATCH_FILE, segmentFile, segmentsOf } from './segments.js';
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
  const files = await readdir(dir).catch((error: unknown) => {
    throw unreadable(dir, error);
  });
  // What a run has at its end holds the same in one batch instead of thousands, and is read ten times as fast.
  const whole = manifest.state.kind === 'complete' && RESULT_PAIR.every((file) => files.includes(file));
  const pairs = whole ? [RESULT_PAIR] : segmentPairs(files);
  const { unended, ...stored } = await readPairs(dir, pairs);
  // Part of a finished run would look like a smaller one, and pass.
  if (manifest.state.kind === 'complete' && unended !== null)
    throw unreadable(join(dir, unended), 'the run was finished, and yet this file is missing or cut off');
  const twice = stored.trials.find(({ sequence }, i) => stored.trials[i - 1]?.sequence === sequence);
  if (twice) throw unreadable(dir, `it holds trial ${twice.sequence} twice`);
  return { dir, manifest, ...stored, watch: await readWatch(join(dir, WATCH_FILE)) };
}

/** Reads trials and samples from the streams of all sessions. @throws SeebenchError `run-unreadable` */
export async function readTrials(dir: string): Promise<Pick<StoredRun, 'trials' | 'samples'>> {
  return readPairs(dir, segmentPairs(await readdir(dir)));
}

interface StoredTrials extends Pick<StoredRun, 'trials' | 'samples' | 'truncated'> {
  /** A file of the last session that was not ended in order; `null` where both were. */
  readonly unended: string | null;
}
/** Names of a file with trials and of the one with their samples. */
type Pair = readonly [trials: string, samples: string];

function segmentPairs(files: readonly string[]): Pair[] {
  return segmentsOf(files).map((segment) => [segmentFile('trials', segment), segmentFile('samples', segment)]);
}

async function readPairs(dir: string, pairs: readonly Pair[]): Promise<StoredTrials> {
  const stored: Trial[] = [];
  const segments: { batches: ReadStream['batches']; trials: readonly Trial[] }[] = [];
  let truncated = false;
  let unended: string | null = RESULT_PAIR[0];
  for (const [trialsFile, samplesFile] of pairs) {
    const rows = await readFileOf(join(dir, trialsFile));
    const samples = await readFileOf(join(dir, samplesFile));
    const trials = inFile(join(dir, trialsFile), () => rows.batches.flatMap(trialsOf));
    stored.push(...trials);
    segments.push({ batches: samples.batches, trials });
    truncated ||= rows.truncated || samples.truncated;
    unended = !rows.ended ? trialsFile : !samples.ended ? samplesFile : null;
  }
  const trials = stored.toSorted((a, b) => a.sequence - b.sequence);
  const indexOf = new Map(trials.map((trial, index) => [trial, index]));
  const joined = segments.map((segment): SampleSegment => ({
    batches: segment.batches,
    indexOfSequence: new Map(segment.trials.map((trial) => [trial.sequence, indexOf.get(trial)!])),
  }));
  const samples = inFile(join(dir, pairs.at(-1)?.[1] ?? ''), () => joinSamples(joined));
  return { trials, samples, truncated, unended };
}

async function readFileOf(file: string): Promise<ReadStream> {
  try {
    return readStream(await readPlain(file));
  } catch (error) {
    // The pair is made one after the other: a kill between the two leaves the second out.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { batches: [], truncated: false, ended: false };
    throw unreadable(file, error);
  }
}

async function readWatch(file: string): Promise<BlockWatch[]> {
  const text = await readPlain(file).then(String, () => '');
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
