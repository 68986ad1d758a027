/** Whether a test passed. `hung` and `crashed`: it was running when its process came to its deadline, or died. `absent`: it was not there to be run, or was not reached. */
export type TestOutcome = 'passed' | 'skipped' | 'failed' | 'hung' | 'crashed' | 'absent';

/** A suite of tests that others wrote; a record of `probes/compat.yaml`. */
export interface TestSuite {
  readonly id: string;
  readonly title: string;
  readonly kind: 'unittest' | 'pytest';
  /** Where its modules lie: in the sandbox for `unittest`, below the directory of site packages for `pytest`. */
  readonly path: string;
  /** Names of modules. */
  readonly smoke: readonly string[];
  /** Names of modules; `*` stands for any letters. */
  readonly full: readonly string[];
  /** What is never run, and why. */
  readonly except: readonly { readonly module: string; readonly reason: string }[];
}

/** Why tests come out differently, where that is known; a record of `probes/compat.yaml`. The first that fits is taken. */
export interface CompatCause {
  readonly id: string;
  readonly kind: 'syscall' | 'file' | 'network' | 'memory' | 'process' | 'time' | 'identity';
  /** One sentence. */
  readonly why: string;
  readonly reference: string;
  /** Regular expressions; both have to fit where both are there. */
  readonly test: string;
  readonly detail: string;
}

/** A test that came out in one environment otherwise than natively. */
export interface CompatDifference {
  readonly suite: string;
  readonly module: string;
  readonly test: string;
  readonly environment: string;
  readonly native: TestOutcome;
  readonly here: TestOutcome;
  /** It did not come out the same each time that it was run, here or natively. */
  readonly flaky: boolean;
  /** Id of a {@link CompatCause}, or what was seen: `syscall <number>`, `file <path>`; `null` where neither is known. */
  readonly cause: string | null;
  /** What the test said: untrusted text of the sandbox, one line, bounded. */
  readonly detail: string;
}

/** One suite in one environment. */
export interface CompatRow {
  readonly suite: string;
  readonly environment: string;
  readonly modules: number;
  /** Tests that were run to an end or died of it, skipped ones not counted. */
  readonly tests: number;
  readonly passed: number;
  /** With hung and crashed ones. */
  readonly failed: number;
  readonly skipped: number;
  /** Names of tests that came out worse than natively each time. */
  readonly onlyHere: readonly string[];
  /** Names of tests that came out better than natively each time. */
  readonly onlyNative: readonly string[];
  readonly flaky: number;
  /** How many of the differences, flaky ones excluded, each named cause explains. */
  readonly causes: readonly { readonly cause: string; readonly tests: number }[];
  readonly unnamed: number;
  /** Of all modules: milliseconds of the process that ran it, added up. */
  readonly ms: number;
  readonly answer: 'same' | 'differs';
  /** Each difference has a named cause. */
  readonly ok: boolean;
}
