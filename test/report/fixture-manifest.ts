import {
  SCHEMA_VERSION,
  type CaseInfo,
  type EnvironmentRecord,
  type Platform,
  type Profile,
  type RunManifest,
} from '../../src/model/index.js';
import { SHAPES } from './fixture-cases.js';

const PROFILE: Profile = {
  id: 'default',
  description: 'As gVisor comes.',
  isolation: 'same',
  runscFlags: [],
  annotations: [],
  guestEnv: [],
  hostSettings: [],
  rootfs: 'directory',
  runscBuild: 'module',
};
const TUNED: Profile = {
  ...PROFILE,
  id: 'tuned',
  runscFlags: [{ name: 'overlay2', value: 'root:memory', reason: 'no writes to the host' }],
};

/** An environment by its id; KVM is unavailable. */
export function record(id: string): EnvironmentRecord {
  const platform: Platform | null = id.includes('systrap')
    ? 'systrap'
    : id.includes('ptrace')
      ? 'ptrace'
      : id.includes('kvm')
        ? 'kvm'
        : null;
  const base = {
    id,
    platform,
    runtime: platform === null ? ('runc' as const) : ('runsc' as const),
    profile: id.endsWith('tuned') ? TUNED : id.endsWith('patched') ? { ...TUNED, id: 'patched' } : PROFILE,
    binary: null,
    version: platform === null ? '1.1.5' : (id.split('@')[1] ?? 'v0.0.0-20260905035102-160fafc42237'),
  };
  if (platform === 'kvm') {
    const log =
      'D1123 19:00:01.000001  17 task_run.go:312] boot: EXEC\n<script>window.pwned=1</script>\nW1123 19:00:08.1 no progress';
    return {
      ...base,
      probe: {
        status: 'unavailable',
        reason: 'the guest never ran: killed after 8 s; /dev/kvm opens, but nested virtualisation hangs at boot',
        log,
        launchMs: 8000,
      },
    };
  }
  const inside = {
    kernelRelease: platform === null ? '6.18.0' : '4.19.0-gvisor',
    kernelVersion: '#1 SMP',
    machine: 'x86_64',
    cpus: 2,
    memTotalBytes: 2 ** 31,
    uid: 0,
    platform,
  };
  return { ...base, probe: { status: 'available', launchMs: platform === null ? 29 : 90, inside } };
}

/** `run.json` of the fixture. */
export function manifestOf(environments: readonly EnvironmentRecord[], blocks: number, emulated: boolean): RunManifest {
  const cases = SHAPES.map((shape): CaseInfo => ({
    id: `${shape.id}@quick`,
    workload: shape.id,
    title: shape.title,
    class: shape.class,
    description: `What ${shape.id} does.`,
    size: 'quick',
    headline: shape.headline,
    headlineBetter: shape.headline === 'throughput' ? 'higher' : 'lower',
    workUnit: shape.id === 'flights' ? 'rows' : null,
    params: { rows: 1000 },
  }));
  return {
    schemaVersion: SCHEMA_VERSION,
    id: '20261123-190000-quick',
    seebenchVersion: '0.1.0',
    state: { kind: 'complete', finishedAtMs: 1_795_000_900_000 },
    plan: {
      suite: 'quick',
      seed: 42,
      budgetMs: 900_000,
      blocks: null,
      minBlocks: 3,
      cases,
      environments: environments.map(({ id }) => id),
    },
    fingerprint: {
      id: 'sha256:1f2e3d4c5b6a',
      cpuModel: emulated ? 'QEMU TCG CPU' : 'AMD EPYC 9R45',
      cpuVendor: 'AuthenticAMD',
      cores: 2,
      arch: 'x64',
      memoryBytes: 24 * 2 ** 30,
      kernel: '6.18.0',
      distro: 'Debian GNU/Linux 12',
      virtualization: emulated ? 'qemu' : 'amazon',
      emulated,
      cgroup: 'hybrid',
      thp: 'madvise',
      shmemThp: 'never',
      governor: null,
      mitigations: { spectre_v2: 'Mitigation: Enhanced IBRS', meltdown: 'Not affected' },
      rootless: false,
      hostname: null,
    },
    environments,
    digests: {
      rootfs: `sha256:${'0a'.repeat(32)}`,
      wheels: `sha256:${'1b'.repeat(32)}`,
      'data/flights': `sha256:${'2c'.repeat(32)}`,
    },
    calibration: { spawnNs: [1_400_000, 1_450_000, 1_420_000, 1_500_000], clockNs: [38, 40, 41, 39] },
    timing: { startedAtMs: 1_795_000_000_000, measuringMs: 871_000, inTrialsMs: 812_000 },
    warnings: [
      {
        code: 'host-busy',
        message: 'load average 1.9 on 2 cores before block 3 of tpch-duckdb@quick',
        remedy: 'stop what else runs on this host',
      },
    ],
    command: `seebench run --suite quick --budget ${Math.round(blocks)}m`,
  };
}
