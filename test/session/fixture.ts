import { onTestFinished } from 'vitest';
import { cgroupTreesNamed, removeCgroupTree } from '../../src/sandbox/cgroup.js';
import { fakeDriver, type Driver, type FakeScript, type LaunchRequest } from '../../src/sandbox/index.js';
import { Session, type SessionEnd, type SettledRule } from '../../src/session/index.js';
import {
  plainId,
  type CaseInfo,
  type PlanRecord,
  type RunManifest,
  type SessionEvent,
  type Trial,
  type Workload,
} from '../../src/model/index.js';
import { readRun, RunWriter, type StoredRun } from '../../src/store/index.js';
import { caseOf, workload } from '../measure/fixture.js';
import { environment } from '../sandbox/fixture.js';
import { manifest } from '../store/fixture.js';

export const ENVIRONMENTS = ['native', 'gvisor-systrap', 'gvisor-ptrace'] as const;
export const WORKLOADS = [workload(), workload({ id: 'start', headline: 'wall_ns', digest: false, workUnit: null })];
const DIGEST = `sha256:${'a'.repeat(64)}`;

/** Every environment's time as a multiple of native's. */
const FACTORS: Readonly<Record<string, number>> = { native: 1, 'gvisor-systrap': 2, 'gvisor-ptrace': 1.5 };

/** A script that takes a known time: native 10 ms of wall time and 1 ms of an iteration, others more. */
export function known(environmentId: string, change: Partial<FakeScript> = {}, digest = DIGEST): FakeScript {
  const factor = FACTORS[environmentId] ?? 1;
  const events = [
    { e: 'mark', name: 'guest', t: 1e6 * factor },
    { e: 'iteration', i: 0, ns: 1e6 * factor, work: 5 },
    { e: 'digest', value: digest },
  ];
  return { wallNs: 10e6 * factor, events, ...change };
}

export type Scripts = Readonly<Record<string, (request: LaunchRequest) => FakeScript>>;

export function drivers(scripts: Scripts = {}, ids: readonly string[] = ENVIRONMENTS): Map<string, Driver> {
  return new Map(
    ids.map((id) => {
      const fake = { ...environment(plainId(id)), id, runtime: 'fake' as const };
      return [id, fakeDriver(fake, scripts[id] ?? (() => known(id)))];
    }),
  );
}

/** A run's manifest for the workloads above. */
export function planned(change: Partial<PlanRecord> = {}): RunManifest {
  const base = manifest();
  const cases = WORKLOADS.map((it): CaseInfo => ({
    ...base.plan.cases[0]!,
    id: `${it.id}@smoke`,
    workload: it.id,
    headline: it.headline,
    workUnit: it.workUnit,
  }));
  const inside = {
    kernelRelease: '6',
    kernelVersion: '#1',
    machine: 'x86_64',
    cpus: 2,
    memTotalBytes: 1e9,
    uid: 0,
    platform: null,
  };
  return {
    ...base,
    plan: { ...base.plan, cases, environments: ENVIRONMENTS, blocks: 3, minBlocks: 3, ...change },
    environments: ENVIRONMENTS.map((id) => ({
      ...environment(id),
      probe: { status: 'available', launchMs: 1, inside },
    })),
  };
}

export interface Played {
  readonly end: SessionEnd;
  readonly events: readonly SessionEvent[];
  readonly run: StoredRun;
}

/** Plays a session into a directory: a new run, or the rest of one whose trials are given. */
export async function play(
  dir: string,
  options: {
    manifest?: RunManifest;
    drivers?: ReadonlyMap<string, Driver>;
    signal?: AbortSignal;
    stored?: readonly Trial[];
    cases?: readonly Workload[];
    settled?: SettledRule;
  } = {},
): Promise<Played> {
  const cgroupName = `seebench-test-session-${process.pid}`;
  onTestFinished(() => cgroupTreesNamed(cgroupName).forEach(removeCgroupTree));
  const running = options.manifest ?? planned();
  const signal = options.signal ?? new AbortController().signal;
  const writer = options.stored ? await RunWriter.resume(dir) : await RunWriter.create(dir, running);
  const events: SessionEvent[] = [];
  const session = new Session({
    manifest: running,
    cases: WORKLOADS.map(caseOf),
    drivers: options.drivers ?? drivers(),
    context: {
      rootfs: { dir: '/rootfs', erofs: null },
      dataDirs: {},
      cgroupName,
      idPrefix: 't',
      kernelOf: () => null,
      signal,
    },
    writer,
    stored: options.stored ?? [],
    onEvent: (event) => events.push(event),
    signal,
    ...(options.settled ? { settled: options.settled } : {}),
  });
  try {
    const end = await session.run();
    return { end, events, run: await readRun(dir) };
  } finally {
    await writer.close();
  }
}
