import { EXIT } from '../model/index.js';
import { say } from './print.js';

/**
 * Ctrl-C and SIGTERM. Who has asked for the signal ends its work in order, keeps what there is and returns; where nobody has,
 * or at the second time, the process ends at once.
 */
class Interruption {
  readonly #controller = new AbortController();
  #watched = false;

  constructor() {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => this.#come(name));
  }

  /** Aborted when the user wants an end; asking for it is a promise to heed it. */
  get signal(): AbortSignal {
    this.#watched = true;
    return this.#controller.signal;
  }

  get came(): boolean {
    return this.#controller.signal.aborted;
  }

  #come(name: string): void {
    if (!this.#watched || this.came) process.exit(EXIT.interrupted);
    say(`${name}: ending in order; once more ends at once`);
    this.#controller.abort();
  }
}

/** There is one process, and so one. */
export const interruption = new Interruption();
