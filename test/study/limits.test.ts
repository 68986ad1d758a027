import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadLimits } from '../../src/config/index.js';
import type { Limit, Outcome } from '../../src/model/index.js';
import { cpuShare, lastWords, limitProblems, limitRow, type UsageSample } from '../../src/study/index.js';

const LIMITS = loadLimits(join(import.meta.dirname, '../../probes'));
const limit = (id: string): Limit => LIMITS.find((it) => it.id === id)!;
const KILLED: Outcome = { kind: 'oom-killed', limitBytes: 1, reason: 'x' };
const DONE: Outcome = { kind: 'completed' };
const said = (reached: number, seen?: string): string =>
  JSON.stringify(seen === undefined ? { reached } : { reached, seen });
const sample = (atMs: number, more: Partial<UsageSample> = {}): UsageSample => ({
  atMs,
  cpuNs: null,
  peakBytes: null,
  swapBytes: null,
  ...more,
});
const row = (id: string, found: Partial<Parameters<typeof limitRow>[3]>, kind: 'native' | 'gvisor' = 'native') =>
  limitRow(limit(id), kind === 'native' ? 'native' : 'gvisor-systrap', kind, {
    outcome: DONE,
    stdout: '',
    samples: [],
    beganMs: null,
    wallMs: null,
    ...found,
  });

describe('what a program said last', () => {
  it('is its last line that is one, whatever else stands there', () => {
    expect(lastWords(`${said(1)}\nhello\n${said(2)}\n{"reached": 3`)).toEqual({ reached: 2, seen: null });
    expect(lastWords(`${said(1)}\n${said(9, 'EMFILE\u001b[2J')}\n`).seen).not.toMatch(/\p{Cc}/u);
    for (const odd of ['{"reached": -1}', '{"reached": "9"}', '{"reached": 1e999}', 'null', '[]', '']) {
      expect(lastWords(odd)).toEqual({ reached: null, seen: null });
    }
  });
});

describe('the share of CPU time', () => {
  const busy = (share: number, ms: number) =>
    Array.from({ length: ms / 10 + 1 }, (_, i) => sample(i * 10, { cpuNs: i * 10 * share * 1e6 }));

  it('is taken while the work is in its stride', () => {
    expect(cpuShare(busy(0.5, 5000), 0)).toBeCloseTo(0.5, 6);
    // What was used before it began does not count.
    const later = busy(0.5, 5000).map((it) => ({ ...it, cpuNs: it.cpuNs! + 9e12 }));
    expect(cpuShare(later, 100)).toBeCloseTo(0.5, 6);
  });

  it('is not known when the work did not begin, was short, or the host does not count', () => {
    expect(cpuShare(busy(0.5, 5000), null)).toBeNull();
    expect(cpuShare(busy(0.5, 1000), 0)).toBeNull();
    expect(cpuShare([sample(600), sample(3400)], 0)).toBeNull();
  });
});

describe('a limit', () => {
  it('is not held, nor excused, by a program that ended before it tried', () => {
    const gone: Outcome = { kind: 'failed', exitCode: 3, reason: 'gone' };
    for (const id of ['memory', 'untouched-memory', 'wall-clock']) {
      const found = row(id, { outcome: gone, samples: [sample(10, { peakBytes: 2e6 })], wallMs: 86 }, 'gvisor');
      expect(found).toMatchObject({ limit: id, answer: 'not-enforced', ok: false, reason: null });
    }
  });

  it('of memory is held when its peak stays close and the program ends, and says how soon', () => {
    const { asked } = limit('memory');
    const samples = [0, 10, 40].map((atMs, i) => sample(atMs, { peakBytes: [1, asked, asked][i]! }));
    expect(row('memory', { outcome: KILLED, stdout: said(5), samples })).toMatchObject({
      enforced: asked,
      answer: 'enforced',
      seen: 'killed: SIGKILL',
      afterMs: 30,
      ok: true,
    });
    const over = [sample(0, { peakBytes: asked * 1.06 })];
    expect(row('memory', { outcome: KILLED, samples: over })).toMatchObject({ answer: 'not-enforced', ok: false });
    expect(row('memory', { stdout: said(2 * asked, 'silence'), samples })).toMatchObject({ ok: false });
  });

  it('that is exact is held to the unit, and only when the program was told', () => {
    expect(row('open-files', { stdout: said(256, 'EMFILE') }).answer).toBe('enforced');
    expect(row('open-files', { stdout: said(255, 'EMFILE') }).answer).toBe('not-enforced');
    expect(row('open-files', { stdout: said(256) }).answer).toBe('not-enforced');
    expect(row('open-files', { stdout: said(256, 'silence') }).answer).toBe('not-enforced');
  });

  it('of CPU time is held within its tolerance, on both sides', () => {
    const samples = (share: number) => [0, 500, 3500].map((atMs) => sample(atMs, { cpuNs: atMs * share * 1e6 }));
    expect(row('cpu-quota', { samples: samples(0.51), beganMs: 0 }).answer).toBe('enforced');
    expect(row('cpu-quota', { samples: samples(0.54), beganMs: 0 }).answer).toBe('not-enforced');
    expect(row('cpu-quota', { samples: samples(0.45), beganMs: 0 }).answer).toBe('not-enforced');
  });

  it('of the network is held when there is no way out', () => {
    expect(row('network', { stdout: said(0, 'ENETUNREACH') }).answer).toBe('enforced');
    expect(row('network', { stdout: said(1, 'silence') }).answer).toBe('not-enforced');
  });

  it('that was not measured is not held', () => {
    for (const { id } of LIMITS) expect(row(id, {}).answer).toBe('not-enforced');
  });

  it('that is not held is no problem where it is known why, and says so', () => {
    const memory = limit('untouched-memory');
    const gvisor = row(memory.id, { stdout: said(memory.asked, 'killed: SIGKILL') }, 'gvisor');
    expect(gvisor).toMatchObject({ answer: 'not-enforced', ok: true, reason: memory.known['gvisor'] });
    const native = row('threads', { stdout: said(200, 'silence') });
    expect(native).toMatchObject({ ok: false, reason: null });
    expect(limitProblems([gvisor, native])).toEqual(['threads in native: asked 100 processes, enforced 200 (silence)']);
  });

  it('has a program that runs into it', () => {
    expect(LIMITS.length).toBeGreaterThanOrEqual(12);
    for (const { id, asks, reference } of LIMITS) {
      expect(id).toMatch(/^[a-z-]+$/);
      expect(asks.length).toBeGreaterThan(20);
      expect(reference).toMatch(/^https:/);
    }
  });
});
