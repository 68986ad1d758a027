import { describe, expect, it } from 'vitest';
import { COVARIATES } from '../../src/model/index.js';
import type { LauncherReport } from '../../src/process/index.js';
import type { CgroupUsage } from '../../src/sandbox/index.js';
import type { GuestTale } from '../../src/measure/guest-events.js';
import { covariates, trialMetrics, wallOf } from '../../src/measure/values.js';
import { output } from '../sandbox/fixture.js';

const report = (change: Partial<LauncherReport> = {}): LauncherReport => output({}, change).report;
const tale = (change: Partial<GuestTale> = {}): GuestTale => ({
  marks: { guest: 3e6, imports: 20e6, first_result: 30e6 },
  samples: [],
  values: {},
  digest: null,
  inside: null,
  clockErrorNs: null,
  problem: null,
  ...change,
});
const USAGE: CgroupUsage = { cpuNs: 90e6, cpuUserNs: 60e6, cpuSystemNs: 30e6, peakBytes: 5e7, faults: 9, oomKills: 0 };
/** Never ended by itself. */
const KILLED = report({ exitMonoNs: 0n, killed: true });

describe('metrics of a trial', () => {
  it('are what the launcher, the cgroup and the guest’s marks say', () => {
    expect(trialMetrics(tale(), report(), USAGE, 105)).toEqual({
      wall_ns: 1e8,
      startup_ns: 3e6,
      ready_ns: 20e6,
      first_result_ns: 30e6,
      cpu_ns: 90e6,
      cpu_user_ns: 60e6,
      cpu_system_ns: 30e6,
      peak_bytes: 5e7,
      vmas: 105,
      faults: 101,
      ctx_switches: 12,
    });
  });

  it('take CPU time from the launcher where there is no cgroup, and leave out what is not known', () => {
    const values = trialMetrics(tale({ marks: {} }), report(), null, null);
    expect(values).toMatchObject({ cpu_ns: 75e6, cpu_user_ns: 50e6, cpu_system_ns: 25e6 });
    for (const name of ['startup_ns', 'ready_ns', 'first_result_ns', 'peak_bytes', 'vmas'])
      expect(values).not.toHaveProperty(name);
  });

  it('have no wall time when the runtime did not end by itself', () => {
    expect(wallOf(KILLED)).toBeNull();
    expect(trialMetrics(tale(), KILLED, USAGE, null)).not.toHaveProperty('wall_ns');
  });

  it('keep what was measured from outside, whatever the guest says of it', () => {
    const values = trialMetrics(tale({ values: { wall_ns: 1, cpu_ns: 1, mine: 4 } }), report(), USAGE, null);
    expect(values).toMatchObject({ wall_ns: 1e8, cpu_ns: 90e6, mine: 4 });
  });
});

describe('covariates of a trial', () => {
  const before = { busyNs: 5e9, stealNs: 1e9 };
  const after = { busyNs: 5.15e9, stealNs: 1.02e9 };

  it('are the host’s speed before and after, the stolen time, and what others used beside the trial', () => {
    const values = covariates(report(), USAGE, before, after);
    expect(values).toEqual({
      spin_ns: 2.1e6,
      spin_memory_ns: 3.1e6,
      core_to_core_ns: 45,
      steal_ns: 2e7,
      others_cpu_ns: 6e7,
    });
    expect(Object.keys(values).toSorted()).toEqual(Object.keys(COVARIATES).toSorted());
  });

  it('know less where the host tells less', () => {
    for (const [a, b] of [
      [null, after],
      [before, null],
      [null, null],
    ] as const)
      expect(covariates(report(), USAGE, a, b)).toEqual({
        spin_ns: 2.1e6,
        spin_memory_ns: 3.1e6,
        core_to_core_ns: 45,
      });
  });

  it('do not say how far CPUs are apart where one of the probes had no answer', () => {
    expect(covariates(report({ coreToCoreAfterNs: 0 }), USAGE, before, after)).not.toHaveProperty('core_to_core_ns');
  });

  it('take the trial’s own CPU time from the launcher without a cgroup', () => {
    expect(covariates(report(), null, before, after)['others_cpu_ns']).toBeCloseTo(7.5e7, 0);
  });

  it('let others use no less than nothing: the host counts in ticks', () => {
    expect(covariates(report(), USAGE, before, { ...before, busyNs: before.busyNs + 8e7 })['others_cpu_ns']).toBe(0);
  });

  it('are none of a launch that did not end by itself', () => {
    expect(covariates(KILLED, USAGE, before, after)).toEqual({});
  });
});
