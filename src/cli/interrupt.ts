import { EXIT } from '../model/index.js';
import { say } from './print.js';

/**
 * Ctrl-C and SIGTERM. Before measuring begins there is nothing to keep, and the process ends (with all that it
 * started); afterwards the signal aborts the session, which ends its trial, stores its state and returns.
 */
export class Interruption {
  readonly #controller = new AbortController();
  #measuring = false;

  constructor() {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => this.#come(name));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** From now on there is something to keep. */
  measuring(): void {
    this.#measuring = true;
  }

  #come(name: string): void {
    if (!this.#measuring) process.exit(EXIT.interrupted);
    if (!this.#controller.signal.aborted) say(`${name}: ending the running trial; results are kept`);
    this.#controller.abort();
  }
}
