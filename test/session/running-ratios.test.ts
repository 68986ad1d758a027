import { describe, expect, it } from 'vitest';
import type { Trial } from '../../src/model/index.js';
import { RunningRatios } from '../../src/session/running-ratios.js';
import { trial } from '../store/fixture.js';

let sequence = 0;
const measured = (block: number, environmentId: string, wallNs: number, change: Partial<Trial> = {}): Trial =>
  trial(sequence++, { block, environmentId, values: { wall_ns: wallNs }, ...change });

function ratios(trials: readonly Trial[], headline = 'wall_ns', caseId = 'true@smoke'): Record<string, number> {
  const running = new RunningRatios();
  for (const one of trials) running.add(one, headline);
  return running.of(caseId);
}

describe('ratios so far', () => {
  it('are medians over blocks of the ratio to native inside a block, whatever came first', () => {
    const trials = [
      measured(0, 'native', 10),
      measured(0, 'a', 20),
      measured(1, 'a', 90),
      measured(1, 'native', 30),
      measured(2, 'native', 1),
      measured(2, 'a', 100),
    ];
    expect(Object.keys(ratios(trials))).toEqual(['a']);
    expect(ratios(trials)['a']).toBeCloseTo(3, 12);
  });

  it('come from the median of a trial’s samples where the headline has no value of its own', () => {
    const samples = (...values: number[]) =>
      values.map((value, iteration) => ({ metric: 'iteration_ns', unit: 'ns', iteration, value }));
    const trials = [
      measured(0, 'native', 1, { samples: samples(10, 10, 90) }),
      measured(0, 'a', 1, { samples: [...samples(25), { metric: 'other', unit: 'ns', iteration: 0, value: 1 }] }),
    ];
    expect(ratios(trials, 'iteration_ns')).toEqual({ a: 2.5 });
  });

  it('leave out what cannot be compared: failures, other answers, blocks without native, other cases', () => {
    const trials = [
      measured(0, 'native', 10),
      measured(0, 'failed', 20, { outcome: { kind: 'failed', exitCode: 1, reason: '' } }),
      measured(0, 'other', 20, { digest: 'sha256:b' }),
      measured(0, 'silent', 20, { values: {} }),
      measured(1, 'a', 20),
      measured(2, 'native', 10, { caseId: 'x' }),
      measured(2, 'b', 10, { caseId: 'x' }),
      measured(3, 'native', 0),
      measured(3, 'c', 10),
    ];
    expect(ratios(trials)).toEqual({});
    expect(ratios(trials, 'wall_ns', 'x')).toEqual({ b: 1 });
  });
});
