import { mkdirSync } from 'node:fs';
import path from 'node:path';

/** What a step of the set-up reports; drawn by the command line, nothing is drawn here. */
export interface StepEvent {
  /** Stable within one set-up, e.g. `runsc`, `data/flights`. */
  readonly step: string;
  /** `present`: nothing had to be done. */
  readonly state: 'checking' | 'working' | 'done' | 'failed' | 'present';
  /** One line for a person: what it does, what it waits for, or what went wrong. */
  readonly detail: string;
  /** Since the step began, milliseconds. */
  readonly elapsedMs: number;
  /** Where its programs' whole output is; `null` while it ran none. */
  readonly logFile: string | null;
}

/** One step: says what it does, and gives its programs a log. */
export interface Step {
  readonly name: string;
  /** Absolute path of the step's log. */
  readonly logFile: string;
  working(detail: string): void;
  done(detail: string): void;
  present(detail: string): void;
  failed(detail: string): void;
}

export type OnStep = (event: StepEvent) => void;

/** Begins a step. Its log is `<cache>/logs/<name>.log`, one file a step, appended to over set-ups. */
export function beginStep(name: string, cache: string, onStep: OnStep): Step {
  const startedAt = performance.now();
  const logFile = path.join(cache, 'logs', `${name.replaceAll('/', '-')}.log`);
  let logged = false;
  const say = (state: StepEvent['state'], detail: string): void =>
    onStep({ step: name, state, detail, elapsedMs: performance.now() - startedAt, logFile: logged ? logFile : null });
  say('checking', '');
  return {
    name,
    get logFile() {
      if (!logged) mkdirSync(path.dirname(logFile), { recursive: true });
      logged = true;
      return logFile;
    },
    working: (detail) => say('working', detail),
    done: (detail) => say('done', detail),
    present: (detail) => say('present', detail),
    failed: (detail) => say('failed', detail),
  };
}
