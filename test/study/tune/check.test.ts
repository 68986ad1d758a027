import { describe, expect, it } from 'vitest';
import { beyondNative, tuneResult } from '../../../src/study/index.js';
import { runOf } from '../../gate/fixture.js';
import { launches } from '../fixture.js';

const N = 20;
const base = 'gvisor-systrap';
const controls = [{ environment: 'mine', control: 'native-mine', setting: 'keep-heap' }];
const run = (native: number, gvisor: number) =>
  runOf({
    native: launches(N, 1e7, 0.02, 'n'),
    'native-mine': launches(N, 1e7 * native, 0.02, 'm'),
    [base]: launches(N, 2e7, 0.02, 'b'),
    mine: launches(N, 2e7 * gvisor, 0.02, 'g'),
  });

describe('what settings give over and above native', () => {
  it('is nothing where native gains as much', () => {
    const [all] = beyondNative(run(0.8, 0.8), base, controls);
    expect(all!.native.ratio).toBeCloseTo(0.8, 1);
    expect(all!.gvisor.ratio).toBeCloseTo(0.8, 1);
    expect(all!.beyond.low).toBeLessThan(1);
    expect(all!.beyond.high).toBeGreaterThan(1);
  });

  it('is the whole gain where native gains nothing, and more than it where native loses', () => {
    expect(beyondNative(run(1, 0.8), base, controls)[0]!.beyond).toMatchObject({
      ratio: expect.closeTo(0.8, 1) as unknown,
      n: N,
    });
    expect(beyondNative(run(1.25, 0.8), base, controls)[0]!.beyond.ratio).toBeCloseTo(0.64, 1);
  });

  it.each([
    [0.8, 0.8, /helps native as well .*: whether it gives gVisor more is not known\.$/],
    [1, 0.8, /is not known to change native .*: it gives gVisor more\.$/],
    [1.25, 0.8, /costs native time .*: it gives gVisor more\.$/],
    [0.7, 0.9, /helps native as well .*: it gives gVisor less\.$/],
  ])('is told in a sentence: natively %d, in gVisor %d', (native, gvisor, words) => {
    const beyond = beyondNative(run(native, gvisor), base, controls);
    const record = { base, tuned: 't', arms: {} };
    const none = { run: 'r', settings: [], profiles: [], search: [], leftOut: [], check: null };
    expect(tuneResult({ ...none, record, beyondNative: beyond }).findings.at(-1)).toMatch(words);
  });

  it('is not told without all four sides', () => {
    expect(beyondNative(run(1, 1), base, [{ ...controls[0]!, control: 'nobody' }])).toEqual([]);
  });
});
