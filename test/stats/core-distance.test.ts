import { describe, expect, it } from 'vitest';
import { NATIVE, type RunData } from '../../src/model/index.js';
import { coreDistance, rng } from '../../src/stats/index.js';
import { runOf } from '../gate/fixture.js';

const GVISOR = 'gvisor-systrap';
const BLOCKS = 20;

/** Native takes 10 ms; gVisor 20 ms, and `factor` times as long while the CPUs are `far` apart. */
function moved(far: (block: number) => boolean, factor: number, distance: (far: boolean) => number): RunData {
  const random = rng('core distance');
  const blocks = Array.from({ length: BLOCKS }, (_, block) => block);
  const run = runOf({
    [NATIVE]: blocks.map(() => 1e7),
    [GVISOR]: blocks.map((block) => 2e7 * (far(block) ? factor : 1)),
  });
  const trials = run.trials.map((trial) => ({
    ...trial,
    values: { ...trial.values, core_to_core_ns: distance(far(trial.block)) * (1 + 0.1 * random()) },
  }));
  return { ...run, trials };
}

describe('the distance of CPUs', () => {
  it('is told where a hypervisor changed it, with what it did to each environment', () => {
    const found = coreDistance(
      moved(
        (block) => block % 4 === 0,
        1.5,
        (far) => (far ? 180 : 40),
      ),
    )!;
    expect(found.farShare).toBe(0.25);
    expect(found.trials).toBe(2 * BLOCKS);
    expect(found.nearNs).toBeCloseTo(42, -1);
    expect(found.farNs).toBeCloseTo(189, -1);
    const ratios = Object.fromEntries(found.effects.map(({ environment, ratio }) => [environment, ratio]));
    expect(ratios[NATIVE]).toBeCloseTo(1);
    expect(ratios[GVISOR]).toBeCloseTo(1.5);
    // Of one case there is no interval.
    expect(found.effects.map(({ low, cases }) => [low, cases])).toEqual([
      [null, 1],
      [null, 1],
    ]);
  });

  it('is not told where it stayed as it was, or is not known', () => {
    expect(
      coreDistance(
        moved(
          () => false,
          1,
          () => 40,
        ),
      ),
    ).toBeNull();
    expect(
      coreDistance(
        moved(
          (block) => block % 4 === 0,
          1.5,
          () => 0,
        ),
      ),
    ).toBeNull();
    const { manifest, trials, samples } = runOf({ [NATIVE]: [1e7, 1e7], [GVISOR]: [2e7, 2e7] });
    expect(coreDistance({ manifest, trials, samples })).toBeNull();
  });

  it('says nothing of a case with too few launches of either state', () => {
    const found = coreDistance(
      moved(
        (block) => block < 1,
        1.5,
        (far) => (far ? 180 : 40),
      ),
    );
    expect(found).toBeNull();
    const few = moved(
      (block) => block < 4,
      1.5,
      (far) => (far ? 180 : 40),
    );
    const failed = few.trials.map((it) =>
      it.environmentId === GVISOR && it.block < 3
        ? { ...it, outcome: { kind: 'failed', reason: 'x', exitCode: 1, signal: null } as never }
        : it,
    );
    expect(coreDistance({ ...few, trials: failed })!.effects.map(({ environment }) => environment)).toEqual([NATIVE]);
  });
});
