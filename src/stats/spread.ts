import { NATIVE, type RunData } from '../model/index.js';
import { comparedBlocks, type ComparedTrial } from './blocks.js';
import { varianceComponents, withoutPlaces } from './components.js';
import { findModes, type Modes } from './modes.js';
import { median } from './order.js';
import { asRatio, pairedShift } from './paired.js';
import { FEWEST_ITERATIONS, steadyState, type SteadyState } from './warm-up.js';

/** What lies behind the one number of a case in an environment, by its headline metric. Logarithms are natural. */
export interface Spread {
  readonly case: string;
  readonly environment: string;
  /** Completed trials with a value. */
  readonly trials: number;
  /** Iterations that every trial has at least; 0 where the headline is no iteration's. */
  readonly iterations: number;
  readonly modes: Modes | null;
  /** First iteration over the median of the others, with a 95 % interval over trials; `null` with a single iteration. */
  readonly first: { readonly ratio: number; readonly low: number | null; readonly high: number | null } | null;
  /** How most trials go; `unknown` with fewer iterations than can tell, `inconsistent` where no kind has more than half. */
  readonly steady: SteadyState['kind'] | 'inconsistent';
  /** Iterations before these trials are steady, median; `null` where they are not, or always. */
  readonly steadyFrom: number | null;
  /** Standard deviations of the logarithm by level; NaN where there is nothing to tell them from. */
  readonly sd: {
    /** From iteration to iteration of a trial, each place's own level taken out. */
    readonly iteration: number;
    /** From trial to trial, beyond what iterations and blocks do. */
    readonly trial: number;
    /** What the trials of a block share: the covariance of the environment with native. */
    readonly block: number;
  };
}

/**
 * Modes, warm-up and components of variance (run → block → trial → iteration; see {@link varianceComponents}) of every case and
 * environment with at least two completed trials.
 */
export function spreadsOf(run: RunData): Spread[] {
  const { cases, environments } = run.manifest.plan;
  const headlines = new Map(cases.map(({ id, headline }) => [id, headline]));
  const blocks = comparedBlocks(run, (id) => headlines.get(id) ?? null);
  return cases.flatMap(({ id }) => {
    const ofCase = [...(blocks.get(id)?.values() ?? [])];
    const usable = (block: (typeof ofCase)[number], name: string): ComparedTrial | null => {
      const trial = block.get(name);
      return trial?.outcome === 'completed' && trial.logValue !== null ? trial : null;
    };
    return environments.flatMap((environment) => {
      const pairs = ofCase.flatMap((block) => {
        const own = usable(block, environment);
        return own ? [{ own, native: usable(block, NATIVE) }] : [];
      });
      return pairs.length < 2 ? [] : [{ case: id, environment, ...spreadOf(pairs, environment === NATIVE) }];
    });
  });
}

type Pairs = readonly { readonly own: ComparedTrial; readonly native: ComparedTrial | null }[];

function spreadOf(pairs: Pairs, isNative: boolean): Omit<Spread, 'case' | 'environment'> {
  const series = pairs.map(({ own }) => own.iterations);
  const iterations = series.reduce((least, { length }) => Math.min(least, length), Infinity);
  const [ofIterations, ofTrials] =
    iterations > 1
      ? varianceComponents(withoutPlaces(series))
      : [NaN, varianceComponents(pairs.map(({ own }) => own.logValue!))[0]];
  // Native shares with itself all there is; what a block does is told by two environments.
  const ofBlocks = isNative ? NaN : Math.max(0, covariance(pairs));
  return {
    trials: pairs.length,
    iterations,
    modes: findModes(pairs.map(({ own }) => own.logValue!)),
    first: iterations > 1 ? firstOf(series) : null,
    ...steadyOf(series),
    sd: {
      iteration: Math.sqrt(ofIterations),
      trial: Math.sqrt(Math.max(0, ofTrials! - (ofBlocks || 0))),
      block: Math.sqrt(ofBlocks),
    },
  };
}

function firstOf(series: readonly (readonly number[])[]): Spread['first'] {
  const shift = pairedShift(
    series.map((trial) => trial[0]! - median(trial.slice(1))!),
    0.95,
  );
  const { ratio, low, high } = asRatio(shift);
  return { ratio, low, high };
}

function steadyOf(series: readonly (readonly number[])[]): Pick<Spread, 'steady' | 'steadyFrom'> {
  const long = series.filter(({ length }) => length >= FEWEST_ITERATIONS);
  const every = Math.ceil(long.length / MOST_TRIALS);
  const told = long.filter((_, i) => i % every === 0).map((trial) => steadyState(trial));
  const ofKind = (kind: SteadyState['kind']): SteadyState[] => told.filter((it) => it.kind === kind);
  const kind = KINDS.find((it) => 2 * ofKind(it).length > told.length);
  if (kind === undefined) return { steady: told.length === 0 ? 'unknown' : 'inconsistent', steadyFrom: null };
  const from = ofKind(kind).flatMap((it) => ('from' in it ? [it.from] : []));
  return { steady: kind, steadyFrom: median(from) };
}

/** So many trials, from first to last, tell how they go. */
const MOST_TRIALS = 20;
const KINDS = ['flat', 'warm-up', 'slowdown', 'no steady state'] as const;

/** Of environment and native over their blocks, by trials' values; NaN with fewer than three blocks. */
function covariance(pairs: Pairs): number {
  const both = pairs.flatMap(({ own, native }) => (native ? [[own.logValue!, native.logValue!] as const] : []));
  if (both.length < 3) return NaN;
  const mean = (side: 0 | 1): number => both.reduce((sum, pair) => sum + pair[side], 0) / both.length;
  const [a, b] = [mean(0), mean(1)];
  return both.reduce((sum, [own, native]) => sum + (own - a) * (native - b), 0) / (both.length - 1);
}
