import { oneLine, type Limit, type LimitRow, type Outcome, type ProbedKind } from '../model/index.js';

/** A look at a sandbox that runs into a limit. */
export interface UsageSample {
  /** Host's monotonic clock, milliseconds. */
  readonly atMs: number;
  /** CPU time so far, nanoseconds; `null` where the host does not tell. */
  readonly cpuNs: number | null;
  /** Most memory so far, bytes. */
  readonly peakBytes: number | null;
  readonly swapBytes: number | null;
}

/** One launch that ran into a limit. */
export interface LimitObservation {
  readonly outcome: Outcome;
  /** Its stdout: untrusted. */
  readonly stdout: string;
  readonly samples: readonly UsageSample[];
  /** When the program said that it begins, on the clock of the samples; `null` when it did not. */
  readonly beganMs: number | null;
  readonly wallMs: number | null;
}

/** From the beginning of the work until it is in its stride. */
const SETTLE_MS = 500;
/** Of the samples' window: a quota is dealt out in periods of a tenth of a second. */
const WINDOW_MS = 3_000;
/** Memory this close to its limit has reached it. */
const REACHED = 0.98;

/** What a program said last of how far it came, and of what it met. Other lines and odd values are dropped. */
export function lastWords(stdout: string): { readonly reached: number | null; readonly seen: string | null } {
  let words: { reached: number | null; seen: string | null } = { reached: null, seen: null };
  for (const line of stdout.split('\n')) {
    try {
      const { reached, seen } = JSON.parse(line) as Record<string, unknown>;
      if (typeof reached === 'number' && Number.isFinite(reached) && reached >= 0)
        words = { reached, seen: typeof seen === 'string' ? oneLine(seen, 100) : null };
    } catch {
      // Not one of its lines, or half of one.
    }
  }
  return words;
}

/** CPU time per time while the work was in its stride; `null` when too little was seen of it. */
export function cpuShare(samples: readonly UsageSample[], beganMs: number | null): number | null {
  if (beganMs === null) return null;
  const from = beganMs + SETTLE_MS;
  const within = samples.filter(({ atMs, cpuNs }) => cpuNs !== null && atMs >= from && atMs <= from + WINDOW_MS);
  const [first, last] = [within[0], within.at(-1)];
  if (first === undefined || last === undefined || last.atMs - first.atMs < WINDOW_MS / 2) return null;
  return (last.cpuNs! - first.cpuNs!) / 1e6 / (last.atMs - first.atMs);
}

/** What one launch says of a limit. */
export function limitRow(limit: Limit, environment: string, kind: ProbedKind, found: LimitObservation): LimitRow {
  const words = lastWords(found.stdout);
  const enforced = MEASURES[limit.measured](found, words.reached);
  const seen = words.seen ?? endOf(found.outcome);
  const untried = neverTried(limit, found, words, enforced);
  const holds = !untried && enforced !== null && RULES[limit.rule](limit, enforced, words.seen);
  // A known reason is one for a limit that does not hold, and none for a program that did not get there.
  const reason = holds || untried ? null : (limit.known[environment] ?? limit.known[kind] ?? null);
  return {
    limit: limit.id,
    environment,
    asked: limit.asked,
    unit: limit.unit,
    enforced,
    answer: holds ? 'enforced' : 'not-enforced',
    seen,
    afterMs: limit.measured === 'peak' && words.seen === null ? endedAfter(limit, found) : null,
    ok: holds || reason !== null,
    reason,
  };
}

/** Whether the sandbox ended by itself before its program had said anything, or come near the limit. */
function neverTried(
  { asked }: Limit,
  { outcome, beganMs }: LimitObservation,
  words: ReturnType<typeof lastWords>,
  enforced: number | null,
): boolean {
  if (words.seen !== null || beganMs !== null || outcome.kind === 'timed-out' || outcome.kind === 'oom-killed')
    return false;
  return enforced === null || enforced < REACHED * asked;
}

const MEASURES: Record<Limit['measured'], (found: LimitObservation, reached: number | null) => number | null> = {
  peak: ({ samples }) => mostOf(samples.map(({ peakBytes }) => peakBytes)),
  swap: ({ samples }) => mostOf(samples.map(({ swapBytes }) => swapBytes)),
  share: ({ samples, beganMs }) => cpuShare(samples, beganMs),
  wall: ({ wallMs }) => wallMs,
  reached: (_, reached) => reached,
};

function mostOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

const SILENCE = 'silence';

/** Whether what was enforced is what was asked; `seen` is what the program said last. */
const RULES: Record<Limit['rule'], (limit: Limit, enforced: number, seen: string | null) => boolean> = {
  'at-most': ({ asked, tolerance }, enforced, seen) => enforced <= asked * (1 + tolerance) && seen !== SILENCE,
  exact: ({ asked }, enforced, seen) => enforced === asked && seen !== null && seen !== SILENCE,
  close: ({ asked, tolerance }, enforced) => Math.abs(enforced - asked) <= asked * tolerance,
  nothing: (_, enforced, seen) => enforced === 0 && seen !== SILENCE,
  fits: (_limit, _enforced, seen) => seen === SILENCE,
};

function endOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'oom-killed':
      return 'killed: SIGKILL';
    case 'crashed':
      return `killed: ${oneLine(outcome.signal, 20)}`;
    case 'timed-out':
      return 'killed from outside';
    case 'failed':
      return `the sandbox ended: exit code ${outcome.exitCode ?? 'unknown'}`;
    default:
      return 'nothing was said';
  }
}

/** From the first look at which the limit was reached to the last look at the sandbox. */
function endedAfter({ asked }: Limit, { samples }: LimitObservation): number | null {
  const crossed = samples.find(({ peakBytes }) => peakBytes !== null && peakBytes >= REACHED * asked);
  const last = samples.at(-1);
  return crossed === undefined || last === undefined ? null : Math.round(last.atMs - crossed.atMs);
}

/** Limits that are not held, and nobody knows why: one sentence each. */
export function limitProblems(rows: readonly LimitRow[]): string[] {
  return rows
    .filter(({ ok }) => !ok)
    .map(
      ({ limit, environment, asked, unit, enforced, seen }) =>
        `${limit} in ${environment}: asked ${asked} ${unit}, enforced ${enforced ?? 'nothing that was measured'} (${seen})`,
    );
}
