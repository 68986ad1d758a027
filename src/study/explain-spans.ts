import {
  ITERATION_SEGMENT,
  MARK_NAMES,
  PAUSE_SEGMENT,
  SEGMENTS,
  type GuestUsage,
  type HostUsage,
  type InstrumentedTrial,
  type MarkName,
  type SandboxRole,
} from '../model/index.js';
import { FAULT_USER } from './surface.js';

/** Which segments a headline covers: [first, until), iterations by their median's. `null` where no segments tell. */
export interface Span {
  readonly holds: (segment: number) => boolean;
  /** What the usage is taken between: told when these segments began; `null` is the program's start. */
  readonly from: number | null;
  readonly until: number;
  readonly wallNs: number;
}

/** What a guest did between two moments at which it told its usage. */
export interface Stretch {
  readonly calls: number;
  readonly userNs: number;
  readonly systemNs: number;
  readonly waits: number;
  /** Without the pause in which it told. */
  readonly wallNs: number;
}

/** One iteration. */
export function iterationSpan({ iterationNs }: InstrumentedTrial, i: number): Span {
  return {
    holds: (segment) => segment === ITERATION_SEGMENT + 2 * i,
    from: ITERATION_SEGMENT + 2 * i,
    until: ITERATION_SEGMENT + 2 * i + 1,
    wallNs: iterationNs[i]!,
  };
}

/** What a headline covers. The median of two iterations is the mean of both: then there are two spans. */
export function spansOf(trial: InstrumentedTrial, headline: string): Span[] {
  const { marks, wallNs, iterationNs } = trial;
  const { guest, interpreter, imports, first_result: first, done } = SEGMENTS;
  const isGuests = (segment: number): boolean => segment !== 0 && segment !== PAUSE_SEGMENT;
  switch (headline) {
    case 'ready_ns':
      return [
        {
          holds: (segment) => segment === guest || segment === interpreter,
          from: null,
          until: imports,
          wallNs: (marks.imports ?? 0) - (marks.guest ?? 0),
        },
      ];
    case 'first_result_ns':
      return [
        {
          holds: (segment) =>
            isGuests(segment) && segment !== first && segment !== done && segment <= ITERATION_SEGMENT,
          from: null,
          until: first,
          wallNs: (marks.first_result ?? 0) - (marks.guest ?? 0),
        },
      ];
    case 'wall_ns':
      return [{ holds: isGuests, from: null, until: done, wallNs: (wallNs ?? 0) - (marks.guest ?? 0) }];
    case 'iteration_ns':
      return middle(iterationNs).map((i) => iterationSpan(trial, i));
    default:
      return [];
  }
}

/** Index of the median; of both middle ones where their number is even. */
export function middle(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).toSorted((a, b) => values[a]! - values[b]!);
  const at = (values.length - 1) / 2;
  return [...new Set([Math.floor(at), Math.ceil(at)])].flatMap((i) => order[i] ?? []);
}

const NO_USAGE = { userNs: 0, systemNs: 0, faults: 0, waits: 0, preemptions: 0, readBytes: 0, writtenBytes: 0 };

/** What the guest told of itself at the span's end, less what it had told at its beginning. */
export function usageIn(usage: readonly GuestUsage[], { from, until }: Span): Omit<GuestUsage, 'segment' | 'vmas'> {
  const before = from === null ? NO_USAGE : usage.find(({ segment }) => segment === from);
  const after = usage.find(({ segment }) => segment === until);
  if (before === undefined || after === undefined) return NO_USAGE;
  const names = Object.keys(NO_USAGE) as (keyof typeof NO_USAGE)[];
  return Object.fromEntries(names.map((name) => [name, Math.max(0, after[name] - before[name])])) as typeof NO_USAGE;
}

/** CPU time of the sandbox's processes in a span, by their roles. */
export function cpuIn(host: readonly HostUsage[], { from, until }: Span): Partial<Record<SandboxRole, number>> {
  const at = (segment: number | null, role: SandboxRole): number =>
    host
      .filter((it) => it.segment === segment && it.role === role)
      .reduce((sum, it) => sum + it.userNs + it.systemNs, 0);
  const roles = [...new Set(host.map(({ role }) => role))];
  return Object.fromEntries(roles.map((role) => [role, Math.max(0, at(until, role) - at(from, role))]));
}

/** How long a guest sleeps where a segment begins, so that what it told is there (workloads/_guest/seebench_instrument.py). */
const SETTLE_NS = 2e7;
/** The mark at which a segment begins. */
const MARK_OF = new Map<number, MarkName>(
  MARK_NAMES.flatMap((name) => (name in SEGMENTS ? [[SEGMENTS[name as keyof typeof SEGMENTS], name]] : [])),
);

/** A start in pieces from mark to mark, an iteration in one. Iterations inside a start are in its time, and their calls in none of its pieces. */
export function stretchesOf(trial: InstrumentedTrial, span: Span): Stretch[] {
  const callsIn = (holds: (segment: number) => boolean): number =>
    trial.counts!.reduce(
      (sum, { role, number, segment, count }) =>
        sum + (role === 'guest' && number < FAULT_USER && holds(segment) ? count : 0),
      0,
    );
  if (span.from !== null) {
    const { userNs, systemNs, waits } = usageIn(trial.usage, span);
    return [{ calls: callsIn(span.holds), userNs, systemNs, waits, wallNs: span.wallNs }];
  }
  const begins = trial.usage.filter(({ segment }) => MARK_OF.has(segment) && segment <= span.until);
  return begins.flatMap(({ segment: until }, i) => {
    const from = begins[i - 1]?.segment ?? null;
    const [begun, ended] = [from ?? SEGMENTS.guest, until].map((segment) => trial.marks[MARK_OF.get(segment)!]);
    if (begun === undefined || ended === undefined) return [];
    const holds = (segment: number): boolean => segment >= (from ?? SEGMENTS.guest) && segment < until;
    const wallNs = Math.max(0, ended - begun - (from === null ? 0 : SETTLE_NS));
    const { userNs, systemNs, waits } = usageIn(trial.usage, { ...span, from, until });
    return [{ calls: callsIn(holds), userNs, systemNs, waits, wallNs }];
  });
}
