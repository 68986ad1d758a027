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

/** `conform.json` of a run, and what `conform --json` prints. */
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
  /** What is wrong, one sentence each; empty when all is as expected. */
  readonly problems: readonly string[];
  /** Probes that were `contained` in the opened sandbox too, and so are not shown to mean something on this host. */
  readonly unproved: readonly string[];
}
