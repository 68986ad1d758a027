import type { SandboxRole } from './conform.js';
import type { MarkName, OutcomeKind } from './trial.js';

/**
 * Pieces of a guest's life that instrumented trials are told by, as workloads/_guest/seebench_instrument.py numbers them. Before the guest's first
 * instruction it is 0.
 */
export const SEGMENTS = { guest: 1, interpreter: 2, imports: 3, first_result: 4, done: 5 } as const;
/** While an instrumented guest tells its numbers. */
export const PAUSE_SEGMENT = 255;
/** Iteration i is segment ITERATION_SEGMENT + 2 i; what comes after it is the next number. */
export const ITERATION_SEGMENT = 1000;

/** What a guest has used since its start, told when a segment begins. */
export interface GuestUsage {
  readonly segment: number;
  readonly userNs: number;
  readonly systemNs: number;
  readonly faults: number;
  /** Context switches: voluntary, and not. */
  readonly waits: number;
  readonly preemptions: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly vmas: number;
}

/** What the processes of one role have used on the host since their start, read when a segment begins. */
export interface HostUsage {
  readonly segment: number;
  readonly role: SandboxRole;
  readonly processes: number;
  readonly userNs: number;
  readonly systemNs: number;
  readonly faults: number;
  readonly switches: number;
}

/** System calls of one number (or page faults, see `FAULT_USER`) that the processes of one role made on the host in one segment. */
export interface CallCount {
  readonly segment: number;
  readonly role: SandboxRole;
  readonly number: number;
  readonly count: number;
}

/** One line of `instrumented.jsonl`: a trial that was watched, and whose times are no measurement. */
export interface InstrumentedTrial {
  readonly case: string;
  readonly environment: string;
  /** Variables that a native guest had beside its own, those of a profile's `guestEnv`, by name: a program does other things with them. */
  readonly variables: Readonly<Record<string, string>>;
  readonly outcome: OutcomeKind;
  readonly wallNs: number | null;
  readonly marks: Readonly<Partial<Record<MarkName, number>>>;
  readonly iterationNs: readonly number[];
  readonly usage: readonly GuestUsage[];
  readonly host: readonly HostUsage[];
  /** `null` where they cannot be counted; then the reason is in `uncounted`. */
  readonly counts: readonly CallCount[] | null;
  readonly uncounted: string | null;
  /** gVisor's own counters at its end, by name; `null` for other runtimes. */
  readonly gvisor: Readonly<Record<string, number>> | null;
}
