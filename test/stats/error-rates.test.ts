import { describe, expect, it } from 'vitest';
import {
  adjustForCovariates,
  compareModes,
  findModes,
  medianInterval,
  narrowEnough,
  pairedShift,
  rng,
  signedRankP,
  twoSampleShift,
  zOf,
} from '../../src/stats/index.js';
import { normal, sample, SOURCES } from './simulate.js';

const ROUNDS = 2000;
/** Four standard errors of a simulated 95 %. */
const NOISE = 4 * Math.sqrt((0.95 * 0.05) / ROUNDS);

describe.each(Object.keys(SOURCES))('intervals of 95 %% on %s data', (kind) => {
  const draw = SOURCES[kind]!;
  it.each([10, 20, 50])('hold a shift of both sides of a block, n = %i', (n) => {
    const random = rng(`paired/${kind}/${n}`);
    let held = 0;
    for (let i = 0; i < ROUNDS; i++) {
      const pairs = sample(n, (at) => 0.05 + draw(random, at) - draw(random, at));
      const { low, high } = pairedShift(pairs, 0.95);
      if (low! <= 0.05 && 0.05 <= high!) held++;
    }
    expect(held / ROUNDS).toBeGreaterThan(0.93 - NOISE);
    // Exact: at n = 10 its true confidence is 95.1 %, and never far above.
    expect(held / ROUNDS).toBeLessThan(0.97 + NOISE);
  });

  it.each([10, 20, 50])('hold the shift of two runs, n = %i', (n) => {
    // Drift is no property of two independent samples.
    if (kind === 'drifting') return;
    const random = rng(`two/${kind}/${n}`);
    let held = 0;
    for (let i = 0; i < ROUNDS / 2; i++) {
      const { low, high } = twoSampleShift(
        sample(n, (at) => 0.05 + draw(random, at)),
        sample(n, (at) => draw(random, at)),
        0.95,
      );
      if (low! <= 0.05 && 0.05 <= high!) held++;
    }
    expect(held / (ROUNDS / 2)).toBeGreaterThan(0.93 - 1.5 * NOISE);
  });

  it('are open at n = 5, where no interval of 95 %% exists', () => {
    const random = rng(kind);
    const values = sample(5, (at) => draw(random, at));
    expect(pairedShift(values, 0.95).low).toBeNull();
    expect(medianInterval(values).low).toBeNull();
  });
});

describe('false alarms where nothing differs', () => {
  const rate = (seed: string, alarm: (random: () => number) => boolean, rounds = ROUNDS): number => {
    const random = rng(seed);
    let alarms = 0;
    for (let i = 0; i < rounds; i++) if (alarm(random)) alarms++;
    return alarms / rounds;
  };

  it('stay at their level after covariates were taken out, useful and useless ones', () => {
    const alarms = rate('covariates', (random) => {
      const host = sample(20, () => normal(random));
      const noise = sample(20, () => normal(random));
      const values = host.map((it) => 0.05 * it + 0.05 * normal(random));
      return signedRankP(adjustForCovariates(values, [host, noise]).adjusted) <= 0.05;
    });
    expect(alarms).toBeLessThan(0.05 + NOISE);
    expect(alarms).toBeGreaterThan(0.03);
  });

  it('stay at their level when a run stops as soon as sizes say that it may', () => {
    const z = zOf(0.95);
    const look = (random: () => number, stop: (values: readonly number[]) => boolean): boolean => {
      const values: number[] = [];
      do values.push((random() < 0.2 ? 0.3 : 0.08) * normal(random));
      while (values.length < 80 && !stop(values));
      return signedRankP(values) <= 0.05;
    };
    const honest = rate('honest', (random) => look(random, (values) => narrowEnough(values, 0.05, z)));
    expect(honest).toBeLessThan(0.05 + NOISE);
    // What is not allowed: to stop when it looks good.
    const greedy = rate(
      'greedy',
      (random) => look(random, (values) => values.length >= 10 && signedRankP(values) <= 0.05),
      300,
    );
    expect(greedy).toBeGreaterThan(0.15);
  });

  it('stay at their level for shares and location of two modes together', () => {
    const alarms = rate(
      'joint',
      (random) => {
        const side = (): number[] => sample(30, (at) => SOURCES['bimodal']!(random, at));
        const [a, b] = [side(), side()];
        const modes = compareModes(
          a,
          b,
          0.95,
          a.map((it, i) => it - b[i]!),
        );
        return modes !== null && modes.jointP <= 0.05;
      },
      600,
    );
    expect(alarms).toBeLessThan(0.05 + 2 * NOISE);
  });

  it.each([20, 40, 80])('two modes are rarely seen in one, n = %i', (n) => {
    for (const kind of ['normal', 'log-normal']) {
      const seen = rate(
        `one mode/${kind}/${n}`,
        (random) => findModes(sample(n, (at) => SOURCES[kind]!(random, at))) !== null,
        500,
      );
      // A long tail has a few that look like a mode of their own; no test errs by it.
      expect(seen).toBeLessThan(0.03);
    }
  });
});

describe('what is found', () => {
  it('covariates narrow the interval when they explain the noise, and are left alone when they do not', () => {
    const random = rng('narrow');
    const host = sample(40, () => normal(random));
    const values = host.map((it) => 0.1 * it + 0.02 * normal(random));
    const { adjusted, slopes } = adjustForCovariates(values, [host, sample(40, () => normal(random))]);
    expect(slopes[0]).toBeCloseTo(0.1, 1);
    expect(slopes[1]).toBe(0);
    const width = (logs: readonly number[]): number => pairedShift(logs, 0.95).high! - pairedShift(logs, 0.95).low!;
    expect(width(adjusted)).toBeLessThan(width(values) / 3);
  });

  it('covariates change their sign with the sides, and nothing else', () => {
    const random = rng('swap');
    const host = sample(24, () => normal(random));
    const values = host.map((it) => 0.1 * it + 0.05 * normal(random));
    const flip = sample(24, (i) => (i % 3 === 0 ? -1 : 1));
    const there = adjustForCovariates(values, [host]);
    const back = adjustForCovariates(
      values.map((it, i) => it * flip[i]!),
      [host.map((it, i) => it * flip[i]!)],
    );
    expect(back.slopes[0]).toBeCloseTo(there.slopes[0]!, 12);
    back.adjusted.forEach((it, i) => expect(it).toBeCloseTo(there.adjusted[i]! * flip[i]!, 12));
  });

  it('a covariate that is not known is left out', () => {
    expect(adjustForCovariates([1, 2, 3], [[NaN, 1, 2]]).adjusted).toEqual([1, 2, 3]);
  });

  it('two modes, with their shares and places', () => {
    const random = rng('modes');
    const modes = findModes(sample(400, (at) => SOURCES['bimodal']!(random, at)))!;
    expect(modes.slow.share).toBeCloseTo(0.3, 1);
    expect(modes.fast.center).toBeCloseTo(0, 1);
    expect(modes.slow.center).toBeCloseTo(Math.log(10), 1);
  });

  it('a larger share of the slow mode, while the median of the ratios stands still', () => {
    const random = rng('share');
    let [joint, medians] = [0, 0];
    for (let i = 0; i < 200; i++) {
      const side = (share: number): number[] =>
        sample(60, () => (random() < share ? Math.log(10) : 0) + 0.05 * normal(random));
      const [a, b] = [side(0.4), side(0.15)];
      const ratios = a.map((it, at) => it - b[at]!);
      if (compareModes(a, b, 0.95, ratios)!.jointP <= 0.05) joint++;
      if (medianInterval(ratios).low! > 0) medians++;
    }
    expect(joint).toBeGreaterThan(150);
    expect(medians).toBeLessThan(joint / 2);
  });
});
