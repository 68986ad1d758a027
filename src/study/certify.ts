import {
  EXIT,
  SCHEMA_VERSION,
  SeebenchError,
  twinOf,
  type Certificate,
  type Injection,
  type OtherRule,
  type Policy,
  type PowerPoint,
  type Rate,
  type RunData,
  type VerdictKind,
} from '../model/index.js';
import { verdictsOf, type Finding } from '../gate/decide.js';
import {
  binomialInterval,
  blockLogRatio,
  hodgesLehmann,
  quantile,
  rng,
  type ComparedBlock,
  type Random,
} from '../stats/index.js';
import { comparisonOf, draw, findingOf, identicalPairs, slowedPairs, type Pair } from './draws.js';
import { modeShift } from './mode-shift.js';
import { poolSeries, slowerSign, type PoolSeries } from './pool-data.js';
import { OTHER_RULES, type Rule } from './rules.js';
import { varianceRows } from './variance.js';

/** Blocks of the gates that are imagined, and fewer, for the curve; the last but one is two thirds. */
const BLOCKS = 40;
const FEWER: readonly number[] = [10, 20, 27];
const DRAWS: Draws = { identical: 1000, slowed: 300, pools: 60, perPool: 40 };
/** Below this many blocks a series says nothing. */
const FEWEST_BLOCKS = 10;

/** How much is drawn. */
interface Draws {
  /** Comparisons drawn from each series of identical pairs, and from each slowdown. */
  readonly identical: number;
  readonly slowed: number;
  /** Pools drawn anew from the pool, and comparisons in each: how far the rates could lie elsewhere had other trials been made. */
  readonly pools: number;
  readonly perPool: number;
}

interface Task {
  readonly policy: Policy;
  readonly seed: number;
  readonly draws: Draws;
}

/** A series with the findings of identical pairs, one a draw. */
interface Judged {
  readonly series: PoolSeries;
  /** Of {@link BLOCKS} blocks. */
  readonly findings: readonly Finding[];
  /** By number of blocks, for a series that is slowed down: what other rules make of identical pairs, by rule. */
  readonly scores: ReadonlyMap<number, readonly (readonly number[])[]>;
}

/**
 * How often the gate errs on the host of a pool, and what it sees. Pure: the same pool, policy and seed give the same certificate.
 *
 * Gates are imagined: for each case so many blocks are drawn, and all cases of an environment are one family, as in a real gate.
 * Rates carry intervals of a bootstrap over the pool's blocks, so that using trials again and again is accounted for.
 * @throws SeebenchError `pool-too-small`
 */
export function certify(run: RunData, policy: Policy, madeAtMs: number, seed = 1, draws = DRAWS): Certificate {
  const task: Task = { policy, seed, draws };
  const all = poolSeries(run).filter(({ blocks }) => blocks.length >= FEWEST_BLOCKS);
  if (all.length === 0)
    throw new SeebenchError(
      'pool-too-small',
      `run ${run.manifest.id} has no case with ${FEWEST_BLOCKS} blocks of identical environments`,
      'add to it: seebench certify RUN --budget 30m',
      EXIT.noAnswer,
    );
  const judged = all.map((series): Judged => judgeNull(series, task));
  const falsePositives = judged.map((one) => ({
    case: one.series.caseId,
    environment: one.series.environment,
    blocks: one.series.blocks.length,
    comparisons: draws.identical,
    ...nullRate([one], judged, task),
  }));
  const overall = nullRate(judged, judged, task);
  const slowed = judged.flatMap((one) => powerOf(one, judged, task));
  const power = slowed.map(({ point }) => point);
  const falsePositiveRate = {
    ...overall,
    comparisons: draws.identical * judged.length,
    independentTrials: run.trials.filter(({ outcome }) => outcome.kind === 'completed').length,
  };
  return {
    schemaVersion: SCHEMA_VERSION,
    run: run.manifest.id,
    madeAtMs,
    fingerprint: run.manifest.fingerprint.id,
    policy,
    falsePositiveRate,
    falsePositives,
    power,
    otherRules: OTHER_RULES.map((rule, index) => otherRule(rule, index, judged, slowed, falsePositives, draws)),
    modeShift: all.flatMap((series) => modeShift(series, policy, `${seed}`, draws.slowed)),
    variance: all.flatMap(varianceRows),
    sentence: sentenceOf(run, falsePositiveRate, power),
  };
}

const idsOf = ({ environment }: PoolSeries): [string, string] => [environment, twinOf(environment)];
/** As others have them: times, or the time of a unit of work. */
const logs = (pairs: readonly Pair[], series: PoolSeries): [number[], number[]] => [
  pairs.map(({ candidate }) => slowerSign(series) * candidate.logValue!),
  pairs.map(({ baseline }) => slowerSign(series) * baseline.logValue!),
];

function judgeNull(series: PoolSeries, { policy, seed, draws: { identical } }: Task): Judged {
  const random = rng(`${seed}/null/${series.caseId}/${series.environment}`);
  const drawn = (count: number): Pair[][] =>
    Array.from({ length: identical }, () => identicalPairs(series.blocks, idsOf(series), count, random));
  const draws = drawn(BLOCKS);
  // What is compared with others is the slowed series.
  const counts = Object.keys(series.slowed).length > 0 ? [...FEWER, BLOCKS] : [];
  return {
    series,
    findings: draws.map((pairs) => findingOf(pairs, policy.confidence)),
    scores: new Map(counts.map((count) => [count, scoresOf(count === BLOCKS ? draws : drawn(count), series)])),
  };
}

/** By rule, the score of each draw. */
function scoresOf(draws: readonly (readonly Pair[])[], series: PoolSeries): number[][] {
  return OTHER_RULES.map((rule) => draws.map((pairs) => rule.score(...logs(pairs, series))));
}

/** Share of comparisons of identical pairs that the gate calls different. */
function nullRate(of: readonly Judged[], judged: readonly Judged[], { policy, seed, draws }: Task): Rate {
  const hits = (count: number, finding: (one: Judged, i: number) => Finding): number => {
    let different = 0;
    for (let i = 0; i < count; i++) {
      for (const environment of new Set(of.map(({ series }) => series.environment))) {
        const family = judged.filter(({ series }) => series.environment === environment);
        const verdicts = verdictsIn(
          family.map((one) => ({ series: one.series, finding: finding(one, i) })),
          policy,
        );
        different += family.filter((one, k) => of.includes(one) && isDifferent(verdicts[k]!)).length;
      }
    }
    return different;
  };
  const total = draws.identical * of.length;
  const main = hits(draws.identical, (one, i) => one.findings[i]!);
  const rates = Array.from({ length: draws.pools }, (_, pool) => {
    const random = rng(`${seed}/pool/${pool}`);
    const fresh = new Map(
      of.map(({ series }) => {
        const blocks = resample(series.blocks, random);
        const drawn = Array.from({ length: draws.perPool }, () =>
          findingOf(identicalPairs(blocks, idsOf(series), BLOCKS, random), policy.confidence),
        );
        return [series, drawn] as const;
      }),
    );
    const finding = (one: Judged, i: number): Finding => fresh.get(one.series)?.[i] ?? one.findings[i]!;
    return hits(draws.perPool, finding) / (draws.perPool * of.length);
  });
  return withPools(main, total, rates);
}

/** A rate with its interval: of the pools drawn anew, and never narrower than that of its own draws. */
function withPools(hits: number, total: number, rates: readonly number[]): Rate {
  const [low, high] = binomialInterval(hits, total, 0.95);
  return {
    value: hits / total,
    low: Math.min(low, quantile(rates, 0.025)!),
    high: Math.max(high, quantile(rates, 0.975)!),
  };
}

interface Slowed {
  readonly point: PowerPoint;
  /** The same draws for other rules: scores by rule. */
  readonly scores: readonly (readonly number[])[];
  readonly judged: Judged;
}

function powerOf(one: Judged, judged: readonly Judged[], task: Task): Slowed[] {
  const { series } = one;
  const family = judged.filter((it) => it !== one && it.series.environment === series.environment);
  return Object.entries(series.slowed).flatMap(([id, injection]) => {
    const blocks = series.blocks.filter((block) => block.has(id));
    if (blocks.length < FEWEST_BLOCKS) return [];
    const counts = injection.kind === 'cpu' ? [...FEWER, BLOCKS] : [BLOCKS];
    return counts.map((count) => powerAt(one, family, { id, injection, blocks, count }, task));
  });
}

interface SlowedBlocks {
  readonly id: string;
  readonly injection: Injection;
  readonly blocks: readonly ComparedBlock[];
  readonly count: number;
}

function powerAt(
  judged: Judged,
  family: readonly Judged[],
  { id, injection, blocks, count }: SlowedBlocks,
  { policy, seed, draws }: Task,
): Slowed {
  const { series } = judged;
  const plain = idsOf(series);
  const random = rng(`${seed}/power/${series.caseId}/${id}/${count}`);
  const seen = (pairs: readonly Pair[]): boolean => {
    const i = Math.floor(random() * draws.identical);
    const others = family.map((it) => ({ series: it.series, finding: it.findings[i]! }));
    const finding = findingOf(pairs, policy.confidence);
    return verdictsIn([{ series, finding }, ...others], policy)[0] === 'regression';
  };
  const drawn = Array.from({ length: draws.slowed }, () => slowedPairs(blocks, id, plain, count, random));
  const hits = drawn.filter(seen).length;
  const rates = Array.from({ length: draws.pools }, () => {
    const pool = resample(blocks, random);
    const again = Array.from({ length: draws.perPool }, () => slowedPairs(pool, id, plain, count, random));
    return again.filter(seen).length / draws.perPool;
  });
  const reached = plain.flatMap((it) => blocks.map((block) => blockLogRatio(block.get(id)!, block.get(it)!)!));
  return {
    judged,
    scores: scoresOf(drawn, series),
    point: {
      kind: injection.kind,
      case: series.caseId,
      environment: series.environment,
      slowdown: injection.slowdown,
      achieved: Math.exp(slowerSign(series) * hodgesLehmann(reached)) - 1,
      blocks: count,
      ...withPools(hits, draws.slowed, rates),
    },
  };
}

function otherRule(
  rule: Rule,
  index: number,
  judged: readonly Judged[],
  slowed: readonly Slowed[],
  rates: Certificate['falsePositives'],
  { identical }: Draws,
): OtherRule {
  const nulls = judged.flatMap(({ scores }) => scores.get(BLOCKS)?.[index] ?? []);
  const hits = nulls.filter((score) => Math.abs(score) >= rule.threshold).length;
  const at = (threshold: (one: Slowed) => number): PowerPoint[] =>
    slowed.map((one) => {
      const scores = one.scores[index]!;
      const found = scores.filter((score) => score >= threshold(one)).length;
      const [low, high] = binomialInterval(found, scores.length, 0.95);
      return { ...one.point, value: found / scores.length, low, high };
    });
  const sameRate = ({ judged: own, point }: Slowed): number => {
    const gate = rates.find((it) => it.case === own.series.caseId && it.environment === own.series.environment)!;
    // A rate of less than two in all draws cannot be set.
    const rate = Math.max(gate.value, 2 / identical);
    return Math.max(1e-9, quantile(own.scores.get(point.blocks)![index]!.map(Math.abs), 1 - rate)!);
  };
  const [low, high] = binomialInterval(hits, nulls.length, 0.95);
  return {
    rule: rule.rule,
    definition: rule.definition,
    falsePositiveRate: { value: nulls.length === 0 ? 0 : hits / nulls.length, low, high },
    power: at(() => rule.threshold),
    powerAtSameRate: at(sameRate),
  };
}

/** The verdicts of one family, from findings that are made already. */
function verdictsIn(
  family: readonly { readonly series: PoolSeries; readonly finding: Finding }[],
  policy: Policy,
): VerdictKind[] {
  const comparisons = family.map(({ series, finding }) => comparisonOf(series, finding));
  const findings = family.map(({ finding }) => finding);
  return verdictsOf(comparisons, findings, policy).map(({ verdict }) => verdict);
}

function isDifferent(verdict: VerdictKind): boolean {
  return verdict === 'regression' || verdict === 'improvement';
}

function resample(blocks: readonly ComparedBlock[], random: Random): ComparedBlock[] {
  return Array.from({ length: blocks.length }, () => draw(blocks, 1, random)[0]!);
}

function sentenceOf({ manifest }: RunData, { value, high }: Rate, power: readonly PowerPoint[]): string {
  const percent = (share: number): string => `${Math.round(100 * share)} %`;
  const five = power.find(({ kind, slowdown, blocks }) => kind === 'cpu' && slowdown === 0.05 && blocks === BLOCKS);
  const iterations = manifest.plan.cases.find(({ id }) => id === five?.case)?.params['iterations'];
  const trials = iterations === undefined ? '' : ` with ${iterations} iterations a trial`;
  const seen = five
    ? `this gate sees a 5 % slowdown (it came to ${(100 * five.achieved).toFixed(1)} %) of ${five.case} in ${five.environment} in ${percent(five.value)} of runs of ${BLOCKS} blocks${trials} (95 %: ${percent(five.low)} to ${percent(five.high)}), and `
    : 'this gate ';
  return `On this host ${seen}calls ${Math.round(1000 * value)} of 1,000 identical pairs different (at most ${Math.ceil(1000 * high)}).`;
}
