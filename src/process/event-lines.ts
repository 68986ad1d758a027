/** One line from the guest's channel, with the host's monotonic time of its arrival. */
export interface StampedLine {
  readonly text: string;
  readonly arrivedMonoNs: bigint;
}

/** What a trial may send at most. More ends the reading (and fails the trial), never the harness. */
export const EVENT_LINE_BYTES = 64 * 1024;
export const EVENT_TOTAL_BYTES = 4 * 1024 * 1024;
/** Empty lines are cheap to send and dear to keep. */
const EVENT_LINES = 100_000;

const NEWLINE = 0x0a;

/** Cuts the guest's channel into lines, within bounds; what comes after a breach is dropped. */
export class EventLines {
  readonly lines: StampedLine[] = [];
  #partial: Buffer = Buffer.alloc(0);
  #totalBytes = 0;
  #problem: string | null = null;
  readonly #onLine: ((line: StampedLine) => void) | undefined;

  constructor(onLine?: (line: StampedLine) => void) {
    this.#onLine = onLine;
  }

  /** What was wrong with the channel as a whole, a half-written last line included. */
  get problem(): string | null {
    if (this.#problem !== null) return this.#problem;
    return this.#partial.length > 0 ? 'the last event is cut off' : null;
  }

  push(chunk: Buffer): void {
    const arrivedMonoNs = process.hrtime.bigint();
    if (this.#problem !== null) return;
    this.#totalBytes += chunk.length;
    if (this.#totalBytes > EVENT_TOTAL_BYTES) return this.#stop(`more than ${EVENT_TOTAL_BYTES} bytes of events`);
    let rest = this.#partial.length === 0 ? chunk : Buffer.concat([this.#partial, chunk]);
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      if (end > EVENT_LINE_BYTES) return this.#stop(`an event of more than ${EVENT_LINE_BYTES} bytes`);
      if (this.lines.length === EVENT_LINES) return this.#stop(`more than ${EVENT_LINES} events`);
      const line = { text: rest.subarray(0, end).toString('utf8'), arrivedMonoNs };
      this.lines.push(line);
      this.#onLine?.(line);
      rest = rest.subarray(end + 1);
    }
    if (rest.length > EVENT_LINE_BYTES) return this.#stop(`an event of more than ${EVENT_LINE_BYTES} bytes`);
    this.#partial = Buffer.from(rest);
  }

  #stop(problem: string): void {
    this.#problem = problem;
    this.#partial = Buffer.alloc(0);
  }
}
