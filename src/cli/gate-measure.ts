import { loadPolicy, type EnvironmentSpec } from '../config/index.js';
import { comparisonsWithin, confirmed, gateVerdict, type GateVerdict } from '../gate/index.js';
import { NATIVE, twinOf, type Case, type Policy, type RunManifest } from '../model/index.js';
import { SeebenchError } from '../model/index.js';
import { readRun } from '../store/index.js';
import { caseInfo } from './case-info.js';
import { errorRatesOf } from './error-rates.js';
import { measureInto } from './measure-run.js';
import type { Catalogue } from './options.js';
import { designed, hasIterations, runPilot, specNamed, withIterations } from './pilot.js';
import { say } from './print.js';
import { commandLine, runId } from './run-id.js';
import { settledBy } from './settled.js';
import { MIN_BLOCKS } from './suites.js';

export interface MeasureGate {
  readonly candidateEnv: string;
  readonly baselineEnv: string;
  readonly cases: readonly Case[];
  /** Blocks of every case; or as many as the time allows and the case needs. */
  readonly plan: { readonly blocks: number } | { readonly budgetMs: number };
  /** In each trial; `null` for as many as a pilot finds best. */
  readonly iterations: number | null;
  readonly seed: number;
  readonly suite: string;
  readonly policy: string | undefined;
  readonly out: string | null;
  readonly catalogue: Catalogue;
}

/**
 * Launches both sides interleaved, with native and its twin in every block, and judges. What it would call a regression is measured
 * again, on as many fresh blocks, and called one only if these alone show it too.
 * @returns `null` when it was interrupted
 */
export async function measureGate(request: MeasureGate): Promise<GateVerdict | null> {
  const { candidateEnv, baselineEnv } = request;
  const today = new Date().toISOString().slice(0, 10);
  const policy = loadPolicy(request.policy, today);
  if (candidateEnv === baselineEnv)
    throw new SeebenchError(
      'usage',
      'candidate and baseline are the same environment',
      'name two with --baseline-env and --candidate-env',
    );
  const specs = specsOf(request);
  const cases = await casesOf(request, policy);
  const first = await measureSides(request, cases, specs, policy, request.out);
  if (first === null) return null;
  const judge = (run: Awaited<ReturnType<typeof readRun>>, errorRates: GateVerdict['errorRates']): GateVerdict =>
    gateVerdict({
      run: run.manifest.id,
      candidate: candidateEnv,
      baseline: baselineEnv,
      comparisons: comparisonsWithin(run, candidateEnv, baselineEnv, policy.metric),
      policy,
      errorRates,
      today,
      notes: [`measured in ${run.dir}`],
    });
  const errorRates = await errorRatesOf(first.manifest.fingerprint.id);
  const verdict = judge(first, errorRates);
  const flagged = verdict.verdicts
    .filter((it) => it.verdict === 'regression' && it.ratio !== null)
    .map((it) => it.case);
  if (flagged.length === 0) return verdict;
  say(`measuring again, on fresh blocks: ${flagged.join(', ')}`);
  const again = cases.filter(({ id }) => flagged.includes(id));
  const second = await measureSides(
    request,
    again,
    specs,
    policy,
    request.out === null ? null : `${request.out}-again`,
  );
  return second === null ? null : confirmed(verdict, judge(second, errorRates));
}

/** The cases with the iterations that were asked for, or that a pilot of the baseline finds best. */
async function casesOf({ cases, iterations, baselineEnv, catalogue }: MeasureGate, policy: Policy): Promise<Case[]> {
  if (iterations !== null) return cases.map((one) => withIterations(one, iterations));
  const open = cases.filter(hasIterations);
  if (open.length === 0) return [...cases];
  const pilot = await runPilot(runId(), open, [specNamed(baselineEnv, catalogue)], catalogue);
  return cases.map((one) => designed(one, pilot, policy));
}

function specsOf({ candidateEnv, baselineEnv, catalogue }: MeasureGate): EnvironmentSpec[] {
  const named = (id: string): EnvironmentSpec => specNamed(id, catalogue);
  const native = named(NATIVE);
  const sides = [baselineEnv, candidateEnv].filter((id) => id !== NATIVE).map(named);
  return [native, { ...native, id: twinOf(NATIVE) }, ...sides];
}

async function measureSides(
  request: MeasureGate,
  cases: readonly Case[],
  specs: readonly EnvironmentSpec[],
  policy: Policy,
  out: string | null,
): Promise<Awaited<ReturnType<typeof readRun>> | null> {
  const infos = cases.map(caseInfo);
  const headline = new Map(infos.map((info) => [info.id, policy.metric ?? info.headline]));
  const blocks = 'blocks' in request.plan ? request.plan.blocks : null;
  const plan: RunManifest['plan'] = {
    suite: request.suite,
    seed: request.seed,
    blocks,
    budgetMs: 'budgetMs' in request.plan ? request.plan.budgetMs : null,
    minBlocks: blocks ?? MIN_BLOCKS,
    cases: infos,
    environments: specs.map(({ id }) => id),
  };
  const { dir, interrupted } = await measureInto({
    id: runId(),
    dir: out,
    plan,
    command: commandLine(request.seed),
    cases,
    specs,
    runtime: request.catalogue.runtime,
    allowHostSettings: false,
    withHostname: false,
    json: false,
    settled: settledBy(request.candidateEnv, request.baselineEnv, policy, (id) => headline.get(id) ?? ''),
    earlier: null,
  });
  return interrupted ? null : readRun(dir);
}
