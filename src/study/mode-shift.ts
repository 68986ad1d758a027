import type { ModeShiftPoint, Policy, Rate } from '../model/index.js';
import { twinOf } from '../model/index.js';
import { verdictsOf, type Finding } from '../gate/decide.js';
import { binomialInterval, findModes, medianInterval, rng, type ComparedTrial } from '../stats/index.js';
import { comparisonOf, findingOf, type Pair } from './draws.js';
import { slowerSign, type PoolSeries } from './pool-data.js';

const SHIFTS: readonly number[] = [0.1, 0.2, 0.4];
const BLOCK_COUNTS: readonly number[] = [10, 20, 40, 80];

/**
 * How a larger share of the slow mode is found. The launches are real: a side is made by drawing from the pool's slow launches
 * with its share, from the fast ones otherwise. Beside the gate stands a test of the median of the block ratios (its
 * interval by order statistics, as reports have it) by the same policy.
 * @param draws gates that are imagined for each point
 * @returns nothing for a series without two modes, or whose slow mode has no room to grow
 */
export function modeShift(series: PoolSeries, policy: Policy, seed: string, draws: number): ModeShiftPoint[] {
  const { caseId, environment, blocks } = series;
  const trials = blocks.flatMap((block) => [block.get(environment)!, block.get(twinOf(environment))!]);
  const modes = findModes(trials.map(({ logValue }) => logValue!));
  if (!modes) return [];
  const sign = slowerSign(series);
  const isSlow = ({ logValue }: ComparedTrial): boolean => sign * logValue! > sign * modes.threshold;
  const [slow, fast] = [trials.filter(isSlow), trials.filter((trial) => !isSlow(trial))];
  const slowShare = slow.length / trials.length;
  const random = rng(`${seed}/modes/${caseId}/${environment}`);
  const one = (from: readonly ComparedTrial[]): ComparedTrial => from[Math.floor(random() * from.length)]!;
  const launch = (share: number): ComparedTrial => one(random() < share ? slow : fast);
  return SHIFTS.filter((shift) => slowShare + shift <= 1).flatMap((shift) =>
    BLOCK_COUNTS.map((count) => {
      let [gate, medians] = [0, 0];
      for (let i = 0; i < draws; i++) {
        const pairs = Array.from({ length: count }, (): Pair => ({
          candidate: launch(slowShare + shift),
          baseline: launch(slowShare),
        }));
        if (isRegression(series, findingOf(pairs, policy.confidence), policy)) gate++;
        const differences = pairs.map(({ candidate, baseline }) => sign * (candidate.logValue! - baseline.logValue!));
        if (medianIsBeyond(differences, policy)) medians++;
      }
      return {
        case: caseId,
        environment,
        shift,
        blocks: count,
        gate: rate(gate, draws),
        medians: rate(medians, draws),
      };
    }),
  );
}

function medianIsBeyond(differences: readonly number[], { confidence, smallestEffect }: Policy): boolean {
  const { median, low } = medianInterval(differences, confidence);
  return low !== null && low > 0 && median! >= Math.log1p(smallestEffect);
}

function isRegression(series: PoolSeries, finding: Finding, policy: Policy): boolean {
  return verdictsOf([comparisonOf(series, finding)], [finding], policy)[0]!.verdict === 'regression';
}

function rate(hits: number, draws: number): Rate {
  const [low, high] = binomialInterval(hits, draws, 0.95);
  return { value: hits / draws, low, high };
}
