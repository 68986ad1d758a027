import { describe, expect, it } from 'vitest';
import { parseCounts, parseFilters, reachOf } from '../../src/study/index.js';
import type { FilterInstruction } from '../../src/study/surface.js';

const NAMES = { x64: { read: 0, write: 1, ioctl: 16, clone: 56 }, arm64: { read: 63 } };
const [ALLOW, ERRNO, KILL, LOG] = [0x7fff0000, 0x00050001, 0x80000000, 0x7ffc0000];
const X64 = 0xc000003e;
const load = (offset: number): FilterInstruction => ({ code: 0x20, jt: 0, jf: 0, k: offset });
const jump = (code: number, k: number, jt: number, jf: number): FilterInstruction => ({ code, jt, jf, k });
const equals = (k: number, jt: number, jf: number) => jump(0x15, k, jt, jf);
const answer = (k: number): FilterInstruction => ({ code: 0x06, jt: 0, jf: 0, k });
const reach = (...filters: FilterInstruction[][]) => reachOf(filters, 'x64', NAMES);
const allow = (number: number): FilterInstruction[] => [load(0), equals(number, 0, 1), answer(ALLOW), answer(ERRNO)];

describe('what a filter lets in', () => {
  it('is everything where there is none', () => {
    expect(reach()).toEqual({ always: ['read', 'write', 'ioctl', 'clone'], sometimes: [] });
  });

  it('is told by number', () => {
    expect(reach(allow(1))).toEqual({ always: ['write'], sometimes: [] });
  });

  it('is nothing of another architecture', () => {
    const filter = [load(4), equals(X64, 1, 0), answer(KILL), answer(ALLOW)];
    expect(reach(filter).always).toHaveLength(4);
    expect(reachOf([filter], 'arm64', NAMES)).toEqual({ always: [], sometimes: [] });
  });

  it('depends on arguments where the filter looks at them, also through memory, X and arithmetic', () => {
    // ioctl with 0x5401 only, the argument taken through X and a mask
    const filter = [
      load(0),
      equals(16, 1, 0),
      answer(ERRNO),
      load(24),
      { code: 0x02, jt: 0, jf: 0, k: 3 },
      { code: 0x61, jt: 0, jf: 0, k: 3 },
      { code: 0x87, jt: 0, jf: 0, k: 0 },
      { code: 0x54, jt: 0, jf: 0, k: 0xffff },
      equals(0x5401, 0, 1),
      answer(ALLOW),
      answer(ERRNO),
    ];
    expect(reach(filter)).toEqual({ always: [], sometimes: ['ioctl'] });
  });

  it('follows ranges and jumps as they are', () => {
    // numbers above 15 only, by >=, and one jump over a refusal
    const filter = [load(0), jump(0x35, 16, 0, 2), jump(0x05, 1, 0, 0), answer(ERRNO), answer(LOG)];
    expect(reach(filter).always).toEqual(['read', 'write', 'ioctl', 'clone']);
    const strict = [load(0), jump(0x25, 15, 0, 1), answer(LOG), answer(ERRNO)];
    expect(reach(strict).always).toEqual(['ioctl', 'clone']);
  });

  it('is what all filters on a process agree on', () => {
    expect(reach(allow(1), allow(1)).always).toEqual(['write']);
    expect(reach(allow(1), allow(0))).toEqual({ always: [], sometimes: [] });
  });

  it('counts as let in what cannot be followed: a program that runs past its end, an action taken from an argument', () => {
    expect(reach([load(0)]).always).toHaveLength(4);
    expect(reach([load(16), { code: 0x16, jt: 0, jf: 0, k: 0 }]).sometimes).toHaveLength(4);
  });
});

describe('what the host’s programs print', () => {
  it('is read as filters, or not at all', () => {
    expect(parseFilters('20:0:0:0 6:0:0:7fff0000\n6:0:0:0\n')).toEqual([[load(0), answer(ALLOW)], [answer(0)]]);
    expect(parseFilters('')).toEqual([]);
    expect(parseFilters('20:0:0\n')).toBeNull();
    expect(parseFilters('oops\n')).toBeNull();
    expect(parseFilters(`${Array.from({ length: 4097 }, () => '6:0:0:0').join(' ')}\n`)).toBeNull();
  });

  it('is read as counts, line by line', () => {
    expect(parseCounts('12 0 3 100 200 7\n\n12 x 3 1 2 0\n')).toEqual([
      { pid: 12, number: 0, count: 3, firstNs: 100n, lastNs: 200n, segment: 7 },
    ]);
  });
});
