import { describe, expect, it } from 'vitest';
import { NATIVE, type RunData } from '../../src/model/index.js';
import { rng, spreadsOf, type Spread } from '../../src/stats/index.js';
import { runOf } from '../gate/fixture.js';
import { normal } from './simulate.js';

const GVISOR = 'gvisor-systrap';
/** A trial is its iterations, ns; nothing is a trial that failed. */
type Trials = readonly (readonly number[] | null)[];

/** A run of one case whose headline is an iteration's. */
function iterated(columns: Readonly<Record<string, Trials>>): RunData {
  const run = runOf(
    Object.fromEntries(
      Object.entries(columns).map(([id, all]) => [id, all.map((it) => (it === null ? 'failed' : 1e9))]),
    ),
  );
  const rows = run.trials.flatMap((trial, index) =>
    (columns[trial.environmentId]![trial.block] ?? []).map((value, iteration) => ({ index, iteration, value })),
  );
  return {
    manifest: {
      ...run.manifest,
      plan: {
        ...run.manifest.plan,
        cases: run.manifest.plan.cases.map((one) => ({ ...one, headline: 'iteration_ns' })),
      },
    },
    trials: run.trials,
    samples: {
      length: rows.length,
      trialIndex: Int32Array.from(rows, ({ index }) => index),
      codes: new Int32Array(rows.length),
      metrics: ['iteration_ns'],
      units: ['ns'],
      iteration: Int32Array.from(rows, ({ iteration }) => iteration),
      value: Float64Array.from(rows, ({ value }) => value),
    },
  };
}

interface Shape {
  readonly blocks?: number;
  readonly iterations?: number;
  readonly iteration?: number;
  readonly trial?: number;
  readonly block?: number;
  /** Factor of the i-th iteration. */
  readonly place?: (i: number) => number;
}

/** Native and gVisor with known standard deviations of the logarithm on every level. */
function nested({
  blocks = 400,
  iterations = 4,
  iteration = 0,
  trial = 0,
  block = 0,
  place = () => 1,
}: Shape): RunData {
  const random = rng('spread');
  const shared = Array.from({ length: blocks }, () => block * normal(random));
  const side = (): Trials =>
    shared.map((level) => {
      const own = level + trial * normal(random);
      return Array.from({ length: iterations }, (_, i) => 1e6 * place(i) * Math.exp(own + iteration * normal(random)));
    });
  return iterated({ [NATIVE]: side(), [GVISOR]: side() });
}

const of = (run: RunData, environment = GVISOR): Spread | undefined =>
  spreadsOf(run).find((it) => it.environment === environment);

describe('the spread behind a median', () => {
  it('is told apart by level', () => {
    const { sd, trials, iterations } = of(nested({ iteration: 0.05, trial: 0.03, block: 0.08 }))!;
    expect({ trials, iterations }).toEqual({ trials: 400, iterations: 4 });
    expect(sd.iteration).toBeCloseTo(0.05, 2);
    expect(sd.trial).toBeCloseTo(0.03, 1.5);
    expect(sd.block).toBeCloseTo(0.08, 1.7);
  });

  it('of trials is not that of their iterations, nor of the places of these', () => {
    const { sd } = of(nested({ iteration: 0.05, place: (i) => 1 + i }))!;
    expect(sd.iteration).toBeCloseTo(0.05, 2);
    expect(sd.trial).toBeLessThan(0.02);
    expect(sd.block).toBeLessThan(0.02);
  });

  it('of blocks is not known of native alone, nor from two blocks', () => {
    expect(of(nested({ trial: 0.03 }), NATIVE)!.sd.block).toBeNaN();
    expect(of(nested({ trial: 0.03, blocks: 2 }))!.sd.block).toBeNaN();
  });

  it('of iterations is not known where a trial has one, or the headline is no iteration’s', () => {
    const single = of(nested({ iterations: 1, trial: 0.05 }))!;
    expect(single).toMatchObject({ iterations: 1, first: null, steady: 'unknown' });
    expect(single.sd.iteration).toBeNaN();
    expect(single.sd.trial).toBeCloseTo(0.05, 2);
    const whole = spreadsOf(runOf({ [NATIVE]: [1e7, 1.1e7, 1.2e7], [GVISOR]: [2e7, 2.1e7, 2.2e7] }));
    expect(whole.map((it) => it.iterations)).toEqual([0, 0]);
  });

  it('takes as many iterations as every trial has', () => {
    const random = rng('x');
    const trials = Array.from({ length: 10 }, (_, i) =>
      Array.from({ length: 3 + (i % 4) }, () => 1e6 * Math.exp(0.02 * normal(random))),
    );
    const one = of(iterated({ [NATIVE]: trials, [GVISOR]: trials }))!;
    expect(one.iterations).toBe(3);
    expect(one.sd.iteration).toBeCloseTo(0.02, 1.5);
  });

  it('is of completed trials, and of none where there are fewer than two', () => {
    const two = [[1e6, 1e6], null, [1e6, 1e6]];
    expect(of(iterated({ [NATIVE]: two, [GVISOR]: two }))).toMatchObject({ trials: 2 });
    expect(of(iterated({ [NATIVE]: two, [GVISOR]: [[1e6, 1e6], null, null] }))).toBeUndefined();
  });
});

describe('how a trial goes', () => {
  it('is a first iteration that takes longer, with its interval', () => {
    const { first } = of(nested({ iteration: 0.02, blocks: 20, iterations: 5, place: (i) => (i === 0 ? 3 : 1) }))!;
    expect(first!.ratio).toBeCloseTo(3, 1);
    expect(first!.low).toBeLessThan(3);
    expect(first!.high).toBeGreaterThan(first!.low!);
  });

  it('is a warm-up from which it is steady, or flat', () => {
    const warm = of(nested({ iteration: 0.01, blocks: 12, iterations: 30, place: (i) => (i < 6 ? 2 : 1) }))!;
    expect(warm).toMatchObject({ steady: 'warm-up', steadyFrom: 6 });
    expect(of(nested({ iteration: 0.01, blocks: 12, iterations: 30 }))).toMatchObject({ steady: 'flat' });
  });

  it('is two modes of launches where there are two', () => {
    const side = Array.from({ length: 40 }, (_, i) => [1e6 * (i % 4 === 0 ? 10 : 1) * (1 + (i % 7) / 100)]);
    const { modes } = of(iterated({ [NATIVE]: side, [GVISOR]: side }))!;
    expect(modes!.slow.share).toBeCloseTo(0.25, 2);
    expect(Math.exp(modes!.slow.center - modes!.fast.center)).toBeCloseTo(10, 0);
    expect(of(nested({ iteration: 0.02, blocks: 40 }))!.modes).toBeNull();
  });
});
