import { readHostMemory, type HostMemory } from '../host/index.js';
import type { DensityStop } from '../model/index.js';

/** Kept free whatever is measured, the larger of the two. */
const LEAST_RESERVE_BYTES = 2 * 2 ** 30;
const RESERVE_SHARE = 0.15;
/** Tasks of a host that waits for memory so much of the last 10 s, per cent, already suffer. */
export const MOST_PRESSURE = 5;

/** What stops the adding of sandboxes, but for its count. */
type Reason = Omit<DensityStop, 'at'>;

/**
 * Says when no more sandboxes may be added, before the host suffers. A sandbox that is to come is counted with all that its memory
 * limit lets it take, so that what is let in can never use up the host.
 */
export class Guard {
  readonly reserveBytes: number;
  readonly #read: () => HostMemory;
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal, read: () => HostMemory = readHostMemory) {
    this.#read = read;
    this.#signal = signal;
    this.reserveBytes = Math.max(LEAST_RESERVE_BYTES, RESERVE_SHARE * read().totalBytes);
  }

  /**
   * @param moreBytes what is about to be let in may take at most
   * @param untilMs on the clock of `performance.now()`
   */
  stop(moreBytes: number, untilMs: number): Reason | null {
    if (this.#signal.aborted) return { kind: 'interrupted', reason: 'a signal' };
    const { availableBytes, pressure } = this.#read();
    if (availableBytes - moreBytes < this.reserveBytes)
      return {
        kind: 'memory-reserve',
        reason:
          `${gib(availableBytes)} GiB are available` +
          `${moreBytes > 0 ? `, what comes may take ${gib(moreBytes)} GiB` : ''}, and ${gib(this.reserveBytes)} GiB are kept free`,
      };
    if (pressure !== null && pressure > MOST_PRESSURE)
      return { kind: 'memory-pressure', reason: `tasks waited for memory in ${pressure} % of the last 10 s` };
    if (performance.now() > untilMs) return { kind: 'time', reason: 'its share of the time budget was spent' };
    return null;
  }
}

const gib = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
