import type { BuildOptions } from './cache.js';
import type { Step } from './steps.js';

/** What every build of one set-up shares. */
export class BuildContext {
  constructor(
    /** Absolute path of the cache directory. */
    readonly cache: string,
    /** Aborted when another part failed or the user interrupts. */
    readonly signal: AbortSignal,
  ) {}

  /** Options for the cache: waiting for another set-up is said by the step. */
  waiting(step: Step): BuildOptions {
    const onWait = (pid: number | null): void => {
      // Two parts of one set-up may want the same tool.
      if (pid === process.pid) return;
      step.working(`waiting for another set-up${pid === null ? '' : ` (process ${pid})`} that makes the same`);
    };
    return { signal: this.signal, onWait };
  }
}
