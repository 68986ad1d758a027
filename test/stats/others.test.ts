import { expect, it } from 'vitest';
import type { Trial } from '../../src/model/index.js';
import { cpusOfOthers } from '../../src/stats/index.js';

const trial = (values: Record<string, number>): Trial => ({ values }) as unknown as Trial;

it('weighs the CPU time of others by the time of the trials, and leaves out what is too short to tell', () => {
  const long = trial({ wall_ns: 3e9, others_cpu_ns: 3e9 });
  const quiet = trial({ wall_ns: 1e9, others_cpu_ns: 0 });
  const short = trial({ wall_ns: 1e7, others_cpu_ns: 2e7 });
  expect(cpusOfOthers({ trials: [long, quiet, short] })).toBeCloseTo(0.75, 12);
  expect(cpusOfOthers({ trials: [short, trial({ wall_ns: 1e9 }), trial({})] })).toBeNull();
});
