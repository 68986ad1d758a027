import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { INJECTION_KINDS, type Sample, type Trial } from '../../src/model/index.js';
import { reducePilot } from '../../src/study/index.js';
import { UNITS_PER_PART } from '../../src/study/pilot.js';
import { trial } from '../store/fixture.js';

const PYTHON = join(import.meta.dirname, '../../workloads/_guest/seebench_inject.py');

const sample = (metric: string, value: number, iteration = 0): Sample => ({ metric, unit: 'ns', iteration, value });

/** A pilot's trial: 10 ms an iteration; a unit of CPU work takes 2 µs, a system call 1 µs, a unit of faults 30 µs. */
function pilot(factor = 1, samples: readonly Sample[] = []): Trial {
  const parts = { cpu: 50 * 2000, syscall: 500 * 1000, fault: 10 * 30_000 };
  return trial(0, {
    values: { wall_ns: 5e8 * factor },
    samples: [
      sample('iteration_ns', 1e7 * factor),
      sample('iteration_ns', 1e7 * factor, 1),
      ...INJECTION_KINDS.map((kind) => sample(`part/inject-${kind}_ns`, parts[kind] * factor)),
      ...samples,
    ],
  });
}
const without = (metric: string): Trial => {
  const whole = pilot();
  return { ...whole, samples: whole.samples.filter((it) => it.metric !== metric) };
};
const failed = trial(0, {
  outcome: { kind: 'failed', exitCode: 1, reason: 'no module named seebench_guest' },
  values: {},
});

describe('units of calibration', () => {
  it('are the same on both sides of the sandbox', () => {
    const line = /^CALIBRATION_UNITS = (\{.*\})$/m.exec(readFileSync(PYTHON, 'utf8'))?.[1];
    expect(JSON.parse(line!)).toEqual(UNITS_PER_PART);
    expect(Object.keys(UNITS_PER_PART).toSorted()).toEqual([...INJECTION_KINDS].toSorted());
  });
});

describe('a pilot', () => {
  it('is reduced to the headline and the time of one unit of each kind', () => {
    const { headlineNs, unitNs } = reducePilot([pilot(), pilot(), pilot()], 'iteration_ns');
    expect(headlineNs).toBe(1e7);
    expect(unitNs).toEqual({ cpu: 2000, syscall: 1000, fault: 30_000 });
  });

  it('takes medians over its trials, so that one odd launch counts for nothing', () => {
    const { headlineNs, unitNs } = reducePilot([pilot(), pilot(), pilot(50)], 'iteration_ns');
    expect(headlineNs).toBe(1e7);
    expect(unitNs.cpu).toBe(2000);
  });

  it('reads a headline that was measured from outside', () => {
    expect(reducePilot([pilot()], 'wall_ns').headlineNs).toBe(5e8);
  });

  it('goes on without trials that failed', () => {
    expect(reducePilot([failed, pilot(), failed], 'iteration_ns').unitNs.cpu).toBe(2000);
  });

  it('leaves out what took no time, or less', () => {
    const broken = { ...pilot(), samples: pilot().samples.map((it) => ({ ...it, value: -it.value })) };
    const nothing = { ...pilot(), samples: pilot().samples.map((it) => ({ ...it, value: 0 })) };
    expect(reducePilot([broken, nothing, pilot()], 'iteration_ns').unitNs).toEqual(
      reducePilot([pilot()], 'iteration_ns').unitNs,
    );
  });

  it.each([
    ['has no trial at all', [], 'the pilot gave no'],
    ['has no trial that completed', [failed, failed], 'no module named seebench_guest'],
    ['never timed one kind', [without('part/inject-fault_ns')], 'part/inject-fault_ns'],
    ['has no headline', [without('iteration_ns')], 'iteration_ns'],
    [
      'timed nothing but zeros',
      [{ ...pilot(), samples: pilot().samples.map((it) => ({ ...it, value: 0 })) }],
      'gave no',
    ],
    ['told why it failed only later', [{ ...without('part/inject-cpu_ns') }, failed], 'no module'],
  ])('that %s is an error that says so', (_name, trials, words) => {
    const reduce = (): unknown => reducePilot(trials, 'iteration_ns');
    expect(reduce).toThrow(expect.objectContaining({ code: 'pilot-failed', exitCode: 3 }));
    expect(reduce).toThrow(words);
  });
});
