import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { progressOf, readGuestEvents, type GuestTale } from '../../src/measure/guest-events.js';

const REAL = 1_700_000_000_000_000_000n;
const MONO = 5_000_000_000n;

/** Events that arrive 1 ms after the spawn and then every 1 ms. */
function told(...events: readonly unknown[]): GuestTale {
  const lines = events.map((event, i) => ({
    text: typeof event === 'string' ? event : JSON.stringify(event),
    arrivedMonoNs: MONO + BigInt(i + 1) * 1_000_000n,
  }));
  return readGuestEvents(lines, { realNs: REAL, monoNs: MONO }, 'rows');
}

/** A mark as a guest writes it: nanoseconds of real time, more digits than a double holds. */
const mark = (name: string, sinceSpawnNs: number | bigint): string =>
  `{"e":"mark","name":"${name}","t":${REAL + BigInt(sinceSpawnNs)}}`;
const digest = (digit: string) => ({ e: 'digest', value: `sha256:${digit.repeat(64)}` });

describe('what a guest says', () => {
  it('becomes marks, samples, values, digest and its view from inside', () => {
    const tale = told(
      mark('guest', 900_000),
      { e: 'inside', kernel: '4.19.0-gvisor', cpus: 2, mem: 1e9 },
      { e: 'iteration', i: 0, ns: 2e6, work: 100 },
      { e: 'iteration', i: 1, ns: 1e6 },
      { e: 'part', name: 'q1', i: 0, ns: 5 },
      { e: 'syscall', name: 'getppid', ns: [1.5, 2.5] },
      { e: 'clock', ns: [30] },
      { e: 'value', name: 'part/load_ns', value: 7, unit: 'ns' },
      digest('a'),
    );
    expect(tale.problem).toBeNull();
    expect(tale.marks['guest']).toBeCloseTo(900_000, -3);
    expect(tale.inside).toEqual({ kernelRelease: '4.19.0-gvisor', cpus: 2, memTotalBytes: 1e9 });
    expect(tale.samples).toEqual([
      { metric: 'iteration_ns', unit: 'ns', iteration: 0, value: 2e6 },
      { metric: 'throughput', unit: 'rows/s', iteration: 0, value: 50_000 },
      { metric: 'iteration_ns', unit: 'ns', iteration: 1, value: 1e6 },
      { metric: 'part/q1_ns', unit: 'ns', iteration: 0, value: 5 },
      { metric: 'syscall_ns/getppid', unit: 'ns', iteration: 0, value: 1.5 },
      { metric: 'syscall_ns/getppid', unit: 'ns', iteration: 1, value: 2.5 },
      { metric: 'guest_clock_ns', unit: 'ns', iteration: 0, value: 30 },
    ]);
    expect(tale.values).toEqual({ 'part/load_ns': 7 });
    expect(tale.digest).toBe(`sha256:${'a'.repeat(64)}`);
  });

  it('may be how far it is, which only those see who watch', () => {
    const line = (event: unknown) => ({ text: JSON.stringify(event), arrivedMonoNs: MONO });
    expect(progressOf(line({ e: 'progress', done: 5 }))).toBe(5);
    for (const wrong of [{ e: 'progress', done: -1 }, { e: 'progress' }, { e: 'clock', ns: [1] }, 'progress'])
      expect(progressOf(line(wrong))).toBeNull();
    expect(told({ e: 'progress', done: 5 })).toMatchObject({ problem: null, samples: [], values: {} });
    expect(told({ e: 'progress', done: 'much' }).problem).toContain('done');
  });

  it('has no throughput where the workload has no unit of work', () => {
    const line = { text: '{"e":"iteration","i":0,"ns":5,"work":3}', arrivedMonoNs: MONO };
    expect(readGuestEvents([line], { realNs: REAL, monoNs: MONO }, null).samples).toHaveLength(1);
  });

  it('has a kernel of one plain line, whatever the guest calls it', () => {
    const tale = told({ e: 'inside', kernel: '6.1\u001b[31m\n=HYPERLINK()\u2028', cpus: 2, mem: 1e9 });
    expect(tale.inside?.kernelRelease).toBe('6.1 [31m =HYPERLINK()');
  });

  it('may be nothing', () => {
    expect(told()).toMatchObject({ marks: {}, samples: [], digest: null, clockErrorNs: null, problem: null });
  });

  it('may stand in fields that are not known yet', () => {
    expect(told({ e: 'iteration', i: 0, ns: 5, new: true }).problem).toBeNull();
  });
});

describe('marks', () => {
  it('count once: the first of a name', () => {
    expect(told(mark('done', 1000), mark('done', 500_000)).marks['done']).toBeCloseTo(1000, -3);
  });

  it('bound the clock’s error by the least delay until they arrived', () => {
    const tale = told(mark('guest', 400_000), mark('imports', 1_900_000));
    expect(tale.clockErrorNs).toBeCloseTo(100_000, -3);
  });

  it('may be rounded by JSON to just before the spawn, and no further', () => {
    expect(told(mark('guest', -200)).problem).toBeNull();
    expect(told(mark('guest', -200)).marks['guest']).toBe(0);
    expect(told(mark('guest', -1_000_000)).problem).toMatch(/mark guest lies \d+ ns before the spawn/);
  });

  it('that come from a clock far ahead are none', () => {
    expect(told(mark('guest', 3_000_000_000)).problem).toMatch(/after its arrival/);
  });
});

describe('an event that is not valid', () => {
  it.each([
    ['no JSON', 'hello'],
    ['empty', ''],
    ['cut off', '{"e":"iteration","i":0,'],
    ['binary', Buffer.from([0, 255, 254, 10, 1]).toString('utf8')],
    ['no object', '[]'],
    ['null', 'null'],
    ['of no kind', '{}'],
    ['of an unknown kind', { e: 'exec', command: 'rm' }],
    ['a kind that is a method of all objects', { e: 'constructor' }],
    ['an unknown mark', mark('deleted', 5)],
    ['a mark as text', '{"e":"mark","name":"guest","t":"1700000000000000000"}'],
    ['a mark with a fraction', '{"e":"mark","name":"guest","t":1.5}'],
    ['a negative time', { e: 'iteration', i: 0, ns: -1 }],
    ['NaN', '{"e":"iteration","i":0,"ns":NaN}'],
    ['null for NaN', { e: 'iteration', i: 0, ns: Number.NaN }],
    ['an infinite time', '{"e":"iteration","i":0,"ns":1e999}'],
    ['a time beyond any trial', { e: 'iteration', i: 0, ns: 1e300 }],
    ['an iteration beyond 32 bits', { e: 'iteration', i: 2 ** 31, ns: 1 }],
    ['half an iteration', { e: 'iteration', i: 0.5, ns: 1 }],
    ['no work', { e: 'iteration', i: 0, ns: 1, work: 0 }],
    ['a part that is a path', { e: 'part', name: '../../etc', i: 0, ns: 1 }],
    ['a part that is HTML', { e: 'part', name: '<script>', i: 0, ns: 1 }],
    ['too many values', { e: 'syscall', name: 'getppid', ns: Array.from({ length: 1001 }, () => 1) }],
    ['a value that is text', { e: 'syscall', name: 'getppid', ns: ['1'] }],
    ['a digest of another length', { e: 'digest', value: 'sha256:abc' }],
    ['a digest in capitals', { e: 'digest', value: `sha256:${'A'.repeat(64)}` }],
    ['no CPU', { e: 'inside', kernel: 'x', cpus: 0, mem: 1 }],
    ['a long kernel', { e: 'inside', kernel: 'x'.repeat(257), cpus: 1, mem: 1 }],
  ])('is a problem, said in one bounded line: %s', (_what, event) => {
    const tale = told({ e: 'iteration', i: 0, ns: 5 }, event, { e: 'iteration', i: 1, ns: 6 });
    expect(tale.problem).toMatch(/^event 2 is not valid: [^\p{Cc}]+$/u);
    expect(tale.problem!.length).toBeLessThan(300);
    // What was said before and after stays, for whoever looks for the cause.
    expect(tale.samples.map(({ value }) => value)).toEqual([5, 6]);
  });

  it('does not repeat what the guest wrote', () => {
    expect(told({ e: '\u001b[31mred', '\u001b[2J': 1 }).problem).not.toContain('\u001b');
  });

  it.each([
    'wall_ns',
    'startup_ns',
    'cpu_ns',
    'peak_bytes',
    'vmas',
    'faults',
    'ctx_switches',
    'nothing_ns',
    'constructor',
    '__proto__',
  ])('is a value of %s, which is not the guest’s to measure', (name) => {
    const tale = told(`{"e":"value","name":"${name}","value":1,"unit":"ns"}`);
    expect(tale.problem).toBe('event 1 names no metric that a guest can measure');
    expect(tale.values).toEqual({});
  });

  it('is an iteration that took longer than the trial, alone or with the others', () => {
    const longer = /^iterations up to \d took longer than the trial itself$/;
    expect(told({ e: 'iteration', i: 0, ns: 9e17 }).problem).toMatch(longer);
    const each = { e: 'iteration', ns: 0.6e9 };
    expect(told({ ...each, i: 0 }).problem).toBeNull();
    expect(told({ ...each, i: 0 }, { ...each, i: 1 }).problem).toMatch(longer);
  });

  it('is an iteration that is also told as one value', () => {
    const one = { e: 'iteration', i: 0, ns: 5 };
    const value = { e: 'value', name: 'iteration_ns', value: 1, unit: 'ns' };
    expect(told(value).problem).toBeNull();
    for (const both of [
      [one, value],
      [value, one],
    ])
      expect(told(...both).problem).toBe('iteration_ns was told as one value and by iterations');
  });

  it('is a second, other digest; the same one twice is none', () => {
    expect(told(digest('a'), digest('a')).problem).toBeNull();
    expect(told(digest('a'), digest('b')).problem).toBe('two different digests were sent');
  });

  it('is named by the first that was wrong', () => {
    expect(told('x', 'y').problem).toMatch(/^event 1 /);
  });
});

describe('whatever a guest writes', () => {
  const finite = (value: number): boolean => Number.isFinite(value);

  it('never throws, and never gives a number that cannot be stored', () => {
    const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 53));
    const event = fc.oneof(
      fc.record({ e: fc.constant('iteration'), i: number, ns: number, work: number }),
      fc.record({ e: fc.constant('mark'), name: fc.constantFrom('guest', 'done'), t: number }),
      fc.record({ e: fc.constant('part'), name: fc.string(), i: number, ns: number }),
      fc.record({
        e: fc.constant('syscall'),
        name: fc.constantFrom('read', '__proto__'),
        ns: fc.array(number, { maxLength: 4 }),
      }),
      fc.record({
        e: fc.constant('value'),
        name: fc.constantFrom('throughput', 'part/a_ns'),
        value: number,
        unit: fc.string(),
      }),
      fc.record({ e: fc.constant('inside'), kernel: fc.string(), cpus: number, mem: number }),
      fc.json(),
      fc.string(),
    );
    // JSON.stringify writes -0 as 0; a guest can write it.
    const written = fc
      .array(event, { maxLength: 6 })
      .map((events) =>
        events.map((it) => (typeof it === 'string' ? it : JSON.stringify(it).replaceAll(':0,', ':-0,'))),
      );
    fc.assert(
      fc.property(written, (events) => {
        const { samples, values, marks, clockErrorNs, inside, problem } = told(...events);
        for (const sample of samples) {
          expect(finite(sample.value)).toBe(true);
          expect(Object.is(sample.iteration | 0, sample.iteration)).toBe(true);
        }
        expect([...Object.values(values), ...Object.values(marks), clockErrorNs ?? 0].every(finite)).toBe(true);
        expect(inside?.kernelRelease ?? '').not.toMatch(/[\p{Cc}\p{Zl}]/u);
        expect(problem ?? '').not.toMatch(/\p{Cc}/u);
      }),
      { numRuns: 500 },
    );
  });

  it('takes no longer than a moment, even 100,000 lines of nothing', () => {
    const started = performance.now();
    told(...Array.from({ length: 100_000 }, () => ''));
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
