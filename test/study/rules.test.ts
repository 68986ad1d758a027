import { describe, expect, it } from 'vitest';
import { OTHER_RULES } from '../../src/study/rules.js';
import { rankSumP } from '../../src/stats/index.js';
import { launches } from './fixture.js';

const logs = (factor: number, seed: string, n = 40, sd = 0.05): number[] =>
  launches(n, 1e7 * factor, sd, seed).map(Math.log);
const says = (rule: (typeof OTHER_RULES)[number], factor: number, sd?: number): boolean =>
  rule.score(logs(factor, 'candidate', 40, sd), logs(1, 'baseline', 40, sd)) >= rule.threshold;

describe.each(OTHER_RULES.map((rule) => [rule.rule, rule] as const))('the rule of %s', (_name, rule) => {
  it('calls 30 %% slower a regression, 30 %% faster none, and equal sides neither', () => {
    expect(says(rule, 1.3)).toBe(true);
    expect(says(rule, 1 / 1.3)).toBe(false);
    expect(rule.score(logs(1 / 1.3, 'candidate'), logs(1, 'baseline'))).toBeLessThan(-rule.threshold);
    expect(Math.abs(rule.score(logs(1, 'x'), logs(1, 'x')))).toBeLessThan(rule.threshold);
  });

  it('scores the same data the same again, and the sides exchanged with the other sign', () => {
    const [a, b] = [logs(1.2, 'a'), logs(1, 'b')];
    expect(rule.score(a, b)).toBe(rule.score(a, b));
    expect(rule.score(b, a)).toBeCloseTo(-rule.score(a, b), 9);
  });

  it('scores every amount that can be', () => {
    for (const [a, b] of [
      [[16], [16]],
      [
        [16, 16, 16],
        [16, 16, 16],
      ],
      [logs(1e6, 'a', 400), logs(1e-6, 'b', 400)],
    ] as const)
      expect(Number.isFinite(rule.score(a, b))).toBe(true);
  });
});

describe('their own thresholds', () => {
  const of = (name: string) => OTHER_RULES.find(({ rule }) => rule === name)!;

  it('of benchstat is p < 0.05 of the rank-sum test, whatever the size of the change', () => {
    for (const factor of [1, 1.01, 1.02, 1.03]) {
      const [a, b] = [logs(factor, 'a'), logs(1, 'b')];
      expect(Math.abs(of('benchstat').score(a, b)) >= of('benchstat').threshold).toBe(rankSumP(a, b) <= 0.05);
    }
    expect(says(of('benchstat'), 1.01, 0.001)).toBe(true);
  });

  it.each([
    ['asv', 1.08, 1.12],
    ['firecracker', 1.04, 1.06],
    ['mean +10 %', 1.08, 1.12],
  ])('of %s lies between factors of %f and %f', (name, below, above) => {
    expect(says(of(name), below, 0.001)).toBe(false);
    expect(says(of(name), above, 0.001)).toBe(true);
  });

  it('of those with a test do not trust a change that may be chance; a mean alone does', () => {
    const [a, b] = [
      [16.5, 16.1, 16.2],
      [16.2, 16.1, 16.0],
    ];
    expect(of('asv').score(a, b)).toBe(0);
    expect(of('firecracker').score(a, b)).toBe(0);
    expect(of('mean +10 %').score(a, b)).toBeGreaterThan(of('mean +10 %').threshold);
  });
});
