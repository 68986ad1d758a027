import { isDeepStrictEqual } from 'node:util';
import { type CallCount, type GuestUsage, type InstrumentedTrial, type SandboxRole } from '../model/index.js';
import { cpuIn, iterationSpan, spansOf, stretchesOf, usageIn, type Span, type Stretch } from './explain-spans.js';
import { FAULT_KERNEL, FAULT_USER, FILE_FAULT, GAP, PAGE_ALLOC, SIGNAL, TRAPPED } from './surface.js';

/** SIGSEGV: a stub hands a page fault to the sentry by it. */
const SIGSEGV = 11;
/** SIGSYS: and a system call that could not be patched. */
const SIGSYS = 31;
/** A huge page is 2^9 pages, on x86-64 and on arm64 with pages of 4 KiB. */
const HUGE_ORDER = 9;

/** What happened in the segments of a headline in one environment, on average of its instrumented trials. */
export interface Activity {
  /** Calls of the guest by number; of gVisor's processes on the host, empty. */
  readonly calls: ReadonlyMap<number, number>;
  /** Calls of the guest, native, by how long its thread had been out of system calls: key k stands for 2^k to 2^(k+1) ns. */
  readonly gaps: ReadonlyMap<number, number>;
  /** Page faults of the guest, native; by what the processor said of them. */
  readonly faults: {
    readonly written: number;
    readonly read: number;
    readonly copied: number;
    readonly kernel: number;
    /** Of those that read, how many mapped pages of a file. */
    readonly file: number;
    /** Of those that wrote, how many got a huge page. */
    readonly huge: number;
  };
  /** Faults that gVisor's stubs could not resolve without the sentry, and those that they could. */
  readonly sentryFaults: number;
  /** Faults of the sentry itself: it reaches the guest's memory by mappings of its own. */
  readonly ownFaults: number;
  /** Calls that a stub handed over by a signal. */
  readonly signalledCalls: number;
  /** Those of them by number; of iterations, whose work is the same, those of the one that had the most. */
  readonly mostTrapped: ReadonlyMap<number, number>;
  /** Files that gVisor opened on the host: those of the guest's opens that were no second ones, and no memory's. */
  readonly hostOpens: number;
  /** Calls of madvise by the sentry: nearly all ask for a piece of memory at once (MADV_POPULATE_WRITE), as for what is written to files. */
  readonly populates: number;
  readonly stubFaults: { readonly written: number; readonly read: number };
  /** Pages that the kernel took for stubs and for the sentry: a fault beyond their number found a page that was there. */
  readonly taken: { readonly stubs: number; readonly sentry: number };
  readonly usage: Omit<GuestUsage, 'segment' | 'vmas'>;
  readonly cpuNs: Readonly<Partial<Record<SandboxRole, number>>>;
  /** Duration of the segment in the instrumented trial itself. */
  readonly wallNs: number;
  /** The pieces that the guest's usage is told of, in their order. */
  readonly stretches: readonly Stretch[];
}

/**
 * What a case does inside its headline's segment.
 * @param variables that the guest had beside its own
 * @returns `null` where no instrumented trial of the environment was counted and completed
 */
export function activityOf(
  trials: readonly InstrumentedTrial[],
  caseId: string,
  environment: string,
  headline: string,
  names: Readonly<Record<string, number>>,
  variables: Readonly<Record<string, string>> = {},
): Activity | null {
  const own = trials.filter(
    (it) =>
      it.case === caseId &&
      it.environment === environment &&
      it.outcome === 'completed' &&
      it.counts !== null &&
      isDeepStrictEqual(it.variables, variables),
  );
  const all = own.flatMap((trial) => {
    const iterations = headline === 'iteration_ns' ? trial.iterationNs.map((_, i) => iterationSpan(trial, i)) : [];
    return spansOf(trial, headline).map((span) => ({
      ...inSpan(trial, span, names),
      mostTrapped: mostTrapped(trial, iterations.length === 0 ? [span] : iterations),
    }));
  });
  return all.length === 0 ? null : average(all);
}

function mostTrapped(trial: InstrumentedTrial, spans: readonly Span[]): ReadonlyMap<number, number> {
  const total = (calls: ReadonlyMap<number, number>): number => [...calls.values()].reduce((sum, it) => sum + it, 0);
  return spans
    .map(({ holds }) =>
      byNumber(
        trial.counts!.filter(({ segment }) => holds(segment)),
        'stub',
        TRAPPED,
        TRAPPED + 0x10000,
      ),
    )
    .reduce((most, calls) => (total(calls) > total(most) ? calls : most));
}

/** Counts of one role whose numbers lie in [from, to), by their distance from `from`. */
function byNumber(counts: readonly CallCount[], wanted: SandboxRole, from: number, to: number): Map<number, number> {
  const found = new Map<number, number>();
  for (const { role, number, count } of counts)
    if (role === wanted && number >= from && number < to)
      found.set(number - from, (found.get(number - from) ?? 0) + count);
  return found;
}

/** How gVisor counts the files that it opened on the host, over the whole trial. */
const HOST_OPENS = 'runsc_gofer_opens_host';

/**
 * Opening one file takes the sentry several calls on the host. How many is learnt from the whole trial, whose opened files gVisor counts itself, and
 * places those of the segment.
 */
function hostOpensIn(trial: InstrumentedTrial, span: Span, openat: number | undefined): number {
  const ofSentry = trial.counts!.filter((it) => it.role === 'sentry' && it.number === openat && it.segment > 0);
  const sum = (of: readonly CallCount[]): number => of.reduce((total, { count }) => total + count, 0);
  const all = sum(ofSentry);
  const opened = trial.gvisor?.[HOST_OPENS] ?? 0;
  return all === 0 ? 0 : (opened * sum(ofSentry.filter(({ segment }) => span.holds(segment)))) / all;
}

function inSpan(
  trial: InstrumentedTrial,
  span: Span,
  names: Readonly<Record<string, number>>,
): Omit<Activity, 'mostTrapped'> {
  const counts = trial.counts!.filter(({ segment }) => span.holds(segment));
  const sum = (wanted: (it: CallCount) => boolean): number =>
    counts.reduce((total, it) => total + (wanted(it) ? it.count : 0), 0);
  const isUserFault = ({ number }: CallCount): boolean => number >= FAULT_USER && number < FAULT_KERNEL;
  const isKernelFault = ({ number }: CallCount): boolean => number >= FAULT_KERNEL && number < SIGNAL;
  // Bits of an x86 error code: present, write (Documentation/arch/x86/exception-tables.rst).
  const userFault = (wanted: (code: number) => boolean, role: SandboxRole = 'guest'): number =>
    sum((it) => it.role === role && isUserFault(it) && wanted(it.number - FAULT_USER));
  const sentryFaults = sum((it) => it.role === 'stub' && it.number === SIGNAL + SIGSEGV);
  // No program starts without taking pages: a kernel of which none are known does not tell, and every fault may have taken one.
  const tells = trial.counts!.some(({ number }) => number === PAGE_ALLOC);
  const taken = (role: SandboxRole): number =>
    tells ? sum((it) => it.role === role && it.number === PAGE_ALLOC) : Number.POSITIVE_INFINITY;
  return {
    calls: byNumber(counts, 'guest', 0, FAULT_USER),
    gaps: byNumber(counts, 'guest', GAP, GAP + 64),
    faults: {
      copied: userFault((code) => (code & 1) === 1),
      written: userFault((code) => (code & 3) === 2),
      read: userFault((code) => (code & 3) === 0),
      file: fileFaults(trial, span) ?? userFault((code) => (code & 3) === 0),
      kernel: sum((it) => it.role === 'guest' && isKernelFault(it)),
      huge: sum((it) => it.role === 'guest' && it.number === PAGE_ALLOC + HUGE_ORDER),
    },
    sentryFaults,
    ownFaults: sum((it) => it.role === 'sentry' && (isUserFault(it) || isKernelFault(it))),
    signalledCalls: sum((it) => it.role === 'stub' && it.number === SIGNAL + SIGSYS),
    hostOpens: hostOpensIn(trial, span, names['openat']),
    populates: sum((it) => it.role === 'sentry' && it.number === names['madvise']),
    stubFaults: resolved(
      userFault((code) => (code & 2) === 2, 'stub'),
      userFault((code) => (code & 2) === 0, 'stub'),
      sentryFaults,
    ),
    taken: { stubs: taken('stub'), sentry: taken('sentry') },
    usage: usageIn(trial.usage, span),
    cpuNs: cpuIn(trial.host, span),
    wallNs: span.wallNs,
    stretches: stretchesOf(trial, span),
  };
}

/** @returns `null` where the kernel does not tell: no program starts without mapping a file */
function fileFaults({ counts }: InstrumentedTrial, span: Span): number | null {
  const all = counts!.filter((it) => it.number === FILE_FAULT);
  if (all.length === 0) return null;
  return all.reduce((sum, it) => sum + (it.role === 'guest' && span.holds(it.segment) ? it.count : 0), 0);
}

/** What is left of faults when those that the sentry had to resolve are taken out, of either kind by its share. */
function resolved(written: number, read: number, sentry: number): Activity['stubFaults'] {
  const share = written + read === 0 ? 0 : Math.max(0, 1 - sentry / (written + read));
  return { written: written * share, read: read * share };
}

function average(all: readonly Activity[]): Activity {
  const of = (value: (it: Activity) => number): number => all.reduce((sum, it) => sum + value(it), 0) / all.length;
  const counted = (map: (it: Activity) => ReadonlyMap<number, number>): Map<number, number> => {
    const keys = new Set(all.flatMap((it) => [...map(it).keys()]));
    return new Map([...keys].map((key) => [key, of((it) => map(it).get(key) ?? 0)]));
  };
  const roles = new Set(all.flatMap(({ cpuNs }) => Object.keys(cpuNs) as SandboxRole[]));
  return {
    calls: counted(({ calls }) => calls),
    gaps: counted(({ gaps }) => gaps),
    faults: {
      written: of(({ faults }) => faults.written),
      read: of(({ faults }) => faults.read),
      copied: of(({ faults }) => faults.copied),
      kernel: of(({ faults }) => faults.kernel),
      file: of(({ faults }) => faults.file),
      huge: of(({ faults }) => faults.huge),
    },
    sentryFaults: of((it) => it.sentryFaults),
    ownFaults: of((it) => it.ownFaults),
    signalledCalls: of((it) => it.signalledCalls),
    mostTrapped: counted((it) => it.mostTrapped),
    hostOpens: of((it) => it.hostOpens),
    populates: of((it) => it.populates),
    stubFaults: { written: of(({ stubFaults }) => stubFaults.written), read: of(({ stubFaults }) => stubFaults.read) },
    taken: { stubs: of(({ taken }) => taken.stubs), sentry: of(({ taken }) => taken.sentry) },
    usage: {
      userNs: of(({ usage }) => usage.userNs),
      systemNs: of(({ usage }) => usage.systemNs),
      faults: of(({ usage }) => usage.faults),
      waits: of(({ usage }) => usage.waits),
      preemptions: of(({ usage }) => usage.preemptions),
      readBytes: of(({ usage }) => usage.readBytes),
      writtenBytes: of(({ usage }) => usage.writtenBytes),
    },
    cpuNs: Object.fromEntries([...roles].map((role) => [role, of(({ cpuNs }) => cpuNs[role] ?? 0)])),
    wallNs: of((it) => it.wallNs),
    stretches: all[0]!.stretches.map((_, i) => {
      const each = (value: (it: Stretch) => number): number =>
        of(({ stretches }) => (stretches[i] ? value(stretches[i]) : 0));
      return {
        calls: each((it) => it.calls),
        userNs: each((it) => it.userNs),
        systemNs: each((it) => it.systemNs),
        waits: each((it) => it.waits),
        wallNs: each((it) => it.wallNs),
      };
    }),
  };
}
