import type { CliffRecord } from './cliffs.js';
import type { TuneRecord } from './tune.js';
import type { Environment, EnvironmentStatus } from './environment.js';
import type { InjectionKind } from './verdict.js';
import type { CaseInfo } from './workload.js';

/** Version of the files in `results/` and of every JSON that commands print. */
export const SCHEMA_VERSION = 1;

/** Facts about the host that may be published: no serial, no host name unless asked. */
export interface Fingerprint {
  /** `sha256:…` over the facts that decide whether absolute times can be compared. */
  readonly id: string;
  readonly cpuModel: string;
  readonly cpuVendor: string;
  readonly cores: number;
  readonly arch: string;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly distro: string;
  /** `kvm`, `microsoft`, … or `none`. */
  readonly virtualization: string;
  /** An emulated CPU (QEMU TCG): times are no measure of anything. */
  readonly emulated: boolean;
  readonly cgroup: 'v1' | 'hybrid' | 'v2' | 'none';
  readonly thp: string;
  readonly shmemThp: string;
  readonly governor: string | null;
  readonly mitigations: Readonly<Record<string, string>>;
  readonly rootless: boolean;
  /** Only with `--with-hostname`. */
  readonly hostname: string | null;
}

/** What the harness costs itself, measured in the run. */
export interface Calibration {
  /** Spawn and exit of an empty static program through the launcher, nanoseconds, sorted by acquisition. */
  readonly spawnNs: readonly number[];
  /** Two reads of the clock in a row, nanoseconds. */
  readonly clockNs: readonly number[];
}

/** State of the host around a block. `null` where the kernel does not tell. */
export interface HostState {
  readonly atMs: number;
  readonly load1: number;
  /** Share of CPU time stolen by the hypervisor since the last reading, 0…1. */
  readonly steal: number | null;
  /** `some avg10` of `/proc/pressure/{cpu,memory,io}`, per cent. */
  readonly psi: Readonly<Record<'cpu' | 'memory' | 'io', number | null>>;
  /** Settings that a runtime may change behind our back, by path. */
  readonly settings: Readonly<Record<string, string>>;
}

/** One line of `host.jsonl`. */
export interface BlockWatch {
  readonly caseId: string;
  readonly block: number;
  readonly before: HostState;
  readonly after: HostState;
}

/** A warning with a stable code, so that it can be counted and tested. */
export interface Warning {
  readonly code: string;
  readonly message: string;
  /** What a reader can do about it. */
  readonly remedy: string;
}

/** An environment as results keep it. */
export interface EnvironmentRecord extends Environment {
  readonly probe: EnvironmentStatus;
}

/** How the trials were planned; enough to make the same plan again. */
export interface PlanRecord {
  readonly suite: string;
  readonly seed: number;
  readonly budgetMs: number | null;
  /** Asked number of blocks, instead of the budget. */
  readonly blocks: number | null;
  readonly minBlocks: number;
  readonly cases: readonly CaseInfo[];
  readonly environments: readonly string[];
  /** Only in a run that `certify` collects trials with. */
  readonly pool?: PoolRecord | undefined;
  /** Only in a run that `tune` tries settings in. */
  readonly tune?: TuneRecord | undefined;
  /** Only in a run that `tune cliffs` sweeps threads and CPUs in. */
  readonly cliffs?: CliffRecord | undefined;
  /** Instrumented trials of each case in each environment, beside the measured ones. */
  readonly instrumented?: number | undefined;
  /** CPUs of the host that sandboxes may run on, e.g. `0`; without it, all. */
  readonly cpuSet?: string | undefined;
}

/** A slowdown that an environment of a pool adds to a case. */
export interface Injection {
  readonly kind: InjectionKind;
  /** As a share of the headline: 0.05 is 5 %. */
  readonly slowdown: number;
  /** Units of work (see `workloads/_guest/seebench_inject.py`) that were calibrated to take so long. */
  readonly units: number;
}

/**
 * How `certify` collects: in each block of a case stands only a part of the environments, so that what is compared is
 * launched close in time. An environment is named `<environment>` (plain), `<environment>+null` (its identical twin), or
 * `<environment>+<kind><per cent>` (slowed down).
 */
export interface PoolRecord {
  /** By case: environments of its blocks; block b has those of entry b modulo their number. */
  readonly arms: Readonly<Record<string, readonly (readonly string[])[]>>;
  /** By case and environment: what was added. */
  readonly injections: Readonly<Record<string, Readonly<Record<string, Injection>>>>;
  /** By case: which part of the time it gets, relative to the others. */
  readonly shares: Readonly<Record<string, number>>;
}

export type RunState =
  | { readonly kind: 'running'; readonly pid: number; readonly processStart: string }
  | { readonly kind: 'complete'; readonly finishedAtMs: number }
  | { readonly kind: 'interrupted'; readonly finishedAtMs: number; readonly reason: string };

/** Where the time of a run went, milliseconds. */
export interface RunTiming {
  readonly startedAtMs: number;
  /** From the first trial's start to the last one's end. */
  readonly measuringMs: number;
  /** Sum of the trials' wall times. */
  readonly inTrialsMs: number;
}

/** `results/<run-id>/run.json`. */
export interface RunManifest {
  readonly schemaVersion: number;
  readonly id: string;
  readonly seebenchVersion: string;
  readonly state: RunState;
  readonly plan: PlanRecord;
  readonly fingerprint: Fingerprint;
  readonly environments: readonly EnvironmentRecord[];
  /** Digests of root file system, wheels, data sets and workload code, by name. */
  readonly digests: Readonly<Record<string, string>>;
  readonly calibration: Calibration | null;
  readonly timing: RunTiming;
  readonly warnings: readonly Warning[];
  /** The command line that made the run, for "how to reproduce". */
  readonly command: string;
}
