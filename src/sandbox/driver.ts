import type { Environment, Params, Platform, Setting } from '../model/index.js';
import type { LaunchOutput, StampedLine } from '../process/index.js';

/** A directory of the host that the guest sees read-only. */
export interface Mount {
  readonly source: string;
  readonly target: string;
}

/** The root file system: one tree, as a directory and, where made, as an EROFS image of the same tree. */
export interface Rootfs {
  readonly dir: string;
  readonly erofs: string | null;
}

/** Limits beside memory and processes. What is not named is not limited, but for the usual number of open files. */
export interface GuestLimits {
  /** CPU time per time. */
  readonly cpus?: number;
  /** CPUs of the host that it may run on, e.g. `0` or `0-1`. */
  readonly cpuSet?: string;
  /** Swap beside the memory, bytes. */
  readonly swapBytes?: number;
  readonly pids?: number;
  readonly openFiles?: number;
  readonly fileBytes?: number;
  readonly addressBytes?: number;
  /** Size of `/tmp`. */
  readonly tmpBytes?: number;
  /** Bytes per second that may be read from a block device of the host. */
  readonly readRate?: { readonly major: number; readonly minor: number; readonly rate: number };
}

/** What every sandbox of a case gets, whatever its environment. */
export interface GuestSpec {
  /** Program and arguments, run through `/seebench/bin/first`. */
  readonly command: readonly string[];
  readonly caseId: string;
  readonly params: Params;
  readonly rootfs: Rootfs;
  readonly mounts: readonly Mount[];
  readonly memoryBytes: number;
  readonly pids: number;
  readonly limits?: GuestLimits;
  /**
   * The guest tells what it uses, segment by segment, and has these variables beside its profile's. It costs time: for trials that are not
   * measured.
   */
  readonly instrumented?: readonly Setting[];
}

/** The trial's own cgroup, made by `measure/`; `null` where the host gives none (rootless, or no controllers). */
export interface CgroupHandle {
  /** Path from the root of the hierarchies; the runtime makes its own below it. */
  readonly path: string;
  /** `cgroup.procs` files of all hierarchies. */
  readonly procsFiles: readonly string[];
}

/** The case that probes launch: it is nobody's workload. */
export const PROBE_CASE = 'probe';

export interface LaunchRequest {
  /** Unique on this host: names the container, its bundle and its scratch directory. */
  readonly id: string;
  readonly guest: GuestSpec;
  readonly cgroup: CgroupHandle | null;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  readonly maxOutputBytes?: number;
  readonly onEvent?: (line: StampedLine) => void;
  /** Made into a snapshot at its warm point, or restored from one: the directory of its image. */
  readonly snapshot?: { readonly dir: string; readonly use: 'make' | 'restore' };
  /** Stops at its warm point, or once it is restored, and stays idle there until it is ended: nothing comes on its stdin. */
  readonly hold?: true;
  /** Where a runtime with a log of its own writes it (runsc). It costs time: for probes and instrumented trials. */
  readonly debugLogDir?: string;
  /** Stamps every step of the start into files of a directory: runsc by its full debug log, runc by `steps`. For instrumented trials. */
  readonly timeline?: { readonly dir: string; readonly steps: string };
  /** More flags of the runtime, for instrumented trials. */
  readonly runtimeFlags?: readonly string[];
}

/** One environment that can launch sandboxes. All knowledge about a runtime stands behind this. */
export interface Driver {
  readonly environment: Environment;
  /**
   * Launches one fresh sandbox and resolves when nothing of it is left on the host.
   * @throws SeebenchError only when the harness itself cannot work; what the guest does is in the output.
   */
  launch(request: LaunchRequest): Promise<LaunchOutput>;
  /** Removes what a launch of this id may have left (after a kill). Silent when there is nothing. */
  remove(id: string): Promise<void>;
  /** Looks from the host which platform the processes of a running sandbox really use. */
  observePlatform(pids: readonly number[]): Platform | null;
}

/** Where drivers keep what exists only while a sandbox runs, and the programs that they share. */
export interface DriverHome {
  /** State of the host, e.g. `/run/seebench`: bundles, runtime roots, FIFOs. */
  readonly stateDir: string;
  readonly launcher: string;
  /** Directory with the guest module; mounted at `/seebench`. */
  readonly guestDir: string;
  /** Directory with the compiled guest programs; mounted at `/seebench/bin`. */
  readonly guestBinDir: string;
  /** EROFS images of directories that guests see, by the directory; for profiles that mount images. */
  readonly images?: ReadonlyMap<string, string>;
  readonly rootless: boolean;
}
