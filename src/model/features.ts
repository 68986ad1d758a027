/**
 * What came of something that programs use. `differs`: it went through, and what the program saw is not what it sees natively. `broken`: no
 * answer, a crash or an error that is no refusal. `not-applicable`: the root file system lacks what it takes.
 */
export type FeatureAnswer = 'works' | 'blocked' | 'differs' | 'broken' | 'not-applicable';

/** One thing that programs use; a record of `probes/features.yaml`. */
export interface Feature {
  readonly id: string;
  /** What is done, for people. */
  readonly does: string;
  /** What its cost is the time of. */
  readonly cost: string;
  /** What gVisor is known to answer instead of `works`, and why; `null` where it has to work. */
  readonly gvisor: { readonly answer: 'blocked' | 'differs'; readonly reason: string } | null;
}

/** One feature in one environment. */
export interface FeatureRow {
  readonly feature: string;
  readonly environment: string;
  readonly answer: FeatureAnswer;
  readonly ok: boolean;
  /** What was said: untrusted text of the sandbox, one line, bounded. Empty where it works. */
  readonly detail: string;
  readonly launches: number;
  /** Median over launches of what the guest timed; `null` unless it works. */
  readonly ns: number | null;
  /** The fastest and the slowest launch. */
  readonly nsLeast: number | null;
  readonly nsMost: number | null;
  /** Median of ratios to native inside a block; `null` for native, and where nothing is to be compared. */
  readonly ratio: number | null;
  /** Its distribution-free 95 % interval; `null` with less than six blocks. */
  readonly low: number | null;
  readonly high: number | null;
}

/** A part of Snowpark's API; a record of `probes/snowpark_areas.yaml`. */
export interface SnowparkArea {
  readonly id: string;
  readonly does: string;
  /** What local testing does not do, or not as Snowflake does: asked in every environment, and the same in all. */
  readonly lacks: readonly { readonly id: string; readonly what: string }[];
}

/**
 * `equal`: the digest is native's, and native's is there. `lacking`: local testing has nothing of the area, so that no digest can be equal.
 */
export type AreaAnswer = 'equal' | 'differs' | 'blocked' | 'broken' | 'lacking' | 'not-applicable';

/** Something that local testing lacks, as one environment found it. */
export interface LackFound {
  readonly id: string;
  /** What local testing said: untrusted, one line, bounded. */
  readonly said: string;
}

/** One area in one environment. */
export interface AreaRow {
  readonly area: string;
  readonly environment: string;
  readonly answer: AreaAnswer;
  readonly ok: boolean;
  readonly digest: string | null;
  readonly lacks: readonly LackFound[];
  readonly detail: string;
}
