import { beforeAll, describe, expect, it } from 'vitest';
import { twinOf, type Certificate, type RunData } from '../../src/model/index.js';
import { certify } from '../../src/study/index.js';
import { POLICY } from '../gate/fixture.js';
import { CASE, GVISOR, launches, poolColumns, poolOf } from './fixture.js';

/** Enough to tell 0 from 1, and not more: a real certificate draws many times as much. */
const DRAWS = { identical: 120, slowed: 40, pools: 8, perPool: 10 };
const judge = (run: RunData, seed = 1): Certificate => certify(run, POLICY, 7, seed, DRAWS);

describe('a certificate of log-normal launches that do not differ', () => {
  let made: Certificate;
  beforeAll(() => {
    made = judge(poolOf(poolColumns({ blocks: 40, sd: 0.05 })));
  });

  it('calls them different no more often than the policy allows, and its intervals hold the rates', () => {
    const { value, low, high, comparisons, independentTrials } = made.falsePositiveRate;
    // 1 %, and three standard errors of the draws.
    expect(value).toBeLessThanOrEqual(1 - POLICY.confidence + 3 * Math.sqrt(0.01 / comparisons));
    expect([low <= value, value <= high, low >= 0, high <= 1]).toEqual([true, true, true, true]);
    // No alarm in 240 says no more than this: the rule of three.
    expect(high).toBeGreaterThan(3 / 240);
    expect({ comparisons, independentTrials }).toEqual({ comparisons: 240, independentTrials: 160 });
  });

  it('has a rate for each series, native against native too, and no power where nothing was slowed', () => {
    expect(made.falsePositives.map((it) => [it.case, it.environment, it.blocks, it.comparisons])).toEqual([
      [CASE, 'native', 40, 120],
      [CASE, GVISOR, 40, 120],
    ]);
    expect(made).toMatchObject({ power: [], modeShift: [], run: 'r1', fingerprint: 'sha256:0', madeAtMs: 7 });
    expect(made.otherRules.every(({ power, powerAtSameRate }) => power.length + powerAtSameRate.length === 0)).toBe(
      true,
    );
    expect(made.sentence).toMatch(
      /^On this host this gate calls \d+ of 1,000 identical pairs different \(at most \d+\)\.$/,
    );
  });

  it('is the same again for the same seed, and another for another', () => {
    const run = poolOf(poolColumns({ blocks: 20, sd: 0.05, slowdowns: [0.03] }));
    const few = { identical: 20, slowed: 20, pools: 2, perPool: 2 };
    const [first, again, other] = [5, 5, 6].map((seed) => certify(run, POLICY, 7, seed, few));
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});

it('measures the rate of the policy that it is given: a careless one alarms often', () => {
  const careless = { ...POLICY, confidence: 0.8, smallestEffect: 0, control: 'none' } as const;
  const { falsePositiveRate } = certify(poolOf(poolColumns({ blocks: 120, sd: 0.05 })), careless, 7, 1, DRAWS);
  expect(falsePositiveRate.value).toBeGreaterThan(0.1);
  expect(falsePositiveRate.value).toBeLessThan(0.3);
  expect(falsePositiveRate.low).toBeLessThan(0.2);
  expect(falsePositiveRate.high).toBeGreaterThan(0.2);
});

describe('power', () => {
  const power = (shape: { readonly reached?: number; readonly sd?: number }): Certificate =>
    judge(poolOf(poolColumns({ blocks: 40, sd: 0.02, slowdowns: [0.1], ...shape })));

  it('is 1 for a slowdown far above the noise, at every number of blocks, and what was reached is told', () => {
    const made = power({});
    expect(made.power.map(({ blocks }) => blocks)).toEqual([10, 20, 27, 40]);
    for (const point of made.power) {
      expect(point).toMatchObject({ kind: 'cpu', case: CASE, environment: GVISOR, slowdown: 0.1, value: 1, high: 1 });
      expect(point.low).toBeGreaterThan(0.9);
      expect(point.achieved).toBeCloseTo(0.1, 1);
    }
  });

  it('is next to nothing where nothing was really added', () => {
    const made = power({ reached: 0 });
    for (const { value, low, achieved } of made.power) {
      expect(value).toBeLessThanOrEqual(0.05);
      expect(low).toBe(0);
      expect(Math.abs(achieved)).toBeLessThan(0.02);
    }
  });

  it('is the same of throughputs, where less is slower', () => {
    const times = poolColumns({ blocks: 40, sd: 0.02, slowdowns: [0.1] }) as Record<string, number[]>;
    const rates = Object.fromEntries(Object.entries(times).map(([id, ns]) => [id, ns.map((it) => 1e9 / it)]));
    const [slower, faster] = [judge(poolOf(rates, 'higher')), judge(poolOf(rates))];
    for (const point of slower.power) {
      expect(point.value).toBe(1);
      expect(point.achieved).toBeCloseTo(0.1, 1);
    }
    expect(faster.power.every(({ value }) => value === 0)).toBe(true);
    expect(slower.otherRules[0]!.power.at(-1)!.value).toBe(1);
    expect(faster.otherRules[0]!.power.at(-1)!.value).toBe(0);
  });

  it('does not count a speed-up as seen', () => {
    expect(power({ reached: -0.1 }).power.every(({ value }) => value === 0)).toBe(true);
  });

  it('falls with the noise', () => {
    const at = (sd: number): number => power({ sd }).power.find(({ blocks }) => blocks === 10)!.value;
    expect(at(0.3)).toBeLessThan(at(0.02) - 0.5);
  });

  it('is told in the sentence for 5 % by CPU work', () => {
    const made = judge(poolOf(poolColumns({ blocks: 30, sd: 0.01, slowdowns: [0.05] })));
    expect(made.sentence).toContain(
      `sees a 5 % slowdown (it came to 4.9 %) of ${CASE} in ${GVISOR} in 100 % of runs of 40 blocks`,
    );
  });

  it('is judged by the rules of others on the same draws', () => {
    const { otherRules, power: own } = power({ sd: 0.01 });
    expect(otherRules.map(({ rule }) => rule)).toEqual(['benchstat', 'asv', 'firecracker', 'mean +10 %']);
    for (const rule of otherRules) {
      expect(rule.power.map(({ blocks }) => blocks)).toEqual(own.map(({ blocks }) => blocks));
      expect(rule.falsePositiveRate.value).toBeLessThan(0.2);
    }
    const [benchstat, asv] = otherRules;
    expect(benchstat!.power.at(-1)!.value).toBe(1);
    // 10 % by a mean of 2 % noise lies right at asv's factor of 1.1: with its threshold moved it sees what it did not.
    expect(asv!.power.at(-1)!.value).toBeLessThan(1);
    expect(asv!.powerAtSameRate.at(-1)!.value).toBe(1);
  });
});

describe('a pool with holes', () => {
  it('is judged from the blocks in which both twins completed', () => {
    const whole = poolColumns({ blocks: 30, sd: 0.02, slowdowns: [0.1] });
    const columns = {
      ...whole,
      native: whole['native']!.map((cell, i) => (i % 3 === 0 ? 'failed' : cell)),
      [GVISOR]: whole[GVISOR]!.map((cell, i) => (i < 5 ? 'oom-killed' : cell)),
      [twinOf(GVISOR)]: whole[twinOf(GVISOR)]!.map((cell, i) => (i >= 27 ? null : i === 10 ? 'timed-out' : cell)),
      'gvisor-systrap+cpu10': whole['gvisor-systrap+cpu10']!.map((cell, i) => (i % 2 === 0 ? 0 : cell)),
    };
    const made = judge(poolOf(columns));
    expect(made.falsePositives.map(({ blocks }) => blocks)).toEqual([20, 21]);
    expect(made.power.every(({ value }) => value === 1)).toBe(true);
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
  });

  it('has no power for a slowdown of which too few launches completed', () => {
    const whole = poolColumns({ blocks: 20, sd: 0.02, slowdowns: [0.1] });
    const slowed = whole['gvisor-systrap+cpu10']!.map((cell, i) => (i < 11 ? 'crashed' : cell));
    expect(judge(poolOf({ ...whole, 'gvisor-systrap+cpu10': slowed })).power).toEqual([]);
  });

  it.each([
    ['too few blocks', poolColumns({ blocks: 9, sd: 0.02 })],
    ['no twins', { native: launches(20, 1e7, 0.02, 'a'), [GVISOR]: launches(20, 1e7, 0.02, 'b') }],
    ['nothing that completed', { native: Array(20).fill('failed'), [twinOf('native')]: Array(20).fill('failed') }],
    ['no trial', {}],
  ])('that has %s is refused', (_name, columns) => {
    expect(() => judge(poolOf(columns))).toThrow(expect.objectContaining({ code: 'pool-too-small', exitCode: 3 }));
  });
});
