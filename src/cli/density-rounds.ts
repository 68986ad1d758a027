import { runTrial } from '../measure/index.js';
import { NATIVE, type Case, type DensitySamples, type WorkStop, type WorkWindow } from '../model/index.js';
import type { Driver } from '../sandbox/index.js';
import { shuffle, type Random } from '../stats/index.js';
import { workTogether, type WorkContext } from './density-work.js';
import { durationText, say } from './print.js';

/** More rounds than any budget needs to know what it can. */
const MOST_ROUNDS = 20;

export interface WorkPlan {
  readonly drivers: readonly Driver[];
  readonly cases: readonly Case[];
  readonly most: number;
  /** On the clock of `performance.now()`. */
  readonly endsAt: number;
  readonly random: Random;
  readonly context: WorkContext;
}

/** Sandboxes that work at once in one environment; a block holds the same in every one. */
interface Block {
  readonly kind: WorkWindow['kind'];
  readonly name: string;
  readonly n: number;
  readonly cases: readonly Case[];
}

/**
 * Lets 1, 2, 4, … sandboxes work at once, every environment beside the others in random order, round after round while the time is there
 * for another. What once stopped an environment is not tried there again.
 */
export async function workRounds(plan: WorkPlan): Promise<Pick<DensitySamples, 'windows' | 'stops'>> {
  const { context, endsAt } = plan;
  const windows: WorkWindow[] = [];
  const stops = await wrongAnswers(plan);
  const blocks = blocksOf(plan);
  let took = 0;
  for (let round = 0; round < MOST_ROUNDS && blocks.length > 0; round++) {
    const startedAt = performance.now();
    if (context.signal.aborted || (round > 0 && startedAt + took > endsAt)) break;
    say(`working sandboxes: round ${round + 1}${round === 0 ? '' : `, the last took ${durationText(took)}`}`);
    for (const block of blocks)
      for (const driver of shuffle(plan.drivers, plan.random))
        await runBlock(round, block, driver, plan, windows, stops);
    took = performance.now() - startedAt;
  }
  return { windows, stops };
}

/**
 * What works until it is ended never tells its answer. So each case is launched once before, to its end: who cannot do it, or gives another
 * answer than native, is not measured doing it. Files that they read are in memory from then on.
 */
async function wrongAnswers({ drivers, cases, context }: WorkPlan): Promise<WorkStop[]> {
  const stops: WorkStop[] = [];
  for (const [block, one] of cases.entries()) {
    let expected: string | null = null;
    for (const [position, driver] of drivers.entries()) {
      const { id: environment } = driver.environment;
      if (context.signal.aborted) return stops;
      const key = { id: 'density', sequence: block * drivers.length + position, block, position };
      const of = { ...key, caseId: one.id, environmentId: environment };
      const { idPrefix } = context.trials;
      const { trial } = await runTrial(driver, one, of, { ...context.trials, idPrefix: `${idPrefix}a` });
      if (context.signal.aborted) return stops;
      if (environment === NATIVE) expected = trial.digest;
      const { outcome, digest } = trial;
      const reason =
        'reason' in outcome ? outcome.reason : digest === expected ? null : 'its answer is another than native’s';
      if (reason === null) continue;
      say(`${environment}, ${one.id}: not measured: ${reason}`);
      stops.push({ environment, case: one.id, kind: 'launch-failed', reason, at: 0 });
    }
  }
  return stops;
}

async function runBlock(
  round: number,
  { kind, name, n, cases }: Block,
  driver: Driver,
  { context, endsAt }: WorkPlan,
  windows: WorkWindow[],
  stops: WorkStop[],
): Promise<void> {
  const { id: environment } = driver.environment;
  const what = kind === 'alike' ? name : `${name} beside ${cases[1]!.id}`;
  const stopped = stops.some(
    (it) =>
      it.environment === environment && (it.case === what || (it.at === 0 && cases.some(({ id }) => id === it.case))),
  );
  if (context.signal.aborted || stopped) return;
  // A round that was begun for its time is ended, so that every environment has a window in it.
  const end = await workTogether({ driver, cases }, round === 0 ? endsAt : Infinity, context);
  if ('stop' in end) {
    if (context.signal.aborted) return;
    say(`${environment}, ${n} × ${what}: stopped by ${end.stop.kind}: ${end.stop.reason}`);
    stops.push({ environment, case: what, ...end.stop, at: n });
  } else windows.push({ round, environment, kind, case: name, n, ...end });
}

/** From few to many, so that what cannot be is met last. */
function blocksOf({ cases, most }: WorkPlan): Block[] {
  const [steady, noisy] = [cases[0], cases.at(-1)];
  return rungs(most).flatMap((n): Block[] => [
    ...cases.map((one) => ({ kind: 'alike' as const, name: one.id, n, cases: Array.from({ length: n }, () => one) })),
    ...(n === 1 || steady === undefined || noisy === undefined
      ? []
      : [
          {
            kind: 'neighbour' as const,
            name: steady.id,
            n,
            cases: [steady, ...Array.from({ length: n - 1 }, () => noisy)],
          },
        ]),
  ]);
}

/** 1, 2, 4, … and the most itself. */
function rungs(most: number): number[] {
  const numbers = [];
  for (let n = 1; n < most; n *= 2) numbers.push(n);
  return [...numbers, most];
}
