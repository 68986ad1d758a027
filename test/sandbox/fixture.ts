import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { environmentNamed, loadProfiles } from '../../src/config/index.js';
import type { Environment } from '../../src/model/index.js';
import type { LaunchOutput, LauncherReport } from '../../src/process/index.js';
import type { DriverHome, GuestSpec, LaunchRequest } from '../../src/sandbox/index.js';

const profiles = loadProfiles([join(import.meta.dirname, '../../profiles')]);

/** An environment of the repository's profiles, with a binary that is not there. */
export function environment(id: string, change: Partial<Environment> = {}): Environment {
  const { runtime, platform, profile } = environmentNamed(id, profiles, []);
  return { id, runtime, platform, profile, binary: `/opt/${runtime}`, version: null, ...change };
}

export function guest(change: Partial<GuestSpec> = {}): GuestSpec {
  return {
    command: ['/usr/bin/python3', '/workload/main.py'],
    caseId: 'tpch-duckdb@smoke',
    params: { rows: 10, name: 'a "b" c' },
    rootfs: { dir: '/cache/rootfs', erofs: '/cache/rootfs.erofs' },
    mounts: [
      { source: '/package/workloads/tpch-duckdb', target: '/workload' },
      { source: '/cache/tpch', target: '/data/tpch-sf0.01' },
    ],
    memoryBytes: 2 ** 30,
    pids: 512,
    ...change,
  };
}

export function home(stateDir: string, change: Partial<DriverHome> = {}): DriverHome {
  return {
    stateDir,
    launcher: '/cache/launcher',
    guestDir: '/package/workloads/_guest',
    guestBinDir: '/cache/bin',
    rootless: false,
    ...change,
  };
}

export function request(id: string, change: Partial<LaunchRequest> = {}): LaunchRequest {
  return { id, guest: guest(), cgroup: { path: '/seebench-x/t1', procsFiles: [] }, deadlineMs: 5000, ...change };
}

/** What a launch gives back when nothing went wrong in 100 ms. */
export function output(change: Partial<LaunchOutput> = {}, report: Partial<LauncherReport> = {}): LaunchOutput {
  return {
    report: {
      spawnErrno: 0,
      spawnRealNs: 1_700_000_000_000_000_000n,
      spawnMonoNs: 1_000_000_000n,
      exitMonoNs: 1_100_000_000n,
      status: 0,
      killed: false,
      timedOut: false,
      userNs: 50_000_000,
      systemNs: 25_000_000,
      minorFaults: 100,
      majorFaults: 1,
      voluntarySwitches: 10,
      involuntarySwitches: 2,
      spinBeforeNs: 2_000_000,
      spinAfterNs: 2_200_000,
      spinMemoryBeforeNs: 3_000_000,
      spinMemoryAfterNs: 3_200_000,
      coreToCoreBeforeNs: 40,
      coreToCoreAfterNs: 50,
      ...report,
    },
    events: [],
    eventsProblem: null,
    stdout: '',
    stderr: '',
    outputBytes: 0,
    timedOut: false,
    aborted: false,
    ...change,
  };
}

/** A directory that is removed after the test. */
export function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), 'seebench-sandbox-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
