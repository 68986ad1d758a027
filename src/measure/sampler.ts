import { readFile } from 'node:fs/promises';

/** Between two looks. A look costs about a millisecond; more often would be seen in the trial. */
const PERIOD_MS = 200;
/** The first look comes early, so that short trials have one. */
const FIRST_MS = 100;
/** More processes than a workload has; a guest that forks without end must not keep the harness busy. */
const MOST_PROCESSES = 16;

/**
 * Looks at the processes of a running trial now and then, for what no counter keeps: memory mappings of the host.
 * Reading a process's mappings waits for its memory lock, so it is never waited for: a look that hangs ends with the trial.
 */
export class Sampler {
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #peakVmas = 0;
  readonly #pids: () => readonly number[];

  constructor(pids: () => readonly number[]) {
    this.#pids = pids;
    this.#timer = setTimeout(() => void this.#look(), FIRST_MS);
  }

  async #look(): Promise<void> {
    for (const pid of this.#pids().slice(0, MOST_PROCESSES)) {
      if (this.#stopped) return;
      this.#peakVmas = Math.max(this.#peakVmas, await countMappings(pid));
    }
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#look(), PERIOD_MS);
  }

  /** Ends the sampling. @returns the most mappings that one process had; `null` when the trial was too short to be seen. */
  stop(): number | null {
    this.#stopped = true;
    clearTimeout(this.#timer);
    return this.#peakVmas === 0 ? null : this.#peakVmas;
  }
}

/** Memory mappings of a process on the host; 0 when it is gone. */
export async function countMappings(pid: number): Promise<number> {
  try {
    const maps = await readFile(`/proc/${pid}/maps`);
    let lines = 0;
    for (let at = maps.indexOf(10); at >= 0; at = maps.indexOf(10, at + 1)) lines++;
    return lines;
  } catch {
    return 0;
  }
}
