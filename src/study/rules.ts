import { median, rankSumP, rng, type Random } from '../stats/index.js';

/**
 * How another tool decides, as a score: the larger the more it says “different”, positive for slower. At `threshold` it says so
 * itself; with the threshold moved it can be held against others at the same rate of false positives.
 */
export interface Rule {
  readonly rule: string;
  readonly definition: string;
  readonly threshold: number;
  readonly score: (candidate: readonly number[], baseline: readonly number[]) => number;
}

const exp = (logs: readonly number[]): number[] => logs.map(Math.exp);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const change = (a: number, b: number): number => Math.log(a / b);

/** Scores get the logarithms of the trials' values of both sides: what these tools would be given. */
export const OTHER_RULES: readonly Rule[] = [
  {
    rule: 'benchstat',
    definition: 'Mann–Whitney U test, p < 0.05 (golang.org/x/perf/cmd/benchstat)',
    threshold: -Math.log(0.05),
    score: (a, b) => -Math.log(Math.max(1e-300, rankSumP(a, b))) * Math.sign(median(a)! - median(b)!),
  },
  {
    rule: 'asv',
    definition:
      'Mann–Whitney U test, p < 0.002, and medians apart by a factor of 1.1 (airspeed velocity, `asv compare`)',
    threshold: Math.log(1.1),
    score: (a, b) => (rankSumP(a, b) < 0.002 ? median(a)! - median(b)! : 0),
  },
  {
    rule: 'firecracker',
    definition:
      'permutation test of the means, p < 0.01, and means apart by more than 5 % (Firecracker, tools/ab_test.py)',
    threshold: Math.log(1.05),
    score: (a, b) => (permutationP(exp(a), exp(b)) < 0.01 ? change(mean(exp(a)), mean(exp(b))) : 0),
  },
  {
    rule: 'mean +10 %',
    definition: 'means apart by more than 10 %, no test (github-action-benchmark with alert-threshold 110 %)',
    threshold: Math.log(1.1),
    score: (a, b) => change(mean(exp(a)), mean(exp(b))),
  },
];

/** Relabellings of a permutation test: p = 0.01 is then told from 0.02. */
const PERMUTATIONS = 300;

/** Two-sided p-value of the difference of means when labels are dealt out anew; the seed is of the data, so that it repeats. */
function permutationP(a: readonly number[], b: readonly number[]): number {
  const all = Float64Array.from([...a, ...b]);
  const total = all.reduce((sum, value) => sum + value, 0);
  const random: Random = rng(`${all.length} ${total}`);
  const apart = (sumA: number): number => Math.abs(sumA / a.length - (total - sumA) / b.length);
  const seen = apart(a.reduce((sum, value) => sum + value, 0));
  let asFar = 0;
  for (let round = 0; round < PERMUTATIONS; round++) {
    let sum = 0;
    for (let i = 0; i < a.length; i++) {
      const j = i + Math.floor(random() * (all.length - i));
      const swapped = all[j]!;
      all[j] = all[i]!;
      all[i] = swapped;
      sum += swapped;
    }
    if (apart(sum) >= seen * (1 - 1e-12)) asFar++;
  }
  return (asFar + 1) / (PERMUTATIONS + 1);
}
