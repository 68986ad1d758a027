import { NATIVE, type PoolRecord, type TrialKey } from '../model/index.js';
import { hash32, rng, shuffle } from '../stats/index.js';

/** What a plan is made of; the same in, the same plan out. */
export interface PlanInput {
  /** Case ids, in the order in which rounds go through them. */
  readonly cases: readonly string[];
  /** Environment ids, `native` among them. */
  readonly environments: readonly string[];
  readonly seed: number;
  /** Blocks that every case gets for certain. */
  readonly minBlocks: number;
  /** Asked number of blocks of every case: then these are the whole plan, and there is no budget. */
  readonly blocks?: number | null;
  /** Where blocks do not hold every environment, and cases not the same part of the time. */
  readonly pool?: Pick<PoolRecord, 'arms' | 'shares'> | undefined;
  /** Of a case, the environments of its blocks, where these are not all. */
  readonly only?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** One trial to be made. `sequence` is its place in the run. */
export type PlannedTrial = TrialKey;

/**
 * The certain part of a plan: round by round one block of every case, so that an interruption leaves every case equally
 * far, and drift of the host meets all of them. Inside a block every environment stands once, in an order of its own.
 * @throws RangeError without `native`: every block needs its reference
 */
export function planBlocks(input: PlanInput): PlannedTrial[] {
  const rounds = input.blocks ?? input.minBlocks;
  const trials: PlannedTrial[] = [];
  for (let block = 0; block < rounds; block++) {
    for (const caseId of input.cases) trials.push(...planBlock(input, caseId, block, trials.length));
  }
  return trials;
}

/**
 * One block of one case. Its order depends on seed, case and block number only, not on what ran before: a resumed or longer
 * run has the same blocks.
 * @param sequence of the block's first trial
 */
export function planBlock(
  input: Pick<PlanInput, 'environments' | 'seed' | 'pool' | 'only'>,
  caseId: string,
  block: number,
  sequence: number,
): PlannedTrial[] {
  const environments = environmentsOf(input, caseId, block);
  if (!environments.includes(NATIVE)) throw new RangeError(`a block without ${NATIVE} has nothing to compare with`);
  return shuffle(environments, rng(`${input.seed}/${block}/${caseId}`)).map((environmentId, position) => ({
    id: trialId(block, caseId, environmentId),
    sequence: sequence + position,
    block,
    position,
    caseId,
    environmentId,
  }));
}

/** The environments that stand in a block: all that are there, those of the case, or those of a pool's turn. */
export function environmentsOf(
  { environments, pool, only }: Pick<PlanInput, 'environments' | 'pool' | 'only'>,
  caseId: string,
  block: number,
): readonly string[] {
  const turns = pool?.arms[caseId];
  const turn = turns?.[block % turns.length] ?? only?.[caseId];
  return turn ? environments.filter((id) => turn.includes(id)) : environments;
}

/**
 * What is left of a plan after the trials that are stored already: first the rest of a block that was cut off, even of one
 * that the budget had added, then the certain part. Stored trials are kept, so that the whole is the plan as it would
 * have been without the interruption.
 */
export function remainingTrials(input: PlanInput, stored: readonly TrialKey[]): PlannedTrial[] {
  const done = new Set(stored.map((trial) => trial.id));
  const certain = planBlocks(input);
  const planned = new Set(certain.map((trial) => trial.id));
  const added = new Map(
    stored.filter((trial) => !planned.has(trial.id)).map((trial) => [`${trial.block} ${trial.caseId}`, trial]),
  );
  const cut = [...added.values()].flatMap(({ caseId, block }) => planBlock(input, caseId, block, 0));
  const next = stored.reduce((last, trial) => Math.max(last, trial.sequence), -1) + 1;
  return [...cut, ...certain]
    .filter((trial) => !done.has(trial.id))
    .map((trial, i) => ({ ...trial, sequence: next + i }));
}

/** `<block>--<case>--<environment>`, unique in a run and safe as a file's name whatever the ids hold. */
export function trialId(block: number, caseId: string, environmentId: string): string {
  return [block, fileSafe(caseId), fileSafe(environmentId)].join('--');
}

/**
 * Keeps letters, digits, `_`, `@`, and `.` and `-` where they stand alone inside; anything else becomes `%` and four
 * hexadecimal digits, so that `../` has no meaning, `--` can separate, and different ids stay different. What gets too long
 * for a file's name ends in its hash instead.
 */
function fileSafe(id: string): string {
  const safe = id.replace(
    /[^A-Za-z0-9_@.-]|^[.-]|(?<=[.-])[.-]|[.-]$/g,
    (char) => `%${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return safe.length <= 100 ? safe : `${safe.slice(0, 90)}%${(hash32(id) >>> 0).toString(16)}`;
}
