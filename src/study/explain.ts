import {
  librariesIn,
  NATIVE,
  PATCHABLE_CALLS,
  PRELOAD,
  SCHEMA_VERSION,
  SeebenchError,
  EXIT,
  type CaseInfo,
  type ExplainCatalogue,
  type ExplainedCase,
  type ExplainResult,
  type InstrumentedTrial,
  type RunData,
} from '../model/index.js';
import { median, pairedShift } from '../stats/index.js';
import { activityOf } from './explain-counts.js';
import { middle } from './explain-spans.js';
import { predict, type ModelSetting } from './explain-model.js';
import {
  allLaunches,
  drawsOf,
  extraCosts,
  intervalOf,
  launchesOf,
  pricesOf,
  type Launches,
  type Prices,
} from './explain-prices.js';
import { explainFindings } from './explain-findings.js';

const CONFIDENCE = 0.95;
/** What counts as explained. */
const EXPLAINED_WITHIN = 0.25;

/**
 * Where the overhead of each case comes from: counts of what it does, from instrumented trials, times what each costs more, from the
 * micro-suite of the same run. Nothing is fitted to the cases. Pure.
 * @param names numbers of the host's system calls by name
 * @throws SeebenchError `no-prices`, `nothing-measured`
 */
export function explain(
  run: RunData,
  instrumented: readonly InstrumentedTrial[],
  catalogue: ExplainCatalogue,
  names: Readonly<Record<string, number>>,
): ExplainResult {
  const { manifest } = run;
  const environments = manifest.environments.filter(({ id, runtime }) => runtime === 'runsc' && id !== NATIVE);
  const launches = launchesOf(run);
  const prices = environments.map(({ id }) => pricesOf(launches, id)).filter(({ blocks }) => blocks > 0);
  if (prices.length === 0)
    throw new SeebenchError(
      'no-prices',
      `${manifest.id} has no block in which the micro-suite ran natively and in gVisor: nothing tells what a call costs`,
      'make one that has: seebench run --instrument',
    );
  const notes: string[] = [];
  const overheads = overheadsOf(launches);
  const cases = prices.flatMap((own) =>
    manifest.plan.cases.flatMap((info) => {
      const measured = overheads.get(`${info.id} ${own.environment}`);
      const others = pricesOf(launches, own.environment, info.id);
      const variables = variablesOf(manifest, own.environment);
      const found =
        measured &&
        explainCase(info, others, measured, instrumented, variables, manifest.plan.seed, {
          headline: info.headline,
          catalogue,
          names,
          cores: cpusOf(manifest),
          young: youngShare(launches, info, own.environment),
          clock: librariesIn(variables[PRELOAD] ?? '').includes(PATCHABLE_CALLS) ? 'getppid_patched' : 'getppid',
        });
      if (typeof found === 'string') notes.push(`${info.id} in ${own.environment}: ${found}`);
      return found === undefined || typeof found === 'string' ? [] : [found];
    }),
  );
  if (cases.length === 0)
    throw new SeebenchError(
      'nothing-measured',
      `nothing of ${manifest.id} can be explained: ${notes[0] ?? 'no case was measured in gVisor and natively'}`,
      'see its report for what failed',
      EXIT.noAnswer,
    );
  return {
    schemaVersion: SCHEMA_VERSION,
    run: manifest.id,
    cases,
    prices: prices.flatMap((own) => extraCosts(own, manifest.plan.seed)),
    notes,
    findings: explainFindings(cases),
  };
}

/** What a profile sets for guests. */
function variablesOf({ environments }: RunData['manifest'], environment: string): Record<string, string> {
  const guestEnv = environments.find(({ id }) => id === environment)?.profile.guestEnv ?? [];
  return Object.fromEntries(guestEnv.map(({ name, value }) => [name, value]));
}

/** CPUs that sandboxes had: all, or those of a list such as `0,2-3`. */
function cpusOf({ plan, fingerprint }: RunData['manifest']): number {
  if (plan.cpuSet === undefined) return fingerprint.cores;
  return plan.cpuSet.split(',').reduce((sum, range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return sum + to - from + 1;
  }, 0);
}

/**
 * gVisor's clock is calibrated by two samples that are so far apart (`ApproxUpdateInterval`, pkg/sentry/time/sampler.go); until then each read
 * of it is a call.
 */
const CALIBRATION_NS = 1e9;

/**
 * Which part of the median iteration lay before the clock was calibrated, mean over an environment's launches; 1 for other headlines, whose
 * counts are of the whole. Watched trials are slower: theirs say what an iteration does, not when.
 */
function youngShare({ run, outcomes, samples }: Launches, info: CaseInfo, environment: string): number {
  if (info.headline !== 'iteration_ns') return 1;
  const shares = run.trials.flatMap(({ caseId, environmentId, marks }, i) => {
    const iterations = samples[i]!.get('iteration_ns')?.samples;
    const { guest, first_result: first } = marks;
    if (caseId !== info.id || environmentId !== environment || outcomes[i] !== 'completed') return [];
    if (iterations === undefined || guest === undefined || first === undefined) return [];
    return middle(iterations).map((place) => {
      const end = first - guest + iterations.slice(1, place + 1).reduce((sum, ns) => sum + ns, 0);
      return Math.min(1, Math.max(0, (CALIBRATION_NS - (end - iterations[place]!)) / iterations[place]!));
    });
  });
  return shares.length === 0 ? 1 : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

interface Overhead {
  readonly nativeNs: number;
  readonly differences: readonly number[];
}

/** Environment minus native, block by block, of every case's headline where that is a time of the whole or of an iteration. */
function overheadsOf({ run, outcomes, values }: Launches): Map<string, Overhead> {
  const headline = new Map(run.manifest.plan.cases.map(({ id, headline: metric }) => [id, metric]));
  const found = new Map<string, { native: number[]; differences: number[] }>();
  const natives = new Map<string, number>();
  const valueOf = (i: number): number | undefined =>
    outcomes[i] === 'completed' ? values[i]!.get(headline.get(run.trials[i]!.caseId) ?? '')?.value : undefined;
  run.trials.forEach(({ caseId, block, environmentId }, i) => {
    const value = valueOf(i);
    if (environmentId === NATIVE && value !== undefined) natives.set(`${caseId} ${block}`, value);
  });
  run.trials.forEach(({ caseId, block, environmentId }, i) => {
    const [value, native] = [valueOf(i), natives.get(`${caseId} ${block}`)];
    if (environmentId === NATIVE || value === undefined || native === undefined) return;
    const key = `${caseId} ${environmentId}`;
    const own = found.get(key) ?? { native: [], differences: [] };
    found.set(key, own);
    own.native.push(native);
    own.differences.push(value - native);
  });
  return new Map([...found].map(([key, { native, differences }]) => [key, { nativeNs: median(native)!, differences }]));
}

/** @returns why it cannot be explained, in place of an explanation */
function explainCase(
  info: CaseInfo,
  prices: Prices,
  { nativeNs, differences }: Overhead,
  instrumented: readonly InstrumentedTrial[],
  variables: Readonly<Record<string, string>>,
  seed: number,
  setting: ModelSetting,
): ExplainedCase | string | undefined {
  // The suite that gives the prices cannot be explained by them.
  if (info.workload === 'syscalls') return undefined;
  const { catalogue, names } = setting;
  // A program does other things where variables say so: it waits otherwise, or keeps its memory. Older runs did not watch that.
  const isTold = instrumented.some((it) => Object.keys(it.variables).length > 0);
  const native = activityOf(instrumented, info.id, NATIVE, info.headline, names, isTold ? variables : {});
  if (native === null) return reasonOf(instrumented, info.id, NATIVE);
  const own = activityOf(instrumented, info.id, prices.environment, info.headline, names);
  if (own === null) return reasonOf(instrumented, info.id, prices.environment);
  const { parts, counts } = predict(native, own, prices, setting, allLaunches(prices));
  const drawn = drawsOf(prices, seed).map((draw) => predict(native, own, prices, setting, draw).parts);
  const spread = (estimate: number, of: (it: (typeof drawn)[number]) => number) =>
    intervalOf(estimate, drawn.map(of), prices.blocks);
  const total = (of: typeof parts): number => of.reduce((sum, { ns }) => sum + ns, 0);
  const shift = pairedShift(differences, CONFIDENCE);
  const overheadNs = shift.estimate!;
  const predictedNs = total(parts);
  const predicted = spread(predictedNs, total);
  const relativeError = overheadNs === 0 ? null : (predictedNs - overheadNs) / overheadNs;
  // Too few blocks for an interval: then both signs say that it may be none.
  const [least, most] = [shift.low ?? Math.min(...differences), shift.high ?? Math.max(...differences)];
  const isNoise = least <= 0 && most >= 0;
  return {
    case: info.id,
    environment: prices.environment,
    metric: info.headline,
    nativeNs,
    overheadNs,
    overheadLow: shift.low,
    overheadHigh: shift.high,
    n: shift.n,
    parts: parts.map((part, i) => ({ ...part, ...spread(part.ns, (it) => it[i]!.ns) })),
    predictedNs,
    predictedLow: predicted.low,
    predictedHigh: predicted.high,
    unexplainedNs: overheadNs - predictedNs,
    heldOut: catalogue.heldOut.includes(info.workload),
    relativeError,
    verdict: isNoise
      ? 'noise'
      : relativeError !== null && Math.abs(relativeError) <= EXPLAINED_WITHIN
        ? 'within'
        : 'outside',
    counts,
    cpu: {
      nativeNs: native.usage.userNs + native.usage.systemNs,
      sentryNs: own.cpuNs.sentry ?? 0,
      stubNs: own.cpuNs.stub ?? 0,
      goferNs: own.cpuNs.gofer ?? 0,
    },
  };
}

function reasonOf(trials: readonly InstrumentedTrial[], caseId: string, environment: string): string {
  const own = trials.filter((it) => it.case === caseId && it.environment === environment);
  const uncounted = own.find((it) => it.uncounted !== null)?.uncounted;
  if (own.length === 0) return `no instrumented trial ${environment === NATIVE ? 'natively' : 'there'}`;
  return uncounted ?? `its instrumented trials in ${environment} did not complete, or have no segments of its headline`;
}
