export type Runtime = 'runc' | 'runsc' | 'fake';
/** The environment that all others are compared with: in every block of every run. */
export const NATIVE = 'native';

export type Platform = 'systrap' | 'kvm' | 'ptrace';

/** A setting with the reason it is there. `value` is what is given to the runtime, the bundle, the guest or the host. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  readonly reason: string;
  /** Of the host: left out, with a warning, on a host that has no such file. */
  readonly optional?: boolean | undefined;
}

/** The variable whose values add up where settings do: libraries that are loaded into every program (ld.so(8)). */
export const PRELOAD = 'LD_PRELOAD';

/** The library with which syscall(), read() and early reads of the clock are calls that systrap can patch (workloads/_guest/patchable_calls.c). */
export const PATCHABLE_CALLS = '/seebench/bin/patchable_calls.so';

/** What a value of {@link PRELOAD} names. */
export function librariesIn(value: string): string[] {
  return value.split(/[ :]/).filter((it) => it !== '');
}

/** Those of one value that another does not name. */
export function librariesWithout(all: string, removed: string): string[] {
  const gone = new Set(librariesIn(removed));
  return librariesIn(all).filter((it) => !gone.has(it));
}

/** System calls that a strict sandbox leaves open, with the reason why. Names that an architecture lacks are skipped. */
export interface AllowedSyscalls {
  readonly names: readonly string[];
  readonly reason: string;
  /** Only with these bits in an argument: `(argument & mask) == value`. Arguments count from 0. */
  readonly when?: { readonly argument: number; readonly mask: number; readonly value: number } | undefined;
}

/**
 * How the files of the guest are given: directories through the gofer; the root as an EROFS image of the same tree; or that and every
 * read-only mount as an image, too, so that there is no gofer at all.
 */
export const ROOTFS_KINDS = ['directory', 'erofs', 'erofs-mounts'] as const;
export type RootfsKind = (typeof ROOTFS_KINDS)[number];

/**
 * `module`: what `go build` makes of the Go module. `sidecars`: the same source with seccomp programs that are compiled at
 * build time, as in official releases, and with a sentry of its own beside runsc, which collects no garbage before its
 * heap has reached 64 MiB. See docs/startup.md. `patched`: that with the changes of `provision/runsc/patches`, see
 * docs/gvisor-changes.md.
 */
export const RUNSC_BUILDS = ['module', 'sidecars', 'patched'] as const;
export type RunscBuild = (typeof RUNSC_BUILDS)[number];

/** A named set of settings; a data file under `profiles/`. */
export interface Profile {
  readonly id: string;
  readonly description: string;
  /** Whether the profile contains as much as gVisor's default does. */
  readonly isolation: 'same' | `weaker: ${string}`;
  /** `runsc` flags without the leading dashes, e.g. `overlay2` = `root:memory`. */
  readonly runscFlags: readonly Setting[];
  /** OCI annotations of the bundle. */
  readonly annotations: readonly Setting[];
  /** Environment variables of the guest. */
  readonly guestEnv: readonly Setting[];
  /** Files of the host, `/sys/...` or `/proc/sys/...`, and what to write. Only with `--allow-host-settings`. */
  readonly hostSettings: readonly Setting[];
  readonly rootfs: RootfsKind;
  /** How runsc itself was built; see {@link RunscBuild}. Only of the version that set-up brings. */
  readonly runscBuild: RunscBuild;
  /** All system calls that runc's seccomp filter lets through; all others fail with EPERM. Without it, the usual container's filter. */
  readonly allowedSyscalls?: readonly AllowedSyscalls[] | undefined;
  /** Flags of `runsc checkpoint` and `runsc restore`, for environments that start from a snapshot. */
  readonly checkpointFlags?: readonly Setting[];
  readonly restoreFlags?: readonly Setting[];
}

/** Runtime + platform + profile + runtime version: one column of every comparison. */
export interface Environment {
  /** `native`, `native-tuned`, `gvisor-systrap`, `gvisor-kvm-tuned`, `…-restore`, `…@<version id>`, or a user's own name. */
  readonly id: string;
  readonly runtime: Runtime;
  /** `null` for runc. */
  readonly platform: Platform | null;
  readonly profile: Profile;
  /** Absolute path of the runtime's binary; `null` until set-up has found it. */
  readonly binary: string | null;
  /** What the runtime says it is, or the module version it was built from; `null` when not known. */
  readonly version: string | null;
  /** Trials start from a snapshot of the warm program instead of from nothing; see docs/restore.md. */
  readonly restored?: true;
}

/** What an environment said when it was launched for real. Part of `doctor`, of `run.json` and of the report. */
export type EnvironmentStatus =
  | {
      readonly status: 'available';
      /** Spawn to deleted of the probe, milliseconds. */
      readonly launchMs: number;
      readonly inside: InsideView;
    }
  | {
      readonly status: 'unavailable';
      /** One line for people: what failed and, where known, why. */
      readonly reason: string;
      /** The end of the runtime's own log, bounded; may be empty. */
      readonly log: string;
      readonly launchMs: number | null;
    };

/** What a guest sees of its environment, told from inside. */
export interface InsideView {
  /** `uname -r`, e.g. `4.19.0-gvisor`. */
  readonly kernelRelease: string;
  /** `uname -v`. */
  readonly kernelVersion: string;
  readonly machine: string;
  /** Size of the guest's affinity mask. */
  readonly cpus: number;
  /** MemTotal in bytes as the guest reads it. */
  readonly memTotalBytes: number;
  readonly uid: number;
  /** Verified on the host while the sandbox ran: `systrap`, `kvm`, `ptrace`; `null` for runc. */
  readonly platform: Platform | null;
}
