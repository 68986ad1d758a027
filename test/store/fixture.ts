import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { policySchema } from '../../src/config/index.js';
import {
  SCHEMA_VERSION,
  type Certificate,
  type RunManifest,
  type SampleColumns,
  type SummaryRow,
  type Trial,
} from '../../src/model/index.js';

/** An empty directory that is removed after the test. */
export async function scratch(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'seebench-store-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

const profile = {
  id: 'default',
  description: 'As it comes.',
  isolation: 'same',
  runscFlags: [],
  annotations: [],
  guestEnv: [],
  hostSettings: [],
  rootfs: 'directory',
  runscBuild: 'module',
} as const;
const inside = {
  kernelRelease: '6.1.0',
  kernelVersion: '#1',
  machine: 'x86_64',
  cpus: 2,
  memTotalBytes: 4e9,
  uid: 0,
  platform: null,
} as const;

/** The manifest of a run that goes on, of one case in native and gVisor. */
export function manifest(change: Partial<RunManifest> = {}): RunManifest {
  return {
    schemaVersion: SCHEMA_VERSION,
    id: 'r1',
    seebenchVersion: '0.1.0',
    state: { kind: 'running', pid: 1, processStart: '1' },
    plan: {
      suite: 'smoke',
      seed: 1,
      budgetMs: null,
      blocks: 2,
      minBlocks: 2,
      environments: ['native', 'gvisor-systrap'],
      cases: [
        {
          id: 'true@smoke',
          workload: 'true',
          title: '/bin/true',
          class: 'startup',
          description: 'Nothing.',
          size: 'smoke',
          headline: 'wall_ns',
          headlineBetter: 'lower',
          workUnit: null,
          params: { n: 1 },
        },
      ],
    },
    fingerprint: {
      id: 'sha256:0',
      cpuModel: 'Some CPU',
      cpuVendor: 'Vendor',
      cores: 2,
      arch: 'x64',
      memoryBytes: 4e9,
      kernel: '6.1.0',
      distro: 'Debian',
      virtualization: 'none',
      emulated: false,
      cgroup: 'v2',
      thp: 'madvise',
      shmemThp: 'never',
      governor: null,
      mitigations: {},
      rootless: false,
      hostname: null,
    },
    environments: [
      {
        id: 'native',
        runtime: 'runc',
        platform: null,
        profile,
        binary: '/usr/bin/runc',
        version: '1.1.0',
        probe: { status: 'available', launchMs: 20, inside },
      },
      {
        id: 'gvisor-systrap',
        runtime: 'runsc',
        platform: 'systrap',
        profile,
        binary: null,
        version: null,
        probe: { status: 'unavailable', reason: 'no', log: '', launchMs: null },
      },
    ],
    digests: {},
    calibration: null,
    timing: { startedAtMs: 0, measuringMs: 0, inTrialsMs: 0 },
    warnings: [],
    command: 'seebench run',
    ...change,
  };
}

export function trial(sequence: number, change: Partial<Trial> = {}): Trial {
  return {
    id: `0-true-${sequence}`,
    sequence,
    block: 0,
    position: sequence,
    caseId: 'true@smoke',
    environmentId: 'native',
    outcome: { kind: 'completed' },
    startedAtMs: 1_700_000_000_000.25,
    wallNs: 5_000_000,
    marks: { spawn: 0, guest: 3_000_000 },
    clockErrorNs: 900,
    values: { wall_ns: 5_000_000 },
    samples: [],
    digest: null,
    exitCode: 0,
    signal: null,
    inside: null,
    outputBytes: 0,
    warnings: [],
    ...change,
  };
}

/** The row of `true@smoke` in gVisor. */
export function summaryRow(change: Partial<SummaryRow> = {}): SummaryRow {
  return {
    case: 'true@smoke',
    workload: 'true',
    environment: 'gvisor-systrap',
    runtime: 'runsc',
    platform: 'systrap',
    profile: 'default',
    version: null,
    metric: 'wall_ns',
    unit: 'ns',
    better: 'lower',
    n: 8,
    median: 2e7,
    median_low: null,
    median_high: null,
    native_median: 1e7,
    ratio: 2,
    ratio_low: null,
    ratio_high: null,
    outcome_counts: { completed: 8 },
    ...change,
  };
}

/** Samples in columns, as a reader makes them. */
export function columns(
  samples: readonly {
    readonly trial: number;
    readonly metric: string;
    readonly unit: string;
    readonly value: number;
  }[],
): SampleColumns {
  const pairs = [...new Set(samples.map((s) => JSON.stringify([s.metric, s.unit])))];
  const names = pairs.map((pair) => JSON.parse(pair) as [string, string]);
  return {
    length: samples.length,
    trialIndex: Int32Array.from(samples, (s) => s.trial),
    codes: Int32Array.from(samples, (s) => pairs.indexOf(JSON.stringify([s.metric, s.unit]))),
    metrics: names.map(([metric]) => metric),
    units: names.map(([, unit]) => unit),
    iteration: new Int32Array(samples.length),
    value: Float64Array.from(samples, (s) => s.value),
  };
}

/** A certificate with one point of each kind, and no charts beside power. */
export function certificate(change: Partial<Certificate> = {}): Certificate {
  const rate = { value: 0.001, low: 0, high: 0.004 };
  return {
    schemaVersion: SCHEMA_VERSION,
    run: 'pool-1',
    madeAtMs: 1,
    fingerprint: 'sha256:0',
    policy: policySchema.parse({}),
    falsePositiveRate: { ...rate, comparisons: 1000, independentTrials: 640 },
    falsePositives: [{ ...rate, case: 'true@smoke', environment: 'gvisor-systrap', blocks: 40, comparisons: 1000 }],
    power: [
      {
        kind: 'cpu',
        case: 'true@smoke',
        environment: 'gvisor-systrap',
        slowdown: 0.05,
        achieved: 0.049,
        blocks: 40,
        value: 0.9,
        low: 0.85,
        high: 0.94,
      },
    ],
    otherRules: [],
    modeShift: [],
    variance: [],
    sentence: 'On this host this gate calls 1 of 1,000 identical pairs different (at most 4).',
    ...change,
  };
}
