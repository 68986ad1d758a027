import { loadPolicy } from '../config/index.js';
import {
  comparisonsAcross,
  comparisonsWithin,
  differencesOf,
  gateVerdict,
  sideOf,
  type GateVerdict,
  type Side,
} from '../gate/index.js';
import { EXIT, SeebenchError } from '../model/index.js';
import { writeText } from '../store/index.js';
import { errorRatesOf } from './error-rates.js';
import { readFinished, readSide, requireEnvironment } from './sides.js';

/** What is judged: against a baseline that was measured apart, or two environments of one run. */
export interface JudgeOptions {
  readonly baseline?: string;
  readonly baselineEnv?: string;
  readonly candidateEnv?: string;
  readonly policy?: string;
}

/** The verdict from stored results alone. */
export async function judge(ref: string, options: JudgeOptions): Promise<GateVerdict> {
  const today = new Date().toISOString().slice(0, 10);
  const policy = loadPolicy(options.policy, today);
  const run = await readFinished(ref);
  const errorRates = await errorRatesOf(run.manifest.fingerprint.id);
  const common = { run: run.manifest.id, policy, errorRates, today };
  if (options.baseline === undefined) {
    const [candidate, baseline] = [options.candidateEnv!, options.baselineEnv!];
    requireEnvironment(run.manifest, candidate);
    requireEnvironment(run.manifest, baseline);
    if (candidate === baseline) throw sameSides(`the environment ${candidate}`);
    const comparisons = comparisonsWithin(run, candidate, baseline, policy.metric);
    return gateVerdict({ ...common, candidate, baseline, comparisons, notes: stateNotes(run.manifest.state.kind) });
  }
  const other = await readSide(options.baseline, policy.metric, false);
  const own = sideOf(run, { metric: policy.metric, absolute: false });
  if (own.run === other.run) throw sameSides(`the run ${own.run}`);
  const comparisons = comparisonsAcross(own, other);
  const notes = [
    ...differencesOf(own, other),
    'the two sides were measured apart: what moves a whole run is not in the intervals (`gate --measure` interleaves them)',
    ...stateNotes(run.manifest.state.kind),
  ];
  return gateVerdict({ ...common, candidate: own.run, baseline: other.run, comparisons, notes });
}

/** Whatever is held against itself passes: a gate that is set up so would pass for ever. */
function sameSides(what: string): SeebenchError {
  return new SeebenchError('same-sides', `candidate and baseline are both ${what}`, 'name two that differ');
}

function stateNotes(state: string): string[] {
  return state === 'complete' ? [] : ['the run was interrupted: what it has is judged'];
}

/** Writes a run's ratios to native, to be committed and compared with later. */
export async function writeBaselineFile(ref: string, file: string, policyFile: string | undefined): Promise<Side> {
  const policy = loadPolicy(policyFile, new Date().toISOString().slice(0, 10));
  const side = sideOf(await readFinished(ref), { metric: policy.metric, absolute: false });
  if (!side.entries.some(({ logRatios }) => logRatios.length > 0))
    throw new SeebenchError(
      'nothing-measured',
      `run ${side.run} has no ratio to native that a gate could be held to`,
      'measure again; `seebench report` says what failed',
      EXIT.noAnswer,
    );
  await writeText(file, `${JSON.stringify(side, rounded)}\n`);
  return side;
}

/** Six digits are more than any time has. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}
