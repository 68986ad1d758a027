/** Exit codes of the command line. */
export const EXIT = {
  done: 0,
  brokenPromise: 1,
  userAction: 2,
  noAnswer: 3,
  interrupted: 4,
  internal: 5,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * An error that a person has to understand: what, where and the remedy, with a code that never changes.
 * Anything else that is thrown is a bug of seebench (exit 5).
 */
export class SeebenchError extends Error {
  /** Stable, kebab-case, e.g. `run-in-progress`. */
  readonly code: string;
  /** What to do about it; may hold a command to copy. */
  readonly remedy: string;
  readonly exitCode: ExitCode;

  constructor(code: string, message: string, remedy: string, exitCode: ExitCode = EXIT.userAction, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SeebenchError';
    this.code = code;
    this.remedy = remedy;
    this.exitCode = exitCode;
  }
}
