import { midRanks, requireFinite } from './paired.js';
import { rng } from './rng.js';
import { rankSumP } from './two-sample.js';

/** Two modes of launches, centres on the logarithmic scale; shares add up to 1. */
export interface Modes {
  /** Values up to it belong to the fast mode. */
  readonly threshold: number;
  readonly fast: Mode;
  readonly slow: Mode;
}
export interface Mode {
  readonly center: number;
  readonly share: number;
}

/** Launches that a mode must have to be one, and not a few that were disturbed. */
const FEWEST = 4;
const LEAST_SHARE = 0.05;
/** The slow mode must lie by half above the fast one: closer ones are noise, and nothing is lost by a test of location. */
const LEAST_FACTOR = Math.log(1.5);
/** Ashman's D: distance of the centres in units of the modes' own spread. One normal sample cut in two at its best place reaches about 2.7. */
const LEAST_DISTANCE = 4;

/**
 * Tells whether launches fall into two separated modes, as systrap's do: the best cut of the sorted values in two (least sum of
 * squares, as k-means with two centres), taken for real if Ashman's D is at least 4 (Ashman, Bird & Zepf 1994), each side has
 * at least 4 launches and 5 %, and the slow side lies half above the fast one. False alarms on one normal or skewed mode:
 * `test/stats/modes.test.ts`.
 */
export function findModes(logValues: readonly number[]): Modes | null {
  requireFinite(logValues);
  const n = logValues.length;
  const fewest = Math.max(FEWEST, Math.ceil(LEAST_SHARE * n));
  if (n < 2 * fewest) return null;
  const sorted = Float64Array.from(logValues).sort();
  // Sums of values and squares before each index, about the middle, so that nothing is lost to cancellation.
  const origin = sorted[n >> 1]!;
  const sum = new Float64Array(n + 1);
  const squares = new Float64Array(n + 1);
  sorted.forEach((value, i) => {
    sum[i + 1] = sum[i]! + (value - origin);
    squares[i + 1] = squares[i]! + (value - origin) ** 2;
  });
  const within = (from: number, to: number): number =>
    Math.max(0, squares[to]! - squares[from]! - (sum[to]! - sum[from]!) ** 2 / (to - from));
  let cut = fewest;
  for (let i = fewest + 1; i <= n - fewest; i++) {
    if (within(0, i) + within(i, n) < within(0, cut) + within(cut, n)) cut = i;
  }
  const center = (from: number, to: number): number => origin + (sum[to]! - sum[from]!) / (to - from);
  const fast = { center: center(0, cut), share: cut / n };
  const slow = { center: center(cut, n), share: 1 - cut / n };
  const spread = Math.sqrt((within(0, cut) / cut + within(cut, n) / (n - cut)) / 2);
  const apart = slow.center - fast.center;
  if (apart < LEAST_FACTOR || apart < LEAST_DISTANCE * spread) return null;
  return { threshold: (sorted[cut - 1]! + sorted[cut]!) / 2, fast, slow };
}

/** How two sides differ in the share of their modes. */
export interface ModesShift {
  /** Of both sides together. */
  readonly modes: Modes;
  /** Share of slow launches, candidate's and baseline's. */
  readonly shares: readonly [number, number];
  /** What the shift of the share alone does to the mean: candidate over baseline, with its interval. */
  readonly meanRatio: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Two-sided, of the shares alone. */
  readonly p: number;
  /** Two-sided, of shares and location together: that neither differs. */
  readonly jointP: number;
}

/**
 * Compares two sides block by block as mixtures. Modes are found on both sides together, which exchanging the sides of a block
 * does not change. Blocks in which the two are in different modes tell about the share (McNemar's exact test); together with
 * the signed ranks of all blocks see {@link jointSignFlipP}.
 * @param candidate logarithms, block by block
 * @param baseline logarithms of the same blocks
 * @param logRatios what location is tested with: candidate over baseline of each block
 * @returns `null` where there are no two modes
 */
export function compareModes(
  candidate: readonly number[],
  baseline: readonly number[],
  confidence: number,
  logRatios: readonly number[],
): ModesShift | null {
  const modes = findModes([...candidate, ...baseline]);
  if (!modes) return null;
  const slow = (value: number): boolean => value > modes.threshold;
  const n = candidate.length;
  const ways = candidate.map((value, i) => Number(slow(value)) - Number(slow(baseline[i]!)));
  const worse = ways.filter((way) => way > 0).length;
  const differing = ways.filter((way) => way !== 0).length;
  const shares = [share(candidate, slow), share(baseline, slow)] as const;
  // Of the blocks that differ, which part went the candidate's way: its exact interval carries over to the shares.
  const odds = binomialInterval(worse, differing, confidence);
  const at = (part: number): number => meanRatio(modes, shares[1], ((2 * part - 1) * differing) / n);
  return {
    modes,
    shares,
    meanRatio: differing === 0 ? 1 : at(worse / differing),
    low: differing === 0 ? null : at(odds[0]),
    high: differing === 0 ? null : at(odds[1]),
    p: Math.min(1, 2 * Math.min(binomialCdf(worse, differing), binomialCdf(differing - worse, differing))),
    jointP: jointSignFlipP(logRatios, ways),
  };
}

/** Relabellings that a joint p-value is counted from: the smallest that a family of twenty at 99 % asks for is then seen. */
const FLIPS = 10_000;
/** Counted so often the p-value is large, and known well enough: p = hits / flips is still valid (Besag & Clifford 1991). */
const ENOUGH_HITS = 100;

/**
 * Whether location or share differs: the larger of the two standardised statistics (signed ranks of the log-ratios; blocks in different
 * modes), against what it is when the sides of each block are exchanged at random. Testing both costs little so, for they
 * mostly agree. The seed is of the data: the same data, the same p.
 */
function jointSignFlipP(logRatios: readonly number[], ways: readonly number[]): number {
  const { ranks } = midRanks(logRatios.map(Math.abs));
  const [a, b] = [
    standardised(ranks.map((rank, i) => (logRatios[i] === 0 ? 0 : rank * Math.sign(logRatios[i]!)))),
    standardised(ways),
  ];
  const larger = (first: number, second: number): number => Math.max(Math.abs(first), Math.abs(second));
  const seen = larger(a.reduce(add, 0), b.reduce(add, 0)) * (1 - 1e-9);
  const random = rng(`${logRatios.length} ${logRatios.map(Math.abs).reduce(add, 0)}`);
  let asFar = 0;
  for (let flip = 0; flip < FLIPS; flip++) {
    let [first, second] = [0, 0];
    for (let i = 0, bits = 0; i < a.length; i++) {
      if (i % 24 === 0) bits = (random() * 2 ** 24) | 0;
      const sign = bits & 1 ? 1 : -1;
      bits >>= 1;
      first += sign * a[i]!;
      second += sign * b[i]!;
    }
    if (larger(first, second) >= seen && ++asFar === ENOUGH_HITS) return ENOUGH_HITS / (flip + 1);
  }
  return (asFar + 1) / (FLIPS + 1);
}

function standardised(values: readonly number[]): number[] {
  const scale = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return scale === 0 ? [...values] : values.map((value) => value / scale);
}

function add(a: number, b: number): number {
  return a + b;
}

/** The same for two runs, whose blocks have nothing in common: Fisher's exact test of the shares, Mann–Whitney's of location. */
export function compareModesUnpaired(
  candidate: readonly number[],
  baseline: readonly number[],
  confidence: number,
): ModesShift | null {
  const modes = findModes([...candidate, ...baseline]);
  if (!modes) return null;
  const slow = (value: number): boolean => value > modes.threshold;
  const counts = [candidate.filter(slow).length, baseline.filter(slow).length] as const;
  const shares = [counts[0] / candidate.length, counts[1] / baseline.length] as const;
  const [own, other] = [
    binomialInterval(counts[0], candidate.length, Math.sqrt(confidence)),
    binomialInterval(counts[1], baseline.length, Math.sqrt(confidence)),
  ];
  const p = fisherP(counts[0], candidate.length, counts[1], baseline.length);
  return {
    modes,
    shares,
    meanRatio: meanRatio(modes, shares[1], shares[0] - shares[1]),
    low: meanRatio(modes, other[1], own[0] - other[1]),
    high: meanRatio(modes, other[0], own[1] - other[0]),
    p,
    // Two tests of one case: Bonferroni.
    jointP: Math.min(1, 2 * Math.min(p, rankSumP(candidate, baseline))),
  };
}

function share(values: readonly number[], slow: (value: number) => boolean): number {
  return values.filter(slow).length / values.length;
}

/** Mean of a mixture over that of another, whose slow share is smaller by `difference`. */
function meanRatio({ fast, slow }: Modes, baselineShare: number, difference: number): number {
  const factor = Math.exp(slow.center - fast.center);
  const mean = (part: number): number => 1 + Math.max(0, Math.min(1, part)) * (factor - 1);
  return mean(baselineShare + difference) / mean(baselineShare);
}

const logFactorials: number[] = [0];
function logFactorial(n: number): number {
  for (let i = logFactorials.length; i <= n; i++) logFactorials.push(logFactorials[i - 1]! + Math.log(i));
  return logFactorials[n]!;
}

/** P(X ≤ k) of a fair coin thrown n times. */
function binomialCdf(k: number, n: number): number {
  return binomialTail(k, n, 0.5);
}

function binomialTail(k: number, n: number, p: number): number {
  let sum = 0;
  for (let i = 0; i <= k; i++) {
    const logChance = logFactorial(n) - logFactorial(i) - logFactorial(n - i);
    sum += Math.exp(logChance + (i === 0 ? 0 : i * Math.log(p)) + (i === n ? 0 : (n - i) * Math.log1p(-p)));
  }
  return Math.min(1, sum);
}

/** Clopper & Pearson's interval of a share, by bisection on the binomial distribution. */
export function binomialInterval(k: number, n: number, confidence: number): [number, number] {
  const tail = (1 - confidence) / 2;
  const solve = (atMost: (p: number) => boolean): number => {
    let [low, high] = [0, 1];
    for (let i = 0; i < 50; i++) {
      const middle = (low + high) / 2;
      if (atMost(middle)) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  return [
    k === 0 ? 0 : solve((p) => 1 - binomialTail(k - 1, n, p) <= tail),
    k === n ? 1 : solve((p) => binomialTail(k, n, p) > tail),
  ];
}

/** Fisher's exact test of two shares, two-sided by summing tables no likelier than the one seen (as R and scipy do). */
export function fisherP(k: number, n: number, l: number, m: number): number {
  const slow = k + l;
  const chance = (i: number): number =>
    Math.exp(
      logFactorial(n) -
        logFactorial(i) -
        logFactorial(n - i) +
        logFactorial(m) -
        logFactorial(slow - i) -
        logFactorial(m - slow + i) -
        (logFactorial(n + m) - logFactorial(slow) - logFactorial(n + m - slow)),
    );
  const seen = chance(k) * (1 + 1e-7);
  let p = 0;
  for (let i = Math.max(0, slow - m); i <= Math.min(n, slow); i++) if (chance(i) <= seen) p += chance(i);
  return Math.min(1, p);
}
