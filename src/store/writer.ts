import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlockWatch, RunManifest, SummaryRow, Trial } from '../model/index.js';
import { AppendFile } from './disk.js';
import { END_OF_STREAM, batchMessages, schemaMessage } from './ipc.js';
import { readManifest, writeManifest } from './manifest.js';
import { writeResults } from './results.js';
import { SAMPLE_SCHEMA, trialSampleBatch } from './sample-batch.js';
import { WATCH_FILE, segmentFile, segmentsOf } from './segments.js';
import { TRIAL_SCHEMA, trialBatch } from './trial-columns.js';

/**
 * Writes one session of a run: every trial is on disk before the next starts. A session has its own pair of streams
 * (`trials.arrows` and `samples.arrows`, after a resume `trials.1.arrows` …), because a reader ignores a second stream in one file.
 */
export class RunWriter {
  readonly dir: string;
  readonly #trials: AppendFile;
  readonly #samples: AppendFile;
  readonly #watch: AppendFile;
  #manifest: Promise<void> = Promise.resolve();

  private constructor(dir: string, trials: AppendFile, samples: AppendFile, watch: AppendFile) {
    this.dir = dir;
    this.#trials = trials;
    this.#samples = samples;
    this.#watch = watch;
  }

  /** Starts a run in `dir`, which is made when it is not there. @throws SeebenchError `disk-full` */
  static async create(dir: string, manifest: RunManifest): Promise<RunWriter> {
    await mkdir(dir, { recursive: true });
    const writer = await RunWriter.#open(dir, 0);
    await writer.updateManifest(manifest);
    return writer;
  }

  /** Opens the next segment of an interrupted run. @throws SeebenchError as `readRun`, `disk-full` */
  static async resume(dir: string): Promise<RunWriter> {
    await readManifest(dir);
    const last = segmentsOf(await readdir(dir)).at(-1);
    return RunWriter.#open(dir, last === undefined ? 0 : last + 1);
  }

  static async #open(dir: string, segment: number): Promise<RunWriter> {
    const trials = await AppendFile.create(join(dir, segmentFile('trials', segment)));
    const samples = await AppendFile.create(join(dir, segmentFile('samples', segment)));
    const watch = await AppendFile.continueLines(join(dir, WATCH_FILE));
    await trials.append(schemaMessage(TRIAL_SCHEMA));
    await samples.append(schemaMessage(SAMPLE_SCHEMA));
    return new RunWriter(dir, trials, samples, watch);
  }

  /**
   * Stores a trial, samples first: the row in `trials` says that all of it is there.
   * @throws SeebenchError `disk-full` (exit 2): the trials before stay readable
   * @throws RangeError for values that are no finite numbers: a bug of the caller
   */
  async appendTrial(trial: Trial): Promise<void> {
    const row = batchMessages(trialBatch([trial]));
    if (trial.samples.length > 0) await this.#samples.append(batchMessages(trialSampleBatch(trial)));
    await this.#trials.append(row);
  }

  /** Adds what was seen of the host around a block to `host.jsonl`. */
  async appendWatch(watch: BlockWatch): Promise<void> {
    await this.#watch.append(Buffer.from(`${JSON.stringify(watch)}\n`));
  }

  /** Replaces `run.json` in one step; calls take effect in their order. @throws SeebenchError `disk-full` */
  async updateManifest(manifest: RunManifest): Promise<void> {
    const before = this.#manifest;
    this.#manifest = before.catch(() => undefined).then(() => writeManifest(this.dir, manifest));
    await this.#manifest;
  }

  /** Ends the streams, without results: what an interrupted session does. */
  async close(): Promise<void> {
    await this.#trials.append(END_OF_STREAM);
    await this.#samples.append(END_OF_STREAM);
    await Promise.all([this.#trials.close(), this.#samples.close(), this.#watch.close()]);
  }

  /**
   * Ends the streams, writes `trials` and `samples` of all sessions as `.arrow` and `.csv` and `summary.csv`, and then the
   * manifest, whose state should be `complete`: a reader that sees it sees the files.
   */
  async finish(manifest: RunManifest, summaryRows: readonly SummaryRow[]): Promise<void> {
    await this.close();
    await writeResults(this.dir, summaryRows);
    await this.updateManifest(manifest);
  }
}
