import type { Better } from './metric.js';

/** What a gate says about one case. `equivalent` and `inconclusive` are different answers. */
export type VerdictKind = 'regression' | 'improvement' | 'equivalent' | 'inconclusive';

/**
 * Which part of a distribution a verdict rests on: its location, or (where launches fall into two modes) the share of
 * launches in the slower one.
 */
export type ComparedBy = 'location' | 'modes';

/** One case, environment and metric of a candidate against the same of a baseline. */
export interface Verdict {
  readonly case: string;
  /** The candidate's environment. */
  readonly environment: string;
  readonly metric: string;
  readonly better: Better;
  readonly verdict: VerdictKind;
  readonly by: ComparedBy;
  /** Candidate over baseline, raw: above 1 is slower for times. `null` where nothing could be compared. */
  readonly ratio: number | null;
  /** Ends of the interval at the policy's confidence; `null` where n is too small for one. */
  readonly low: number | null;
  readonly high: number | null;
  /** Two-sided p-value of the comparison alone, and after control over all cases of the gate. */
  readonly p: number | null;
  readonly adjustedP: number | null;
  /** Blocks in which both sides completed; the smaller side's when two runs are compared. */
  readonly n: number;
  /** A regression that was measured again on fresh blocks, and held. */
  readonly confirmed: boolean;
  /** Why it is what it is, in one sentence. */
  readonly reason: string;
  /** Stable word for the kind of reason, e.g. `beyond-smallest-effect`, `too-few-blocks`, `case-missing`. */
  readonly code: string;
}

/** How a family of comparisons is kept from crying wolf. */
export type Control = 'benjamini-hochberg' | 'holm' | 'none';

/** A case that a gate does not act on, until a day. */
export interface Ignored {
  /** A case id, or `*`. */
  readonly case: string;
  readonly metric: string | null;
  readonly reason: string;
  /** ISO date, inclusive; after it the entry is an error of the policy. */
  readonly expires: string;
}

/** What a gate decides by: a data file, see `docs/gate.md`. */
export interface Policy {
  /** Metric that is compared; `null` for each case's headline. */
  readonly metric: string | null;
  /** Which changes make a verdict: both, or only what is worse. */
  readonly direction: 'both' | 'worse';
  /** Confidence of each interval, and 1 minus the error rate that `control` keeps; 0.5 < confidence < 1. */
  readonly confidence: number;
  /** Least change of the estimate that counts, as a share: 0.03 is 3 %. */
  readonly smallestEffect: number;
  /** Half width of the margin inside which a whole interval means `equivalent`. */
  readonly equivalence: number;
  readonly control: Control;
  readonly ignore: readonly Ignored[];
  /** What an inconclusive verdict does to the whole: `pass` says so and passes, `fail` exits 3. */
  readonly onInconclusive: 'pass' | 'fail';
}

/** How often the gate errs on a host, as its certificate has it; part of reports and verdicts. */
export interface ErrorRates {
  /** Run id of the certificate. */
  readonly certificate: string;
  readonly falsePositiveRate: Rate & { readonly comparisons: number; readonly independentTrials: number };
  readonly power: readonly PowerPoint[];
  /** For people: “on this host this gate sees a 5 % slowdown of … in 94 % of runs, and calls 3 of 1,000 identical pairs different”. */
  readonly sentence: string;
}

/** A share with its 95 % interval, all 0…1. */
export interface Rate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** How a slowdown is made inside the sandbox. */
export const INJECTION_KINDS = ['cpu', 'syscall', 'fault'] as const;
export type InjectionKind = (typeof INJECTION_KINDS)[number];

/** How often a slowdown of one case was called a regression. */
export interface PowerPoint extends Rate {
  readonly kind: InjectionKind;
  readonly case: string;
  readonly environment: string;
  /** What was asked, as a share: 0.05 is 5 %. */
  readonly slowdown: number;
  /** What was reached: the ratio over the whole pool minus 1. */
  readonly achieved: number;
  readonly blocks: number;
}

/** `certificate.json` of a run, and what `certify --json` prints. */
export interface Certificate {
  readonly schemaVersion: number;
  readonly run: string;
  readonly madeAtMs: number;
  /** Id of the host's fingerprint: a certificate holds for its host alone. */
  readonly fingerprint: string;
  readonly policy: Policy;
  readonly falsePositiveRate: ErrorRates['falsePositiveRate'];
  /** The same by case and environment. */
  readonly falsePositives: readonly (Rate & {
    readonly case: string;
    readonly environment: string;
    readonly blocks: number;
    readonly comparisons: number;
  })[];
  readonly power: readonly PowerPoint[];
  readonly otherRules: readonly OtherRule[];
  /** How a growing share of systrap's slow mode is found. */
  readonly modeShift: readonly ModeShiftPoint[];
  /** By how much each way of reducing variance narrows the interval, per case and environment. */
  readonly variance: readonly VarianceRow[];
  readonly sentence: string;
}

/** Another tool's rule on the same trials. */
export interface OtherRule {
  readonly rule: string;
  /** Its threshold as the tool has it, in words. */
  readonly definition: string;
  readonly falsePositiveRate: Rate;
  /** As it is. */
  readonly power: readonly PowerPoint[];
  /** With its threshold moved so that its false-positive rate is the gate's. */
  readonly powerAtSameRate: readonly PowerPoint[];
}

/** Power of the gate and of a test of medians when the slow mode's share grows by so many points. */
export interface ModeShiftPoint {
  readonly case: string;
  readonly environment: string;
  /** Points by which the share grew, as a share: 0.1, 0.2, 0.4. */
  readonly shift: number;
  readonly blocks: number;
  readonly gate: Rate;
  readonly medians: Rate;
}

/** Spread of the block log-ratios of two identical environments: plain, and with one way of reducing it. */
export interface VarianceRow {
  readonly case: string;
  readonly environment: string;
  /** `none`, or a covariate's name. */
  readonly method: string;
  readonly n: number;
  /** Robust standard deviation of the log-ratio. */
  readonly sd: number;
  /** Width of the 95 % interval over that without the method. */
  readonly width: number;
}
