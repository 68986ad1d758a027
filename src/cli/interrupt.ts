import { setImmediate } from 'node:timers/promises';
import { EXIT } from '../model/index.js';
import { say } from './print.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Ctrl-C and SIGTERM. Who has asked for the signal ends its work in order, keeps what there is and returns; where nobody has,
 * or at the second time, the process ends at once.
 */
class Interruption {
  readonly #controller = new AbortController();
  #watched = false;

  constructor() {
    for (const name of SIGNALS) process.on(name, () => this.#come(name));
  }

  /** Aborted when the user wants an end; asking for it is a promise to heed it. */
  get signal(): AbortSignal {
    this.#watched = true;
    return this.#controller.signal;
  }

  get came(): boolean {
    return this.#controller.signal.aborted;
  }

  /**
   * Computes without a break. A handler would have to wait for the end of that, so meanwhile a signal ends the process at once, as it
   * does by default: nothing may be written in between.
   */
  async around<T>(compute: () => T): Promise<T> {
    // What came before is heard first: a whole turn of the event loop lies between two of these.
    await setImmediate();
    await setImmediate();
    // Libraries listen, too, and one listener is enough to be waited for.
    const held = SIGNALS.map((name) => [name, process.listeners(name)] as const);
    for (const name of SIGNALS) process.removeAllListeners(name);
    try {
      return compute();
    } finally {
      for (const [name, listeners] of held) for (const listener of listeners) process.on(name, listener);
    }
  }

  #come(name: string): void {
    if (!this.#watched || this.came) process.exit(EXIT.interrupted);
    say(`${name}: ending in order; once more ends at once`);
    this.#controller.abort();
  }
}

/** There is one process, and so one. */
export const interruption = new Interruption();
