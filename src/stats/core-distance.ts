import type { RunData } from '../model/index.js';
import { comparedBlocks, COVARIATE_NAMES, type ComparedTrial } from './blocks.js';
import { findModes } from './modes.js';
import { median } from './order.js';
import { asRatio, pairedShift } from './paired.js';

/**
 * A run during which a hypervisor moved the machine's CPUs: at times the first two were near each other (threads of one core, say), at
 * others far apart. Who hands work from one CPU to the other, as gVisor does at every system call, is slower then.
 */
export interface CoreDistance {
  /** A cache line from one CPU to the other in either state, ns (`core_to_core_ns`). */
  readonly nearNs: number;
  readonly farNs: number;
  /** Of the trials whose distance is known, how many were far. */
  readonly farShare: number;
  readonly trials: number;
  /** Time while far over time while near, over the cases that have launches enough of both. */
  readonly effects: readonly {
    readonly environment: string;
    readonly ratio: number;
    readonly low: number | null;
    readonly high: number | null;
    readonly cases: number;
  }[];
}

/** Launches that each state needs of a case before their medians are compared. */
const FEWEST_LAUNCHES = 2;

const DISTANCE = COVARIATE_NAMES.indexOf('core_to_core_ns');

/** @returns `null` where the distance was the same all the time, or is not known */
export function coreDistance(run: RunData): CoreDistance | null {
  const { cases, environments } = run.manifest.plan;
  const headlines = new Map(cases.map(({ id, headline }) => [id, headline]));
  const blocks = comparedBlocks(run, (id) => headlines.get(id) ?? null);
  const distanceOf = ({ covariates }: ComparedTrial): number => covariates[DISTANCE]!;
  const known = [...blocks.values()]
    .flatMap((ofCase) => [...ofCase.values()].flatMap((block) => [...block.values()].map(distanceOf)))
    .filter(Number.isFinite);
  const modes = findModes(known);
  if (modes === null) return null;
  const effects = environments.flatMap((environment) => {
    const shifts = cases.flatMap(({ id, headlineBetter }) => {
      const launches = [...(blocks.get(id)?.values() ?? [])]
        .flatMap((block) => block.get(environment) ?? [])
        .filter((it) => it.outcome === 'completed' && it.logValue !== null && Number.isFinite(distanceOf(it)));
      const [far, near] = [true, false].map((state) =>
        launches.filter((it) => distanceOf(it) > modes.threshold === state).map(({ logValue }) => logValue!),
      );
      if (Math.min(far!.length, near!.length) < FEWEST_LAUNCHES) return [];
      return [(headlineBetter === 'lower' ? 1 : -1) * (median(far!)! - median(near!)!)];
    });
    if (shifts.length === 0) return [];
    const { ratio, low, high, n } = asRatio(pairedShift(shifts, 0.95));
    return [{ environment, ratio, low, high, cases: n }];
  });
  return {
    nearNs: Math.exp(modes.fast.center),
    farNs: Math.exp(modes.slow.center),
    farShare: modes.slow.share,
    trials: known.length,
    effects,
  };
}
