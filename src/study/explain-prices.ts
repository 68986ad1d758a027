import type { CallPrice, ExtraCost, OutcomeKind, RunData } from '../model/index.js';
import { NATIVE } from '../model/index.js';
import {
  findModes,
  hodgesLehmann,
  median,
  rng,
  settledOutcomes,
  trialSamples,
  trialValues,
  type TrialSamples,
  type TrialValues,
} from '../stats/index.js';

/** Workload that tells what single calls cost. */
const MICRO_SUITE = 'syscalls';
const PREFIX = 'syscall_ns/';
/** What a sandbox's making and removing cost more, as operations beside those of the suite: of its own trials. */
export const BOOT = 'boot';
export const REMOVAL = 'removal';

/** The launches of the micro-suite that a price is averaged over, by index; all of them, or drawn with replacement. */
export type Draw = readonly number[];

/** What operations cost more in one environment than natively, block by block. */
export interface Prices {
  readonly environment: string;
  /** Blocks with both a native launch and one of the environment. */
  readonly blocks: number;
  readonly operations: ReadonlyMap<string, readonly { readonly native: number; readonly own: number }[]>;
}

/** Trials of a run with how each counts and what it measured. */
export interface Launches {
  readonly run: RunData;
  readonly outcomes: readonly OutcomeKind[];
  readonly values: readonly TrialValues[];
  readonly samples: readonly TrialSamples[];
}

/** Operations whose batches differ by what the host's scheduler does with threads: their rare long waits are part of the price. */
const BY_MEAN = /_(every|crowded)/;

export function launchesOf(run: RunData): Launches {
  return { run, outcomes: settledOutcomes(run.trials), values: trialValues(run), samples: trialSamples(run) };
}

/**
 * Prices of an environment from the micro-suite's trials of the same run. A launch gives one value per operation, the median of its batches (their mean
 * where the scheduler of the host decides); over
 * launches they are averaged: a launch in the slow mode of systrap is as real as one in the fast. What a start costs is the mean over the launches of
 * all cases in a block, for what runs in a sandbox afterwards does not matter to it.
 * @param except a case whose own starts must not explain it
 */
export function pricesOf(
  { run, outcomes, values, samples }: Launches,
  environment: string,
  except: string | null = null,
): Prices {
  const blocks = new Map<number, Map<string, Map<string, number>>>();
  const starts = new Map<string, number[]>();
  run.trials.forEach((trial, i) => {
    if (outcomes[i] !== 'completed') return;
    const { guest, done, deleted } = trial.marks;
    const place = `${trial.block} ${trial.environmentId}`;
    if (guest !== undefined && trial.caseId !== except) starts.set(place, [...(starts.get(place) ?? []), guest]);
    if (workloadOf(run, trial.caseId) !== MICRO_SUITE) return;
    const own = new Map<string, number>();
    for (const [metric, { value }] of values[i]!)
      if (metric.startsWith(PREFIX))
        own.set(
          metric.slice(PREFIX.length),
          BY_MEAN.test(metric) ? mean(samples[i]!.get(metric)?.samples ?? [value]) : value,
        );
    if (done !== undefined && deleted !== undefined) own.set(REMOVAL, deleted - done);
    blocks.set(trial.block, (blocks.get(trial.block) ?? new Map()).set(trial.environmentId, own));
  });
  const pairs = [...blocks].flatMap(([number, block]) => {
    for (const [id, launch] of block) launch.set(BOOT, mean(starts.get(`${number} ${id}`) ?? []));
    const [own, native] = [block.get(environment), block.get(NATIVE)];
    return own && native ? [{ own, native }] : [];
  });
  const names = new Set(pairs.flatMap(({ own, native }) => [...own.keys()].filter((name) => native.has(name))));
  const operations = new Map(
    [...names].map((name) => [
      name,
      pairs.map(({ own, native }) => ({ native: native.get(name) ?? NaN, own: own.get(name) ?? NaN })),
    ]),
  );
  return { environment, blocks: pairs.length, operations };
}

function workloadOf(run: RunData, caseId: string): string | undefined {
  return run.manifest.plan.cases.find(({ id }) => id === caseId)?.workload;
}

/**
 * Extra cost of an operation over a draw of launches: Hodges and Lehmann's centre of the environment's, as of the overhead that is explained by it,
 * less native's median, for native has one mode and what lies far from it is the host's; 0 for one that the suite has not.
 */
export function extra(prices: Prices, name: string, draw: Draw): number {
  return ownCost(prices, name, draw) - nativeCost(prices, name, draw);
}

/** What an operation costs natively, ns: the median over a draw of launches; 0 for one that the suite has not. */
export function nativeCost({ operations }: Prices, name: string, draw: Draw): number {
  const values = operations.get(name);
  return median(draw.map((i) => values?.[i]?.native ?? NaN).filter(Number.isFinite)) ?? 0;
}

/** What it costs in the environment, ns: the centre over a draw of launches. */
export function ownCost({ operations }: Prices, name: string, draw: Draw): number {
  const values = operations.get(name);
  const own = draw.map((i) => values?.[i]?.own ?? NaN).filter(Number.isFinite);
  return own.length === 0 ? 0 : hodgesLehmann(own);
}

/** Extra cost of one call, as the catalogue prices it. */
export function extraOfCall(prices: Prices, { operations }: CallPrice, draw: Draw): number {
  return Object.entries(operations).reduce((sum, [name, weight]) => sum + weight * extra(prices, name, draw), 0);
}

export function allLaunches({ blocks }: Prices): Draw {
  return Array.from({ length: blocks }, (_, i) => i);
}

const DRAWS = 400;
/** Fewer launches say nothing of their spread. */
const FEWEST = 3;

/** Launches drawn again and again with replacement, all operations of a launch together; none where there are too few of them. */
export function drawsOf({ blocks, environment }: Prices, seed: number): Draw[] {
  if (blocks < FEWEST) return [];
  const random = rng(`${seed}/explain/${environment}`);
  return Array.from({ length: DRAWS }, () => Array.from({ length: blocks }, () => Math.floor(random() * blocks)));
}

/**
 * 95 % interval of what is computed from launches: percentiles over the draws, their distance from the estimate widened by √(n/(n−1)), by which
 * drawing with replacement is too narrow for a mean (Efron & Tibshirani, *An Introduction to the Bootstrap*, §5.3).
 */
export function intervalOf(
  estimate: number,
  values: readonly number[],
  blocks: number,
): { readonly low: number | null; readonly high: number | null } {
  if (values.length === 0) return { low: null, high: null };
  const sorted = Float64Array.from(values).sort();
  const wider = Math.sqrt(blocks / (blocks - 1));
  const at = (q: number): number => estimate + wider * (sorted[Math.round(q * (sorted.length - 1))]! - estimate);
  return { low: at(0.025), high: at(0.975) };
}

/** The table of prices. */
export function extraCosts(prices: Prices, seed: number): ExtraCost[] {
  const draws = drawsOf(prices, seed);
  const all = allLaunches(prices);
  return [...prices.operations].map(([operation, values]) => {
    const extraNs = extra(prices, operation, all);
    const own = values.map((it) => it.own).filter((value) => value > 0);
    const modes = findModes(own.map(Math.log));
    return {
      operation,
      environment: prices.environment,
      nativeNs: nativeCost(prices, operation, all),
      extraNs,
      ...intervalOf(
        extraNs,
        draws.map((draw) => extra(prices, operation, draw)),
        prices.blocks,
      ),
      n: prices.blocks,
      modes: modes && {
        fastNs: Math.exp(modes.fast.center),
        slowNs: Math.exp(modes.slow.center),
        slowShare: modes.slow.share,
      },
    };
  });
}

/** Of launches that have the value at all. */
function mean(all: readonly number[]): number {
  const values = all.filter(Number.isFinite);
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
