import type { CompatDifference, CompatRow } from './compat.js';
import type { AreaRow, FeatureRow } from './features.js';

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

/** How a value that was enforced is held against what was asked. `fits`: the program has to come through. */
export const LIMIT_RULES = ['at-most', 'exact', 'close', 'nothing', 'fits'] as const;
/** Where the value that was enforced is taken from: the sandbox's cgroup, its share of CPU time, the program's own count, the wall clock. */
export const LIMIT_MEASURES = ['peak', 'swap', 'share', 'reached', 'wall'] as const;
/** What is set in the sandbox to what is asked. */
export const LIMIT_SETS = [
  ...(['memory', 'swap', 'cpus', 'cpuSet', 'pids', 'openFiles', 'fileBytes'] as const),
  ...(['addressBytes', 'tmpBytes', 'readRate', 'deadline', 'nothing'] as const),
] as const;

/** A limit that sandboxes are given and run into; a record of `probes/limits.yaml`. */
export interface Limit {
  readonly id: string;
  readonly asks: string;
  readonly reference: string;
  /** In `unit`. */
  readonly asked: number;
  readonly unit: 'bytes' | 'bytes/s' | 'CPUs' | 'processes' | 'files' | 'ms' | 'ways out';
  readonly sets: (typeof LIMIT_SETS)[number];
  readonly measured: (typeof LIMIT_MEASURES)[number];
  readonly rule: (typeof LIMIT_RULES)[number];
  /** Part of what was asked. */
  readonly tolerance: number;
  /** Memory of the sandbox where that is not the limit itself. */
  readonly memoryBytes: number;
  /** A cgroup controller that the host has to have; `null` where none is needed. */
  readonly controller: string | null;
  /** A neighbour is measured beside a sandbox that runs into this limit. */
  readonly neighbour: boolean;
  /** Why an environment, or a kind of runtime, does not hold it as asked, where that is known. */
  readonly known: Readonly<Record<string, string>>;
}

/** One limit in one environment. */
export interface LimitRow {
  readonly limit: string;
  readonly environment: string;
  readonly asked: number;
  readonly unit: Limit['unit'];
  /** `null` where nothing came to be measured. */
  readonly enforced: number | null;
  readonly answer: 'enforced' | 'not-enforced' | 'not-applicable';
  /** What the workload saw of it, or how it ended: untrusted text, one line, bounded. */
  readonly seen: string;
  /** From the moment that the limit was reached until the program had ended, where it was ended: milliseconds. */
  readonly afterMs: number | null;
  readonly ok: boolean;
  /** Why it is not so, or not to be had on this host. */
  readonly reason: string | null;
}

/** A piece of work beside a sandbox that runs into a limit. */
export interface NeighbourRow {
  readonly limit: string;
  readonly environment: string;
  /** Pairs of launches, alone and beside. */
  readonly n: number;
  /** Time beside over time alone, median over pairs. */
  readonly slowdown: number | null;
  readonly ratios: readonly number[];
}

/** What this host can enforce. */
export interface LimitHost {
  readonly cgroup: 'v1' | 'v2' | 'hybrid' | 'none';
  readonly controllers: readonly string[];
  readonly swapBytes: number;
}

/** Fields of {@link Conformance} that one of its parts finds. */
export type ConformancePart =
  | 'containment'
  | 'proof'
  | 'unproved'
  | 'surface'
  | 'limits'
  | 'neighbours'
  | 'limitHost'
  | 'features'
  | 'areas'
  | 'compat'
  | 'differences';

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
  readonly limits: readonly LimitRow[];
  readonly neighbours: readonly NeighbourRow[];
  readonly limitHost: LimitHost | null;
  readonly features: readonly FeatureRow[];
  /** Of Snowpark's API. */
  readonly areas: readonly AreaRow[];
  /** Test suites that others wrote. */
  readonly compat: readonly CompatRow[];
  /** Tests that came out otherwise than natively. */
  readonly differences: readonly CompatDifference[];
  /** What is wrong, one sentence each; empty when all is as expected. */
  readonly problems: readonly string[];
}
