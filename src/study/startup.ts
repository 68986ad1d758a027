import {
  COLD_KINDS,
  MARK_NAMES,
  NATIVE,
  SCHEMA_VERSION,
  START_KINDS,
  type MarkName,
  type StartDetail,
  type StartKind,
  type StartPart,
  type StartRatio,
  type StartRow,
  type StartTrial,
  type StartupResult,
} from '../model/index.js';
import { median, medianInterval, pairedShift } from '../stats/index.js';

const CONFIDENCE = 0.95;
/** Steps of the timeline that are kept of a row: the longest. */
const DETAILS = 12;

/** The step that only a container has that is run step by step. */
const STEPPED = 'runtime/created';

type GuestMark = Exclude<MarkName, 'spawn' | 'deleted'>;

/** Stretches between marks, by the mark that ends them. */
const SEGMENTS: Readonly<Record<GuestMark | 'deleted', string>> = {
  guest: 'sandbox',
  interpreter: 'interpreter',
  imports: 'imports',
  first_result: 'first row',
  done: 'rest of the work',
  deleted: 'exit and removal',
};

/**
 * Where the sandbox's two stretches are divided: a part's name, and the step that ends it. A step that a runtime or a kind of start does not
 * have leaves its time to the next part. Parts lie one after the other on the way that the caller waits for; what happens beside it, as
 * the gofer's start, is a part only where it is waited for.
 */
const DIVISIONS: Readonly<Record<'guest' | 'deleted', readonly (readonly [part: string, step: string])[]>> = {
  guest: [
    ['runtime starts', 'runtime/Go code running'],
    ['create', 'runtime/cgroup being joined'],
    ['joining its cgroup', 'runtime/gofer being started'],
    ['gofer forked', 'runtime/sandbox being started'],
    ['create', STEPPED],
    ['sandbox process', 'boot/Go code running'],
    ['host checks', 'boot/spec read'],
    ['chroot, privileges', 'boot/capabilities applied'],
    ['waiting for the gofer', 'boot/resolved mounts read'],
    ['platform', 'boot/platform created'],
    ['kernel', 'boot/notifying parent'],
    ['leaving the cgroup', 'runtime/create returned'],
    ['start', 'boot/start signal received'],
    ['seccomp', 'boot/seccomp program installed'],
    ['seccomp', 'boot/seccomp filters installed'],
    ['mounts', 'boot/submounts mounted'],
    ['first process', 'boot/root container created'],
    ['kernel runs', 'boot/kernel started'],
    ['restore call', 'restore/cm.Restore RPC'],
    ['image opened', 'restore/restorer initialized'],
    ['specification', 'restore/specs validated'],
    ['before seccomp', 'boot/pre-seccomp callback done'],
    ['seccomp', 'restore/loading kernel'],
    ['kernel loaded', 'restore/kernel loaded'],
    ['memory loaded', 'restore/MFs loaded'],
  ],
  deleted: [['exit', 'runtime/exit seen']],
};
/** What is left of a stretch behind its last division. */
const LAST_PART = { guest: 'first instruction', deleted: 'delete' } as const;
/** Of a container that is run step by step, what is left after its creation is its start. */
const LAST_STEP = 'start';

/** All names of parts, in the order in which they come: for colours. */
export const START_PART_NAMES: readonly string[] = [
  ...new Set([
    ...DIVISIONS.guest.map(([part]) => part),
    LAST_PART.guest,
    LAST_STEP,
    SEGMENTS.guest,
    ...(['interpreter', 'imports', 'first_result', 'done', 'deleted'] as const).map((mark) => SEGMENTS[mark]),
    ...DIVISIONS.deleted.map(([part]) => part),
    LAST_PART.deleted,
  ]),
];

/** A stretch of one trial. */
interface Stretch {
  readonly name: string;
  readonly segment: string;
  readonly ns: number;
}

/** One trial taken apart. */
export interface TakenApart {
  readonly stretches: readonly Stretch[];
  /** By how much the sum of the stretches differs from the whole: marks that lie before their predecessors, or after the end. */
  readonly sumErrorNs: number;
}

/** Divides one start at its marks, and inside the sandbox's stretches at the steps of the log, where there is one. */
export function takeApart({ marks, steps, wallNs }: StartTrial): TakenApart {
  const at = new Map(steps.map(({ name, ns }) => [name, ns]));
  const stretches: Stretch[] = [];
  let [from, back] = [0, 0];
  const add = (name: string, segment: string, until: number): void => {
    back = Math.max(back, from - until);
    const ns = Math.max(0, until - from);
    from += ns;
    const last = stretches.at(-1);
    if (last?.name === name && last.segment === segment)
      stretches[stretches.length - 1] = { ...last, ns: last.ns + ns };
    else stretches.push({ name, segment, ns });
  };
  for (const mark of MARK_NAMES) {
    const until = mark === 'deleted' ? wallNs : marks[mark];
    if (mark === 'spawn' || until === null || until === undefined) continue;
    const segment = SEGMENTS[mark];
    if (mark !== 'guest' && mark !== 'deleted') {
      add(segment, segment, until);
      continue;
    }
    const inside = DIVISIONS[mark]
      .filter(([, step]) => at.has(step))
      .toSorted(([, a], [, b]) => at.get(a)! - at.get(b)!);
    for (const [part, step] of inside) add(part, segment, Math.min(at.get(step)!, until));
    const last = mark === 'guest' && at.has(STEPPED) ? LAST_STEP : LAST_PART[mark];
    add(inside.length === 0 ? segment : last, segment, until);
  }
  const sum = stretches.reduce((total, { ns }) => total + ns, 0);
  return { stretches, sumErrorNs: Math.max(back, Math.abs(sum - (wallNs ?? sum))) };
}

/**
 * All that the starts of a run tell. Pure.
 * @param environments in the order of the rows
 */
export function startupResult(
  run: string,
  command: string,
  environments: readonly string[],
  trials: readonly StartTrial[],
): StartupResult {
  const rows: StartRow[] = [];
  for (const caseId of distinct(trials.map((it) => it.caseId)))
    for (const environment of environments)
      for (const kind of START_KINDS) {
        const own = trials.filter((it) => it.caseId === caseId && it.environment === environment && it.kind === kind);
        const row = rowOf(own, nativeOf(trials, caseId, kind));
        if (row !== null) rows.push(row);
      }
  const failed = trials.filter(({ completed }) => !completed);
  return {
    schemaVersion: SCHEMA_VERSION,
    run,
    command,
    rows,
    findings: findingsOf(rows),
    failures: distinct(failed.map((it) => `${it.caseId} in ${it.environment}, ${it.kind}: ${it.reason}`)),
  };
}

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** Native's measured starts of a case with the same page cache. */
function nativeOf(trials: readonly StartTrial[], caseId: string, kind: StartKind): StartTrial[] {
  const same: StartKind = COLD_KINDS.includes(kind) ? 'cold' : 'warm';
  return trials.filter(
    (it) => it.caseId === caseId && it.environment === NATIVE && it.kind === same && it.completed && !it.instrumented,
  );
}

function rowOf(all: readonly StartTrial[], native: readonly StartTrial[]): StartRow | null {
  const completed = all.filter((it) => it.completed && it.wallNs !== null);
  const measured = completed.filter((it) => !it.instrumented);
  const instrumented = completed.filter((it) => it.instrumented);
  const [first] = measured;
  if (first === undefined) return null;
  const whole = medianInterval(measured.map(({ wallNs }) => wallNs!));
  const readyMark = (['first_result', 'imports', 'guest'] as const).find((mark) => first.marks[mark] !== undefined);
  if (readyMark === undefined) return null;
  const apart = completed.map(takeApart);
  const parts = partsOf(measured.map(takeApart), instrumented.map(takeApart));
  const factors = inBlocks(instrumented, measured, ({ wallNs }) => wallNs);
  const shares = measured.flatMap(({ dropped }) => (dropped === null || dropped.before === 0 ? [] : [dropped]));
  return {
    case: first.caseId,
    environment: first.environment,
    kind: first.kind,
    n: measured.length,
    failed: all.length - completed.length,
    wholeNs: whole.median!,
    wholeLow: whole.low,
    wholeHigh: whole.high,
    readyNs: median(measured.flatMap(({ marks }) => marks[readyMark] ?? []))!,
    readyMark,
    parts,
    sumNs: parts.reduce((sum, { ns }) => sum + ns, 0),
    worstSumErrorNs: Math.max(...apart.map(({ sumErrorNs }) => sumErrorNs)),
    clockErrorNs: Math.max(0, ...completed.map(({ clockErrorNs }) => Math.abs(clockErrorNs ?? 0))),
    instrumentedFactor: factors.length === 0 ? null : Math.exp(median(factors)!),
    dropped:
      shares.length === 0
        ? null
        : {
            share: median(shares.map(({ before, after }) => 1 - after / before))!,
            bytes: median(shares.map(({ before, after, pageBytes }) => (before - after) * pageBytes))!,
          },
    details: detailsOf(instrumented),
    toReady: ratioOf(measured, native, ({ marks }) => marks[readyMark] ?? null),
    toExit: ratioOf(measured, native, ({ wallNs }) => wallNs),
  };
}

/** Medians between marks of measured trials; inside the sandbox's stretches, shares of instrumented ones of these medians. */
function partsOf(measured: readonly TakenApart[], instrumented: readonly TakenApart[]): StartPart[] {
  return distinct(measured.flatMap(({ stretches }) => stretches.map(({ segment }) => segment))).flatMap(
    (segment): StartPart[] => {
      const whole = medianInterval(measured.map((it) => lengthOf(it, segment)));
      const names = distinct(instrumented.flatMap((it) => partsIn(it, segment).map(({ name }) => name)));
      if (names.length < 2)
        return [{ name: segment, segment, source: 'marks', n: measured.length, ns: whole.median!, ...ends(whole) }];
      const shares = names.map((name) =>
        medianInterval(
          instrumented.flatMap((it) => {
            const length = lengthOf(it, segment);
            return length === 0 ? [] : [lengthOf(it, segment, name) / length];
          }),
        ),
      );
      // Medians of shares do not add up to one; what they add up to is one here.
      const scale = whole.median! / shares.reduce((sum, share) => sum + share.median!, 0);
      const times = (share: number | null): number | null => (share === null ? null : share * scale);
      return names.map((name, i) => ({
        name,
        segment,
        source: 'share of instrumented',
        ns: shares[i]!.median! * scale,
        low: times(shares[i]!.low),
        high: times(shares[i]!.high),
        n: instrumented.length,
      }));
    },
  );
}

const ends = ({ low, high }: Pick<StartPart, 'low' | 'high'>): Pick<StartPart, 'low' | 'high'> => ({ low, high });
const partsIn = ({ stretches }: TakenApart, segment: string): Stretch[] =>
  stretches.filter((it) => it.segment === segment);

/** Of a segment, or of one of its parts: one that comes twice counts twice. */
function lengthOf(it: TakenApart, segment: string, name: string | null = null): number {
  return partsIn(it, segment).reduce((sum, part) => sum + (name === null || part.name === name ? part.ns : 0), 0);
}

/** The longest steps of sandbox process and gofer, each from the step before it in the same process. */
function detailsOf(instrumented: readonly StartTrial[]): StartDetail[] {
  const times = new Map<string, number[]>();
  for (const { steps } of instrumented) {
    const last = new Map<string, number>();
    for (const { name, ns } of steps) {
      const log = name.slice(0, name.indexOf('/'));
      // The runtime waits for these two, and the gofer for the end.
      if (log === 'runtime' || name === 'gofer/connections closed') continue;
      const one = log === 'gofer' ? log : 'sandbox';
      const before = last.get(one);
      last.set(one, ns);
      if (before !== undefined) times.set(name, [...(times.get(name) ?? []), ns - before]);
    }
  }
  return [...times]
    .filter(([, values]) => values.length * 2 >= instrumented.length)
    .map(([name, values]) => ({ name, ns: median(values)!, n: values.length }))
    .toSorted((a, b) => b.ns - a.ns)
    .slice(0, DETAILS);
}

/** Log-ratios of trials in the same blocks. */
function inBlocks(
  own: readonly StartTrial[],
  others: readonly StartTrial[],
  of: (trial: StartTrial) => number | null,
): number[] {
  const byBlock = new Map(others.map((trial) => [trial.block, of(trial)]));
  return own.flatMap((trial) => {
    const [value, other] = [of(trial), byBlock.get(trial.block) ?? null];
    return value === null || other === null || value <= 0 || other <= 0 ? [] : [Math.log(value / other)];
  });
}

function ratioOf(
  own: readonly StartTrial[],
  native: readonly StartTrial[],
  of: (trial: StartTrial) => number | null,
): StartRatio | null {
  const { estimate, low, high, n } = pairedShift(inBlocks(own, native, of), CONFIDENCE);
  const exp = (value: number | null): number | null => (value === null ? null : Math.exp(value));
  return estimate === null ? null : { ratio: Math.exp(estimate), low: exp(low), high: exp(high), n };
}

function findingsOf(rows: readonly StartRow[]): string[] {
  return rows
    .filter(({ environment, kind }) => environment !== NATIVE && kind !== 'restored-cold')
    .map((row) => {
      const parts = row.parts.toSorted((a, b) => b.ns - a.ns).slice(0, 3);
      const most = parts.map(({ name, ns }) => `${name} ${ms(ns)} (${Math.round((100 * ns) / row.sumNs)} %)`);
      const ratio = row.toReady === null ? '' : `, ${row.toReady.ratio.toFixed(2)}× native`;
      return `${row.case}, ${row.environment}, ${row.kind}: ${ms(row.readyNs)} to ${READY[row.readyMark]}${ratio}, ${ms(row.wholeNs)} to the end. Most of it: ${most.join(', ')}.`;
    });
}

const READY: Readonly<Partial<Record<MarkName, string>>> = {
  guest: 'the first instruction',
  imports: 'the end of the imports',
  first_result: 'the first row',
};
const ms = (ns: number): string => `${(ns / 1e6).toFixed(ns < 1e7 ? 1 : 0)} ms`;
