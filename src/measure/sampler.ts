import { readFileSync } from 'node:fs';

/** Between two looks. A look costs about a millisecond; more often would be seen in the trial. */
const PERIOD_MS = 200;
/** The first look comes early, so that short trials have one. */
const FIRST_MS = 100;

/** Looks at the processes of a running trial now and then, for what no counter keeps: memory mappings of the host. */
export class Sampler {
  #timer: NodeJS.Timeout | undefined;
  #peakVmas = 0;
  readonly #pids: () => readonly number[];

  constructor(pids: () => readonly number[]) {
    this.#pids = pids;
    this.#timer = setTimeout(this.#look, FIRST_MS);
  }

  readonly #look = (): void => {
    let most = 0;
    for (const pid of this.#pids()) most = Math.max(most, countMappings(pid));
    this.#peakVmas = Math.max(this.#peakVmas, most);
    this.#timer = setTimeout(this.#look, PERIOD_MS);
  };

  /** Ends the sampling. @returns the most mappings that one process had; `null` when the trial was too short to be seen. */
  stop(): number | null {
    clearTimeout(this.#timer);
    return this.#peakVmas === 0 ? null : this.#peakVmas;
  }
}

function countMappings(pid: number): number {
  try {
    const maps = readFileSync(`/proc/${pid}/maps`);
    let lines = 0;
    for (let at = maps.indexOf(10); at >= 0; at = maps.indexOf(10, at + 1)) lines++;
    return lines;
  } catch {
    return 0;
  }
}
