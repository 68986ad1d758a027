import type { Better } from './metric.js';

export type Size = 'smoke' | 'quick' | 'full';
export const SIZES: readonly Size[] = ['smoke', 'quick', 'full'];

export type WorkloadClass = 'startup' | 'data' | 'ml' | 'snowpark' | 'system';
export const WORKLOAD_CLASSES: readonly WorkloadClass[] = ['startup', 'data', 'ml', 'snowpark', 'system'];

/** Languages beside Python whose programs a root file system of their own holds; made only when a workload asks for it. */
export type Layer = 'node' | 'java';
export const LAYERS: readonly Layer[] = ['node', 'java'];

/** Parameters of one size: what the guest reads as `PARAMS`. */
export type Params = Readonly<Record<string, string | number | boolean>>;

/** What one size of a workload asks for. */
export interface SizeSpec {
  readonly params: Params;
  /** A trial that takes longer is killed and is `timed-out`. */
  readonly timeoutMs: number;
  /** Limit of the sandbox's memory, bytes. */
  readonly memoryBytes: number;
  /** Names of data sets that must be mounted, e.g. `tpch-sf0.1`, `flights`. */
  readonly data: readonly string[];
  /** CPUs of the host that the sandbox may run on, e.g. `0-1`; all without it. No manifest says it. */
  readonly cpuSet?: string;
}

/** A directory under `workloads/`: its `manifest.yaml`, validated. */
export interface Workload {
  readonly id: string;
  readonly title: string;
  readonly class: WorkloadClass;
  readonly description: string;
  /** Absolute path of the directory that holds the manifest; mounted read-only at `/workload`. */
  readonly dir: string;
  /** The program in the guest, e.g. `['/usr/bin/python3', '/workload/main.py']`. */
  readonly command: readonly string[];
  /** Metric that stands for the case in headlines; see `METRICS`. */
  readonly headline: string;
  /** Unit of the work of one iteration, e.g. `rows`, `MB`; `null` where throughput has no meaning. */
  readonly workUnit: string | null;
  /** Does the guest return a digest of its answer? `/bin/true` and syscalls do not. */
  readonly digest: boolean;
  /** Up to where a snapshot may hold the program warm: the end of its imports. Without it, it always starts from nothing. */
  readonly warmPoint?: 'imports' | null;
  /** The layer it runs in instead of the usual root file system. Such a workload is measured only when it is named. */
  readonly layer?: Layer | null;
  /** Python modules and files the root file system must have, checked for a user's own `--rootfs`. */
  readonly needs: { readonly modules: readonly string[]; readonly files: readonly string[] };
  readonly sizes: Readonly<Record<Size, SizeSpec>>;
}

/** Workload + parameters: one row of every table. */
export interface Case {
  /** `<workload>@<size>`. */
  readonly id: string;
  readonly workload: Workload;
  readonly size: Size;
  readonly spec: SizeSpec;
}

/** What results keep of a case: enough to make every table and chart without the workload's directory. */
export interface CaseInfo {
  readonly id: string;
  readonly workload: string;
  readonly title: string;
  readonly class: WorkloadClass;
  readonly description: string;
  readonly size: Size;
  readonly headline: string;
  readonly headlineBetter: Better;
  readonly workUnit: string | null;
  readonly params: Params;
}
