import type { Better, Control, ErrorRates, Policy, Verdict } from '../model/index.js';

/**
 * What is known of one case, environment and metric on two sides. `paired`: both sides stood in the same blocks of one run;
 * arrays have one entry a block. `samples`: two runs, a number a block each.
 */
export type Evidence =
  | {
      readonly kind: 'paired';
      /** Candidate over baseline, logarithms. */
      readonly logRatios: readonly number[];
      /** The two sides alone, logarithms: to tell modes. */
      readonly candidate: readonly number[];
      readonly baseline: readonly number[];
    }
  | { readonly kind: 'samples'; readonly candidate: readonly number[]; readonly baseline: readonly number[] };

/** Trials of one side, by how they ended. */
export interface Tally {
  readonly completed: number;
  readonly other: number;
  /** How the others ended, for people: `3 failed, 1 oom-killed`; empty without any. */
  readonly text: string;
}

/** Why nothing can be compared. */
export interface Obstacle {
  readonly code:
    | 'case-missing'
    | 'environment-unavailable'
    | 'metric-missing'
    | 'native-failed'
    | 'nothing-measured'
    | 'other-work'
    | 'unusable-values';
  readonly reason: string;
}

export interface Comparison {
  readonly case: string;
  readonly environment: string;
  readonly metric: string;
  readonly better: Better;
  readonly evidence: Evidence;
  readonly tallies: { readonly candidate: Tally; readonly baseline: Tally };
  readonly obstacle: Obstacle | null;
  /** Native against its twin: it must show nothing. */
  readonly nullControl: boolean;
}

export type Overall = 'pass' | 'regression' | 'inconclusive' | 'nothing-measured';

/** Something that the baseline's conformance guarantees and the candidate's does not. */
export interface LostGuarantee {
  /** Part and name, e.g. `containment/mount`. */
  readonly what: string;
  readonly environment: string;
  readonly before: string;
  readonly after: string;
  /** What the sandbox said: untrusted, one line, bounded. */
  readonly detail: string;
}

/** What a gate says: `gate --json`, and the source of Markdown and JUnit. */
export interface GateVerdict {
  readonly schemaVersion: number;
  /** Run of the candidate. */
  readonly run: string;
  readonly candidate: string;
  readonly baseline: string;
  readonly overall: Overall;
  /** For people, one sentence. */
  readonly sentence: string;
  readonly verdicts: readonly Verdict[];
  /** Over how many comparisons, and how, errors are controlled. */
  readonly control: { readonly method: Control; readonly comparisons: number; readonly rate: number };
  readonly nullControl: { readonly tripped: boolean; readonly verdicts: readonly Verdict[] } | null;
  readonly errorRates: ErrorRates | null;
  /** Guarantees that were lost; `null` where no conformance was given. */
  readonly guarantees: readonly LostGuarantee[] | null;
  readonly policy: Policy;
  /** What a reader has to know: other hosts, versions, plans, ignored cases. */
  readonly notes: readonly string[];
}
