import type { RunData, Standing } from '../../model/index.js';
import type { Combination } from './candidates.js';
import { logRatioIn, ratiosOf, type ClassName } from '../ratios.js';

/** A combination as it is launched. */
export interface Candidate {
  readonly environment: string;
  readonly settings: Combination;
}

/** Of how many degrees of freedom the spread of all candidates counts beside a candidate's own. */
const PRIOR_FREEDOM = 4;

/** Rungs that leave one of so many. */
export function rungsOf(candidates: number): number {
  return Math.max(1, Math.ceil(Math.log2(candidates)));
}

/**
 * How candidates of a class stand after some rungs, the most promising first, and which half goes on.
 *
 * Sequential halving (Karnin, Koren & Somekh 2013, *ICML*; as successive halving for the choice of settings, Jamieson & Talwalkar 2016,
 * *AISTATS*): every rung has the same time and half the candidates, so that those which are hard to tell apart get the most blocks. It needs
 * no assumption about how noise is distributed, which with systrap's two modes none would hold. As in racing (Birattari et al. 2002, *GECCO*)
 * candidates meet in blocks: only what happened beside the defaults counts, and a slow hour of the host meets all.
 *
 * Kept is whose optimistic bound (mean of the log-ratios less one standard error) is lowest: one that is still uncertain gets another chance.
 * With two or three blocks a candidate's own spread is a poor guess, so it is drawn towards that of all (Smyth 2004). One that fails where the
 * defaults complete is out.
 * @param runs the rungs so far: all their blocks count
 * @param last of the last rung one is left, the one with the lowest mean
 */
export function standingsOf(
  runs: readonly RunData[],
  candidates: readonly Candidate[],
  all: readonly string[],
  base: string,
  last: boolean,
): Standing[] {
  const ratios = runs.map(ratiosOf);
  // Where the defaults never completed there is nothing to be held against.
  const cases = all.filter((id) =>
    ratios.some((of) => of.get(id)?.blocks.some((block) => block.get(base)?.outcome === 'completed')),
  );
  const seen = candidates.map((candidate) => {
    const columns = cases.map((id) =>
      ratios.flatMap((of) => {
        const { blocks, sign } = of.get(id) ?? { blocks: [], sign: 1 as const };
        return blocks.flatMap((block) => logRatioIn(block, sign, candidate.environment, base) ?? []);
      }),
    );
    const failed = ratios.some((of) =>
      cases.some((id) =>
        of.get(id)?.blocks.some((block) => {
          const own = block.get(candidate.environment);
          return own !== undefined && own.outcome !== 'completed' && block.get(base)?.outcome === 'completed';
        }),
      ),
    );
    // A case without a block would make the mean one of other cases.
    const whole = columns.length > 0 && columns.every(({ length }) => length > 0);
    return { candidate, columns, failed, whole };
  });
  const pooled = spreadOf(seen.flatMap(({ columns }) => columns));
  const standings = seen.map(({ candidate, columns, failed, whole }): Standing => {
    const { environment, settings } = candidate;
    const n = Math.min(...(columns.length > 0 ? columns.map(({ length }) => length) : [0]));
    if (!whole) return { environment, settings, ratio: null, low: null, high: null, n, failed, kept: false };
    const mean = columns.reduce((sum, it) => sum + meanOf(it), 0) / columns.length;
    const own = spreadOf(columns);
    const variance = (PRIOR_FREEDOM * pooled.variance + own.squares) / (PRIOR_FREEDOM + own.freedom);
    const error = Math.sqrt(columns.reduce((sum, { length }) => sum + variance / length, 0)) / columns.length;
    const [ratio, low, high] = [mean, mean - error, mean + error].map(Math.exp) as [number, number, number];
    return { environment, settings, ratio, low, high, n, failed, kept: false };
  });
  const key = ({ failed, ratio, low }: Standing): number => (failed || ratio === null ? Infinity : last ? ratio : low!);
  const sorted = standings.toSorted((a, b) => key(a) - key(b));
  const left = last ? 1 : Math.ceil(candidates.length / 2);
  return sorted.map((it, i) => ({ ...it, kept: i < left && key(it) < Infinity }));
}

/** Squares about the means of columns, with their degrees of freedom. */
function spreadOf(columns: readonly (readonly number[])[]): { variance: number; squares: number; freedom: number } {
  let [squares, freedom] = [0, 0];
  for (const column of columns.filter(({ length }) => length > 1)) {
    const mean = meanOf(column);
    squares += column.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    freedom += column.length - 1;
  }
  return { variance: freedom === 0 ? 0 : squares / freedom, squares, freedom };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The search of one class. */
export interface Race {
  readonly name: ClassName;
  readonly cases: readonly string[];
  /** Those that are still in it. */
  readonly alive: readonly Candidate[];
}

/** Environments that the blocks of each case hold in the next rung, besides native and the defaults. */
export function candidatesByCase(races: readonly Race[]): Map<string, string[]> {
  const byCase = new Map<string, string[]>();
  for (const { cases, alive } of races)
    for (const id of cases)
      byCase.set(id, [...new Set([...(byCase.get(id) ?? []), ...alive.map(({ environment }) => environment)])]);
  return byCase;
}
