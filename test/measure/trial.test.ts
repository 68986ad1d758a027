import { afterAll, describe, expect, it } from 'vitest';
import { runTrial, type TrialContext } from '../../src/measure/index.js';
import { fakeDriver, type Driver, type FakeScript, type LaunchRequest } from '../../src/sandbox/index.js';
import { cgroupTreesNamed, removeCgroupTree } from '../../src/sandbox/cgroup.js';
import { environment } from '../sandbox/fixture.js';
import { caseOf, key, workload } from './fixture.js';

const GROUP = `seebench-test-measure-${process.pid}`;
afterAll(() => cgroupTreesNamed(GROUP).forEach(removeCgroupTree));

const context: TrialContext = {
  rootfs: { dir: '/rootfs', erofs: null },
  dataDirs: { flights: '/cache/flights' },
  cgroupName: GROUP,
  idPrefix: 'test-',
  kernelOf: () => '4.19.0-gvisor',
};
const DIGEST = `sha256:${'a'.repeat(64)}`;
const EVENTS = [
  { e: 'mark', name: 'guest', t: 2e6 },
  { e: 'mark', name: 'imports', t: 5e6 },
  { e: 'inside', kernel: '4.19.0-gvisor', cpus: 2, mem: 1e9 },
  { e: 'mark', name: 'first_result', t: 6e6 },
  { e: 'iteration', i: 0, ns: 1e6, work: 10 },
  { e: 'digest', value: DIGEST },
];

const driver = (script: (request: LaunchRequest) => FakeScript): Driver =>
  fakeDriver({ ...environment('gvisor-systrap'), runtime: 'fake' }, script);
const played = (change: Partial<FakeScript> = {}) => driver(() => ({ wallNs: 10e6, events: EVENTS, ...change }));

describe('a trial', () => {
  it('is everything that was measured of one launch', async () => {
    const { trial, stdout, aborted } = await runTrial(played({ stdout: 'hi' }), caseOf(workload()), key(), context);
    expect(trial).toMatchObject({
      ...key(),
      outcome: { kind: 'completed' },
      wallNs: 10e6,
      digest: DIGEST,
      exitCode: 0,
      signal: null,
      inside: { kernelRelease: '4.19.0-gvisor', cpus: 2, memTotalBytes: 1e9 },
      outputBytes: 2,
      clockErrorNs: expect.closeTo(50_000, -3) as unknown,
    });
    expect({ stdout, aborted }).toEqual({ stdout: 'hi', aborted: false });
    expect(trial.marks).toMatchObject({ spawn: 0, guest: expect.closeTo(2e6, -3) as unknown, deleted: 10e6 });
    expect(trial.values).toMatchObject({
      wall_ns: 10e6,
      startup_ns: expect.closeTo(2e6, -3) as unknown,
      ready_ns: expect.closeTo(5e6, -3) as unknown,
      first_result_ns: expect.closeTo(6e6, -3) as unknown,
      faults: 100,
      ctx_switches: 11,
    });
    expect(trial.samples.map(({ metric }) => metric)).toEqual(['iteration_ns', 'throughput']);
  });

  it('runs on the CPUs that its case names, beside the limits of the run', async () => {
    let seen: LaunchRequest | undefined;
    const one = caseOf(workload());
    const looking = driver((request) => ((seen = request), { wallNs: 1e6, events: EVENTS }));
    const pinned = { ...one, spec: { ...one.spec, cpuSet: '0-1' } };
    await runTrial(looking, pinned, key(), { ...context, limits: { pids: 9 } });
    expect(seen!.guest).toMatchObject({ pids: 9, limits: { pids: 9, cpuSet: '0-1' } });
    await runTrial(looking, one, key(), context);
    expect(seen!.guest.limits).toBeUndefined();
  });

  it('mounts the workload and the data of its size, with the size’s limits', async () => {
    let seen: LaunchRequest | undefined;
    const one = workload();
    const spec = { ...one.sizes.smoke, data: ['flights'], memoryBytes: 2 ** 28 };
    await runTrial(
      driver((request) => ((seen = request), { wallNs: 1, events: [] })),
      { ...caseOf(one), spec },
      key({ sequence: 7 }),
      { ...context, mounts: [{ source: '/usr/bin/tool', target: '/tmp/tool' }] },
    );
    expect(seen).toMatchObject({
      id: 'test-7',
      deadlineMs: 5000,
      guest: {
        caseId: 'sum@smoke',
        memoryBytes: 2 ** 28,
        mounts: [
          { source: '/package/workloads/sum', target: '/workload' },
          { source: '/cache/flights', target: '/data/flights' },
          { source: '/usr/bin/tool', target: '/tmp/tool' },
        ],
      },
    });
  });

  it('of another language runs in its layer, with what the language brings', async () => {
    let seen: LaunchRequest | undefined;
    await runTrial(
      driver((request) => ((seen = request), { wallNs: 1, events: [] })),
      caseOf(workload({ layer: 'node' })),
      key(),
      { ...context, layers: { node: { dir: '/layer', erofs: '/layer.erofs' } }, kits: { sum: '/cache/tinybench' } },
    );
    expect(seen?.guest).toMatchObject({
      rootfs: { dir: '/layer', erofs: '/layer.erofs' },
      mounts: [
        { source: '/package/workloads/sum', target: '/workload' },
        { source: '/cache/tinybench', target: '/seebench/kit' },
      ],
    });
  });

  it('in an environment with another kernel than the probe saw is no measurement of it', async () => {
    const { trial } = await runTrial(played(), caseOf(workload()), key(), { ...context, kernelOf: () => '6.1.0' });
    expect(trial.outcome).toEqual({
      kind: 'failed',
      exitCode: 0,
      reason: 'the guest’s kernel is 4.19.0-gvisor, not 6.1.0 as in the probe',
    });
  });

  it('whose guest made a value up has none of it', async () => {
    const forged = [
      ...EVENTS,
      { e: 'value', name: 'wall_ns', value: 1, unit: 'ns' },
      { e: 'value', name: 'vmas', value: 1, unit: 'count' },
    ];
    const { trial } = await runTrial(played({ events: forged }), caseOf(workload()), key(), context);
    expect(trial.outcome.kind).toBe('failed');
    expect(trial.values).toMatchObject({ wall_ns: 10e6 });
    expect(trial.values).not.toHaveProperty('vmas');
  });

  it('that is cut off by the signal says so', async () => {
    const { aborted } = await runTrial(played(), caseOf(workload()), key(), {
      ...context,
      signal: AbortSignal.abort(),
    });
    expect(aborted).toBe(true);
  });

  it('leaves no cgroup, also when the driver throws', async () => {
    const broken: Driver = { ...played(), launch: () => Promise.reject(new Error('broken')) };
    await expect(runTrial(broken, caseOf(workload()), key(), context)).rejects.toThrow('broken');
    await runTrial(played(), caseOf(workload()), key(), context);
    expect(cgroupTreesNamed(GROUP)).toEqual([]);
  });
});
