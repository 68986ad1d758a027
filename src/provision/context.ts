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

  /**
   * Runs works at the same time. The first failure ends the others, and is thrown when all have ended: nothing writes any
   * more into what is then removed.
   */
  async together(works: readonly ((context: BuildContext) => Promise<void>)[]): Promise<void> {
    const stop = new AbortController();
    const inner = new BuildContext(this.cache, AbortSignal.any([this.signal, stop.signal]));
    let first: { readonly error: unknown } | undefined;
    const settle = async (work: (context: BuildContext) => Promise<void>): Promise<void> => {
      try {
        await work(inner);
      } catch (error) {
        first ??= { error };
        stop.abort(error);
      }
    };
    await Promise.all(works.map(settle));
    if (first !== undefined) throw first.error;
  }

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
