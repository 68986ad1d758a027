import { setTimeout as sleep } from 'node:timers/promises';
import { iterationOf, runTrial, type TrialContext } from '../measure/index.js';
import type { Case, DensityStop, WorkShare } from '../model/index.js';
import { lastLine } from '../model/index.js';
import type { StampedLine } from '../process/index.js';
import type { Driver } from '../sandbox/index.js';
import { shareOf, type DoneIteration } from '../study/index.js';
import type { Guard } from './density-guard.js';
import { withIterations } from './pilot.js';

/** Between two looks at the host while sandboxes work. */
const LOOK_MS = 100;
/** More than any window has: a working sandbox works until it is ended. */
const ENDLESS = 1_000_000;

/** Sandboxes that work at once. */
export interface Party {
  readonly driver: Driver;
  /** What each of them does. */
  readonly cases: readonly Case[];
}

export interface WorkContext {
  readonly trials: TrialContext;
  readonly guard: Guard;
  readonly signal: AbortSignal;
  readonly windowMs: number;
}

let launches = 0;

/** One that works until it is ended, and what it has done so far. */
class Worker {
  readonly done: DoneIteration[] = [];
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  problem: string | null = null;

  constructor(driver: Driver, one: Case, { trials, signal }: WorkContext) {
    const sequence = launches++;
    const { id: environmentId } = driver.environment;
    const key = { id: 'density', sequence, block: sequence, position: 0, caseId: one.id, environmentId };
    this.#ended = runTrial(driver, withIterations(one, ENDLESS), key, {
      ...trials,
      idPrefix: `${trials.idPrefix}w`,
      signal: AbortSignal.any([signal, this.#stop.signal]),
      unsampled: true,
      watch: { begin: () => Promise.resolve(), onEvent: (line) => this.#heard(line) },
    }).then(
      ({ trial: { outcome }, stderr }) =>
        this.#failed('reason' in outcome ? outcome.reason : lastLine(stderr) || 'it ended by itself'),
      (error: unknown) => this.#failed((error as Error).message),
    );
  }

  #failed(problem: string): void {
    this.problem ??= problem;
  }

  #heard(line: StampedLine): void {
    const told = iterationOf(line);
    if (told !== null) this.done.push({ endNs: Number(line.arrivedMonoNs), ...told });
  }

  end(): Promise<void> {
    this.#stop.abort();
    return this.#ended;
  }
}

/** What a party got done in the window in which all of it worked, or why there is no such window. */
export type PartyEnd =
  | { readonly windowMs: number; readonly shares: readonly WorkShare[] }
  | { readonly stop: Omit<DensityStop, 'at'> };

/**
 * Launches them all at once, waits until each has done one iteration, and lets them work for a while from then on. All are gone when it
 * resolves.
 */
export async function workTogether({ driver, cases }: Party, untilMs: number, context: WorkContext): Promise<PartyEnd> {
  const { guard, windowMs } = context;
  const limit = cases.reduce((sum, { spec }) => sum + spec.memoryBytes, 0);
  const refused = guard.stop(limit, untilMs);
  if (refused !== null) return { stop: refused };
  const slowest = performance.now() + Math.max(...cases.map(({ spec }) => spec.timeoutMs));
  const workers = cases.map((one) => new Worker(driver, one, context));
  const until = async (holds: () => boolean): Promise<PartyEnd | null> => {
    while (!holds()) {
      const failed = workers.find(({ problem }) => problem !== null);
      const stop =
        guard.stop(0, Infinity) ??
        (failed && { kind: 'launch-failed' as const, reason: failed.problem! }) ??
        (performance.now() > slowest
          ? { kind: 'too-slow' as const, reason: 'not all of them had done an iteration in the time of a trial' }
          : null);
      if (stop !== null) return { stop };
      await sleep(LOOK_MS);
    }
    return null;
  };
  try {
    const early = await until(() => workers.every(({ done }) => done.length > 0));
    if (early !== null) return early;
    const fromNs = Number(process.hrtime.bigint());
    const toNs = fromNs + windowMs * 1e6;
    // What reaches over the window's end counts in part, so its end has to be known.
    const late = await until(() => workers.every(({ done }) => (done.at(-1)?.endNs ?? 0) >= toNs));
    if (late !== null) return late;
    return { windowMs, shares: workers.map(({ done }, i) => shareOf(cases[i]!.id, done, fromNs, toNs)) };
  } finally {
    await Promise.all(workers.map((worker) => worker.end()));
  }
}
