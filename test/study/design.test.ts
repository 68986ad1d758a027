import { describe, expect, it } from 'vitest';
import type { Trial } from '../../src/model/index.js';
import { rng } from '../../src/stats/index.js';
import { designOf } from '../../src/study/index.js';
import { trial } from '../store/fixture.js';

const WANTED = { halfWidth: 0.015, z: 2.58 };

/** Trials of 8 iterations of about 1 s, with these standard deviations of the logarithm; the launch takes `launchS` more. */
function pilot(iteration: number, between: number, launchS = 4, count = 60): Trial[] {
  const random = rng('pilot');
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: count }, (_, i) => {
    const own = between * normal();
    const times = Array.from({ length: 8 }, () => 1e9 * Math.exp(own + iteration * normal()));
    return {
      ...trial(i),
      wallNs: launchS * 1e9 + times.reduce((sum, time) => sum + time, 0),
      samples: times.map((value, at) => ({ metric: 'iteration_ns', unit: 'ns', iteration: at, value })),
    };
  });
}

describe('the design of trials', () => {
  it('is that of Kalibera and Jones: √(c₂/c₁ · T₁²/T₂²), and blocks from what is left', () => {
    const design = designOf(pilot(0.06, 0.03, 4, 1000), WANTED)!;
    // √(4/1 · 36/9) = 4, and with the noise of the trials a little beside it.
    expect(design.iterations).toBeGreaterThanOrEqual(3);
    expect(design.iterations).toBeLessThanOrEqual(5);
    expect(design.sd.iteration).toBeCloseTo(0.06, 2);
    expect(design.sd.trial).toBeCloseTo(0.03, 1);
    const { iteration, trial: between } = design.sd;
    const variance = 2 * (between ** 2 + iteration ** 2 / design.iterations);
    expect(design.blocks).toBe(Math.ceil((2.58 / 0.015) ** 2 * variance));
  });

  it('asks for more iterations where launches are dear or iterations vary, and for one where only launches vary', () => {
    const of = (...args: Parameters<typeof pilot>): number => designOf(pilot(...args), WANTED)!.iterations;
    expect(of(0.06, 0.03, 16)).toBeGreaterThan(of(0.06, 0.03, 1));
    expect(of(0.09, 0.03)).toBeGreaterThan(of(0.03, 0.03));
    expect(of(0.002, 0.1)).toBe(1);
  });

  it('does not take a few trials that agree for launches that never differ', () => {
    const few = designOf(pilot(0.05, 0, 4, 6), WANTED)!;
    const many = designOf(pilot(0.05, 0, 4, 200), WANTED)!;
    expect(few.sd.trial).toBeGreaterThan(0);
    expect(few.iterations).toBeLessThan(20);
    expect(many.iterations).toBeGreaterThan(few.iterations);
  });

  it('takes no drift of the host for a difference between launches, and no warm-up for one between iterations', () => {
    const still = designOf(pilot(0.05, 0.03), WANTED)!;
    const moved = pilot(0.05, 0.03).map((one, i) => ({
      ...one,
      samples: one.samples.map((it) => ({
        ...it,
        value: it.value * Math.exp(0.01 * i) * (it.iteration === 0 ? 2 : 1),
      })),
    }));
    const { sd } = designOf(moved, WANTED)!;
    expect(sd.iteration).toBeCloseTo(still.sd.iteration, 6);
    expect(sd.trial).toBeCloseTo(still.sd.trial, 2);
  });

  it('is none without three completed trials of two iterations', () => {
    const trials = pilot(0.05, 0.02);
    expect(designOf(trials.slice(0, 2), WANTED)).toBeNull();
    expect(designOf([], WANTED)).toBeNull();
    const single = trials.map((one) => ({ ...one, samples: one.samples.slice(0, 1) }));
    expect(designOf(single, WANTED)).toBeNull();
    const failed = trials.map((one): Trial => ({ ...one, outcome: { kind: 'failed', reason: 'x', exitCode: 1 } }));
    expect(designOf(failed, WANTED)).toBeNull();
  });
});
