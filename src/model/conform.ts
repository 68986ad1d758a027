/** What a probe found: whether the sandbox permits what it asks. `broken`: the probe itself gave no answer. */
export type ProbeAnswer = 'contained' | 'allowed' | 'not-applicable' | 'broken';

/** Runtimes differ in what they are expected to contain. */
export type ProbedKind = 'native' | 'gvisor';

/** One question to a sandbox; a record of `probes/containment.yaml`. */
export interface ContainmentProbe {
  readonly id: string;
  /** What it asks, for people. */
  readonly asks: string;
  /** Where it is described. */
  readonly reference: string;
  readonly expected: Readonly<Record<ProbedKind, 'contained' | 'allowed'>>;
  /** Why something is expected to be allowed; `null` where nothing is. */
  readonly reason: string | null;
}

/** One probe in one environment. */
export interface ContainmentRow {
  readonly probe: string;
  readonly environment: string;
  readonly answer: ProbeAnswer;
  readonly expected: 'contained' | 'allowed';
  readonly ok: boolean;
  /** What the kernel said: untrusted text of the sandbox, one line, bounded. */
  readonly detail: string;
}

/** A probe in a sandbox that was opened on purpose. */
export interface ProofRow {
  readonly probe: string;
  /** It can answer `allowed`: so `contained` elsewhere means something. */
  readonly shown: boolean;
  readonly answer: ProbeAnswer;
  readonly detail: string;
}

/** Numbers of system calls by name, for each architecture as Node calls it. */
export interface SyscallNames {
  readonly x64: Readonly<Record<string, number>>;
  readonly arm64: Readonly<Record<string, number>>;
}

/** System calls that get through filters: whatever their arguments are, or with some arguments only. */
export interface FilterReach {
  readonly always: readonly string[];
  readonly sometimes: readonly string[];
}

/**
 * A kind of process of a sandbox on the host. `guest`: the workload itself, under runc. `sentry`: gVisor's kernel. `gofer`: opens files for it.
 * `stub`: holds the guest's memory and code under systrap and ptrace.
 */
export type SandboxRole = 'guest' | 'sentry' | 'gofer' | 'stub';

/** What one kind of process of one environment could ask of the host's kernel, and what it did. */
export interface SurfaceRow {
  readonly environment: string;
  readonly role: SandboxRole;
  /** How many of them there were when one was looked at. */
  readonly processes: number;
  /** User on the host. */
  readonly uid: number;
  /** Effective capabilities, without `CAP_`; in which user namespace they count, `namespaces` tells. */
  readonly capabilities: readonly string[];
  readonly noNewPrivileges: boolean;
  /** Kinds of namespaces that are not the harness's own. */
  readonly namespaces: readonly string[];
  /** Another process stops each of its system calls before the kernel sees it. */
  readonly intercepted: boolean;
  /** Filters stacked on it; `null` where the kernel does not tell. */
  readonly filters: number | null;
  readonly reach: FilterReach | null;
  /** Distinct system calls that such processes made while the workloads ran, after the guest's first instruction; `null` where it could not be counted. */
  readonly used: readonly string[] | null;
}

/** How much of the host's kernel each environment can reach. */
export interface Surface {
  /** System calls that the table knows for this architecture. */
  readonly known: number;
  /** Cases whose system calls were counted. */
  readonly cases: readonly string[];
  readonly rows: readonly SurfaceRow[];
  /** What could not be looked at, and why. */
  readonly notes: readonly string[];
}

/** Fields of {@link Conformance} that one of its parts finds. */
export type ConformancePart = 'containment' | 'proof' | 'unproved' | 'surface';

/** `conform.json` of a run, and what `conform --json` prints. Parts that were not asked for are empty or `null`. */
export interface Conformance {
  readonly schemaVersion: number;
  readonly run: string;
  readonly environments: readonly {
    readonly id: string;
    readonly status: 'available' | 'unavailable';
    readonly reason: string | null;
  }[];
  readonly containment: readonly ContainmentRow[];
  /** Empty unless it was asked for (`--prove`). */
  readonly proof: readonly ProofRow[];
  /** Probes that were `contained` in the opened sandbox too, and so are not shown to mean something on this host. */
  readonly unproved: readonly string[];
  readonly surface: Surface | null;
  /** What is wrong, one sentence each; empty when all is as expected. */
  readonly problems: readonly string[];
}
