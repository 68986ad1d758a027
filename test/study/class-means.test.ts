import { describe, expect, it } from 'vitest';
import { NATIVE, type RunData } from '../../src/model/index.js';
import { classMeans } from '../../src/study/index.js';
import { around, runOf } from '../gate/fixture.js';

const GVISOR = 'gvisor-systrap';

/** Cases of these classes, in each of which gVisor takes its factor of native's time. */
function runOfClasses(cases: readonly { id: string; class: string; factor: number; blocks?: number }[]): RunData {
  const runs = cases.map(({ id, factor, blocks = 8 }, i) => {
    const native = around(1e7, blocks, i);
    const run = runOf({ [NATIVE]: native, [GVISOR]: native.map((ns) => ns * factor) });
    return { ...run, trials: run.trials.map((it) => ({ ...it, caseId: id })) };
  });
  const [first] = runs;
  const one = first!.manifest.plan.cases[0]!;
  return {
    ...first!,
    manifest: {
      ...first!.manifest,
      plan: { ...first!.manifest.plan, cases: cases.map((it) => ({ ...one, id: it.id, class: it.class as 'data' })) },
    },
    trials: runs.flatMap(({ trials }) => trials),
  };
}

describe('geometric means by class', () => {
  it('are of each class, of data and ml together, and of all', () => {
    const run = runOfClasses([
      { id: 'a@smoke', class: 'startup', factor: 8 },
      { id: 'b@smoke', class: 'data', factor: 2 },
      { id: 'c@smoke', class: 'data', factor: 0.5, blocks: 6 },
      { id: 'd@smoke', class: 'ml', factor: 4 },
    ]);
    const found = classMeans(run, [[GVISOR, NATIVE]]);
    const rows = Object.fromEntries(found.map((it) => [it.class, [+it.ratio.toFixed(6), it.cases, it.n]]));
    expect(rows).toEqual({
      startup: [8, 1, 8],
      data: [1, 2, 6],
      ml: [4, 1, 8],
      'data + ml': [+(4 ** (1 / 3)).toFixed(6), 3, 6],
      all: [+(32 ** (1 / 4)).toFixed(6), 4, 6],
    });
    for (const { ratio, low, high } of found) {
      expect(low).toBeCloseTo(ratio);
      expect(high).toBeCloseTo(ratio);
    }
  });

  it('have no interval from few blocks, and one row where there is one class', () => {
    const found = classMeans(runOfClasses([{ id: 'a@smoke', class: 'ml', factor: 2, blocks: 4 }]), [[GVISOR, NATIVE]]);
    expect(found).toMatchObject([{ class: 'all', low: null, high: null, n: 4 }]);
  });

  it('take cases together in the blocks that each of them has, by their numbers', () => {
    const run = runOfClasses([
      { id: 'a@smoke', class: 'data', factor: 1 },
      { id: 'b@smoke', class: 'data', factor: 1 },
    ]);
    const ns = (it: (typeof run.trials)[number], factor: number) => ({
      values: { wall_ns: it.values['wall_ns']! * factor },
    });
    const trials = run.trials.flatMap((it) => {
      if (it.environmentId !== GVISOR) return [it];
      // In each block the two cases cancel, but a has no block 2.
      if (it.caseId === 'a@smoke') return it.block === 2 ? [] : [{ ...it, ...ns(it, 2 ** it.block) }];
      return [{ ...it, ...ns(it, 2 ** -it.block) }];
    });
    const [mean] = classMeans({ ...run, trials }, [[GVISOR, NATIVE]]);
    expect(mean).toMatchObject({ cases: 2, n: 7 });
    expect(mean!.ratio).toBeCloseTo(1);
    expect(mean!.low).toBeCloseTo(1);
    // With hardly a block of it, a case would leave hardly one to the others.
    const few = trials.filter((it) => it.environmentId !== GVISOR || it.caseId !== 'a@smoke' || it.block < 3);
    expect(classMeans({ ...run, trials: few }, [[GVISOR, NATIVE]])).toMatchObject([{ cases: 1, n: 8 }]);
  });

  it('leave out cases that neither completed, and pairs that were not measured', () => {
    const run = runOfClasses([
      { id: 'a@smoke', class: 'data', factor: 2 },
      { id: 'b@smoke', class: 'data', factor: 4 },
    ]);
    const trials = run.trials.map((it) =>
      it.caseId === 'b@smoke' && it.environmentId === GVISOR
        ? { ...it, outcome: { kind: 'failed', reason: 'x', exitCode: 1, signal: null } as never }
        : it,
    );
    expect(classMeans({ ...run, trials }, [[GVISOR, NATIVE]])).toMatchObject([{ class: 'all', cases: 1 }]);
    expect(classMeans(run, [['gvisor-kvm', NATIVE]])).toEqual([]);
  });
});
