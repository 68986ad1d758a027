import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planBlocks, remainingTrials, type PlanInput } from '../../src/plan/index.js';
import { planBlock, trialId } from '../../src/plan/blocks.js';

const input: PlanInput = {
  cases: ['true@smoke', 'python@smoke', 'tpch-duckdb@smoke'],
  environments: ['native', 'gvisor-systrap', 'gvisor-ptrace', 'gvisor-kvm'],
  seed: 42,
  minBlocks: 3,
};

describe('the certain part of a plan', () => {
  it('has every environment once in each block of each case', () => {
    const plan = planBlocks(input);
    expect(plan).toHaveLength(3 * 3 * 4);
    for (let at = 0; at < plan.length; at += 4) {
      const block = plan.slice(at, at + 4);
      expect(new Set(block.map((trial) => `${trial.block} ${trial.caseId}`)).size).toBe(1);
      expect(block.map((trial) => trial.environmentId).toSorted()).toEqual([...input.environments].toSorted());
      expect(block.map((trial) => trial.position)).toEqual([0, 1, 2, 3]);
    }
    expect(plan.map((trial) => trial.sequence)).toEqual(plan.map((_, i) => i));
  });

  it('goes round by round, so that an interruption leaves every case equally far', () => {
    const starts = planBlocks(input).filter((trial) => trial.position === 0);
    expect(starts.map((trial) => trial.caseId)).toEqual([...input.cases, ...input.cases, ...input.cases]);
    expect(starts.map((trial) => trial.block)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
  });

  it('is the same for the same seed, and another for another', () => {
    const order = (seed: number) => planBlocks({ ...input, seed }).map((trial) => trial.environmentId);
    expect(order(42)).toEqual(order(42));
    expect(order(42)).not.toEqual(order(43));
  });

  it('puts no environment in the same place every time', () => {
    const plan = planBlocks({ ...input, blocks: 40 });
    for (const environment of input.environments) {
      const first = plan.filter((trial) => trial.position === 0 && trial.environmentId === environment).length;
      // 120 blocks, a quarter each: 30 ± 4.7.
      expect(first).toBeGreaterThan(14);
      expect(first).toBeLessThan(46);
    }
  });

  it('has as many blocks as were asked, instead of the least number', () => {
    expect(planBlocks({ ...input, blocks: 1 })).toHaveLength(12);
    expect(planBlocks({ ...input, blocks: null })).toHaveLength(36);
  });

  it('holds in the blocks of a case only the environments that it has, where these are named', () => {
    const only = { 'python@smoke': ['native', 'gvisor-kvm'] };
    const plan = planBlocks({ ...input, only });
    const of = (caseId: string) => new Set(plan.filter((it) => it.caseId === caseId).map((it) => it.environmentId));
    expect([...of('python@smoke')].toSorted()).toEqual(['gvisor-kvm', 'native']);
    expect(of('true@smoke').size).toBe(4);
    const left = remainingTrials({ ...input, only }, plan.slice(0, 5));
    expect(left.map(({ id }) => id)).toEqual(plan.slice(5).map(({ id }) => id));
  });

  it('refuses a plan without native', () => {
    expect(() => planBlocks({ ...input, environments: ['gvisor-systrap'] })).toThrow(RangeError);
  });
});

describe('what is left after an interruption', () => {
  it('makes with the stored trials exactly the plan without it, wherever the cut was, and however often', () => {
    const whole = planBlocks(input);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: whole.length }), { maxLength: 4 }), (sessions) => {
        let stored = planBlocks(input).slice(0, 0);
        for (const length of sessions) stored = [...stored, ...remainingTrials(input, stored).slice(0, length)];
        expect([...stored, ...remainingTrials(input, stored)]).toEqual(whole);
      }),
    );
  });

  it('completes a block that the budget had added, first', () => {
    const whole = planBlocks(input);
    const added = planBlock(input, 'python@smoke', 3, whole.length);
    expect(remainingTrials(input, [...whole, ...added.slice(0, 1)])).toEqual(added.slice(1));
    expect(remainingTrials(input, [...whole, ...added])).toEqual([]);
  });
});

describe('the name of a trial', () => {
  it('reads well for usual ids', () => {
    expect(trialId(2, 'tpch-duckdb@quick', 'gvisor-systrap-tuned')).toBe('2--tpch-duckdb@quick--gvisor-systrap-tuned');
  });

  it.each(['../../etc/passwd', '.', '..', '', '<b>', 'a/b', '-rf', 'x\0y', 'é😀', '='])(
    'is safe as a file’s name: %j',
    (id) => {
      expect(trialId(0, id, id)).toMatch(/^[A-Za-z0-9_@%][A-Za-z0-9_@%.-]*$/);
      expect(trialId(0, id, id)).not.toContain('..');
    },
  );

  it('is unique, and never too long for a file system', () => {
    const id = fc.oneof(fc.string({ maxLength: 300 }), fc.stringMatching(/^[a.%-]{0,6}$/));
    const pair = fc.tuple(fc.nat({ max: 20 }), id, id);
    fc.assert(
      fc.property(pair, pair, (a, b) => {
        expect(trialId(...a).length).toBeLessThan(255);
        expect(trialId(...a) === trialId(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 3000 },
    );
  });
});
