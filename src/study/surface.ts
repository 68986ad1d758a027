import type { FilterReach, SyscallNames } from '../model/index.js';

/** An instruction of classic BPF (`struct sock_filter`). */
export interface FilterInstruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 (include/uapi/linux/audit.h). */
const AUDIT_ARCH: Readonly<Record<keyof SyscallNames, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 };
/** Offsets in `struct seccomp_data` of what is known before the call: its number and the architecture. */
const [NUMBER, ARCH] = [0, 4];
/** Actions that let the call into the kernel (include/uapi/linux/seccomp.h). */
const LETS_IN: ReadonlySet<number> = new Set([0x7fff0000, 0x7ffc0000]);
/** Longer programs are refused by the kernel (BPF_MAXINSNS). */
const MOST_INSTRUCTIONS = 4096;

/**
 * Filters as `provision/filters.c` prints them, one a line.
 * @returns `null` when a line is no filter
 */
export function parseFilters(text: string): FilterInstruction[][] | null {
  const lines = text.split('\n').filter((line) => line !== '');
  const filters = lines.map((line) =>
    line.split(' ').map((word) => {
      const [code = NaN, jt = NaN, jf = NaN, k = NaN] = word.split(':').map((hex) => Number.parseInt(hex, 16));
      return { code, jt, jf, k };
    }),
  );
  const valid = filters.every(
    (filter) => filter.length <= MOST_INSTRUCTIONS && filter.every((it) => !Object.values(it).some(Number.isNaN)),
  );
  return valid ? filters : null;
}

/**
 * Which system calls get through all filters of a process: with any arguments, or with some. Every path of each filter is followed with the number
 * known and the arguments not; paths that contradict each other are not told apart, so `sometimes` is an upper bound.
 */
export function reachOf(
  filters: readonly FilterInstruction[][],
  arch: keyof SyscallNames,
  names: SyscallNames,
): FilterReach {
  const always: string[] = [];
  const sometimes: string[] = [];
  for (const [name, number] of Object.entries(names[arch])) {
    const answers = filters.map((filter) => answersTo(filter, number, AUDIT_ARCH[arch]));
    if (answers.every((it) => it.letsIn && !it.refuses)) always.push(name);
    else if (answers.every((it) => it.letsIn)) sometimes.push(name);
  }
  return { always, sometimes };
}

interface Answers {
  letsIn: boolean;
  refuses: boolean;
}

/** What is known of the machine at one place: `null` is any value. */
interface State {
  readonly at: number;
  readonly a: number | null;
  readonly x: number | null;
  readonly memory: readonly (number | null)[];
}

/** Follows every path that a filter can take for a number. Source of the instructions: linux/Documentation/networking/filter.rst. */
function answersTo(filter: readonly FilterInstruction[], number: number, audit: number): Answers {
  const answers: Answers = { letsIn: false, refuses: false };
  const open: State[] = [{ at: 0, a: 0, x: 0, memory: [] }];
  const been = new Set<string>();
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const key = `${state.at} ${state.a} ${state.x} ${state.memory.join()}`;
    if (been.has(key)) continue;
    been.add(key);
    const instruction = filter[state.at];
    // The kernel accepts no filter that can run past its end; what cannot be read is not counted as contained.
    if (instruction === undefined) answers.letsIn = true;
    else open.push(...step(instruction, state, answers, number, audit));
  }
  return answers;
}

/** @returns where it can go on; nowhere after a return, which goes into `answers` */
function step(
  { code, jt, jf, k }: FilterInstruction,
  state: State,
  answers: Answers,
  number: number,
  audit: number,
): State[] {
  const { at, a, x, memory } = state;
  const next = { ...state, at: at + 1 };
  const mode = code & 0xe0;
  switch (code & 0x07) {
    case 0x00: // load into A
      return [{ ...next, a: loaded(mode, k, memory, number, audit) }];
    case 0x01: // load into X
      return [{ ...next, x: loaded(mode, k, memory, number, audit) }];
    case 0x02: // store A
    case 0x03: // store X
      return [{ ...next, memory: stored(memory, k, (code & 0x07) === 0x02 ? a : x) }];
    case 0x04: // arithmetic
      return [{ ...next, a: computed(code & 0xf0, a, (code & 0x08) === 0 ? k : x) }];
    case 0x05: {
      if ((code & 0xf0) === 0) return [{ ...state, at: at + 1 + k }];
      const holds = compared(code & 0xf0, a, (code & 0x08) === 0 ? k : x);
      const [yes, no] = [
        { ...state, at: at + 1 + jt },
        { ...state, at: at + 1 + jf },
      ];
      return holds === null ? [yes, no] : [holds ? yes : no];
    }
    case 0x06: {
      const action = (code & 0x18) === 0x10 ? a : k;
      const letsIn = action === null || LETS_IN.has((action & 0xffff0000) >>> 0);
      if (letsIn) answers.letsIn = true;
      if (!letsIn || action === null) answers.refuses = true;
      return [];
    }
    default: // between A and X
      return [(code & 0xf8) === 0x80 ? { ...next, a: x } : { ...next, x: a }];
  }
}

function loaded(mode: number, k: number, memory: State['memory'], number: number, audit: number): number | null {
  if (mode === 0x00) return k;
  if (mode === 0x60) return memory[k] ?? null;
  if (mode === 0x80) return 64; // the size of struct seccomp_data
  if (mode !== 0x20) return null;
  return k === NUMBER ? number : k === ARCH ? audit : null;
}

function stored(memory: State['memory'], k: number, value: number | null): State['memory'] {
  return Array.from({ length: 16 }, (_, i) => (i === k ? value : (memory[i] ?? null)));
}

function computed(operation: number, a: number | null, b: number | null): number | null {
  if (a === null || b === null) return null;
  switch (operation) {
    case 0x00:
      return (a + b) >>> 0;
    case 0x10:
      return (a - b) >>> 0;
    case 0x20:
      return Math.imul(a, b) >>> 0;
    case 0x40:
      return (a | b) >>> 0;
    case 0x50:
      return (a & b) >>> 0;
    case 0x60:
      return b > 31 ? 0 : (a << b) >>> 0;
    case 0x70:
      return b > 31 ? 0 : a >>> b;
    case 0x80:
      return -a >>> 0;
    case 0xa0:
      return (a ^ b) >>> 0;
    default:
      return null;
  }
}

function compared(operation: number, a: number | null, b: number | null): boolean | null {
  if (a === null || b === null) return null;
  switch (operation) {
    case 0x10:
      return a === b;
    case 0x20:
      return a > b;
    case 0x30:
      return a >= b;
    case 0x40:
      return (a & b) !== 0;
    default:
      return null;
  }
}

/** Page faults are counted like calls: under these numbers plus the error code of the fault, of a program and of the kernel on its behalf. */
export const FAULT_USER = 0x10000;
export const FAULT_KERNEL = 0x20000;
/** Signals that a process makes, under this plus the signal's number. */
export const SIGNAL = 0x30000;
/** Faults that found pages of a file in memory, which maps some around as well; counted as faults besides. */
export const FILE_FAULT = 0x40000;
/** Pieces of memory that the kernel took for a process, under this plus the order of their size: 2^order pages. */
export const PAGE_ALLOC = 0x50000;
/** How long a thread was out of system calls before each one, under this plus the whole part of log2 of its nanoseconds. */
export const GAP = 0x60000;
/** System calls that a seccomp filter turned into signals, under this plus their number: those that gVisor could not patch. */
export const TRAPPED = 0x70000;

/** A system call that a process made, or from `FAULT_USER` on a kind of page fault it took, as `provision/syscount.c` prints it. Times are ns of the host's monotonic clock. */
export interface SyscallCount {
  readonly pid: number;
  readonly number: number;
  readonly count: number;
  readonly firstNs: bigint;
  readonly lastNs: bigint;
  /** Piece of the sandbox's life; 0 where nobody began others. */
  readonly segment: number;
}

/** Reads what `provision/syscount.c` printed. */
export function parseCounts(text: string): SyscallCount[] {
  return text.split('\n').flatMap((line) => {
    const match = /^(\d+) (\d+) (\d+) (\d+) (\d+) (\d+)$/.exec(line);
    if (!match) return [];
    const [, pid, number, count, first, last, segment] = match;
    return [
      {
        pid: Number(pid),
        number: Number(number),
        count: Number(count),
        firstNs: BigInt(first!),
        lastNs: BigInt(last!),
        segment: Number(segment),
      },
    ];
  });
}
