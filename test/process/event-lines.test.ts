import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_LINE_BYTES, EVENT_TOTAL_BYTES, EventLines, type StampedLine } from '../../src/process/event-lines.js';

function read(...chunks: readonly (string | Buffer)[]): EventLines {
  const events = new EventLines();
  for (const chunk of chunks) events.push(Buffer.from(chunk));
  return events;
}

const texts = (events: EventLines): string[] => events.lines.map(({ text }) => text);

describe('lines of the guest’s channel', () => {
  it('are the same wherever the stream was cut into chunks, also inside a character', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 30 })), fc.array(fc.nat(400)), (written, cuts) => {
        const lines = written.map((line) => line.replaceAll('\n', ' '));
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const borders = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
        const events = read(...borders.slice(1).map((end, i) => bytes.subarray(borders[i], end)));
        expect(texts(events)).toEqual(lines.map((line) => Buffer.from(line).toString('utf8')));
        expect(events.problem).toBeNull();
      }),
    );
  });

  it('are told at once, stamped with the time of their arrival, which never goes back', () => {
    const told: StampedLine[] = [];
    const events = new EventLines((line) => told.push(line));
    const before = process.hrtime.bigint();
    events.push(Buffer.from('a\nb'));
    expect(told.map(({ text }) => text)).toEqual(['a']);
    events.push(Buffer.from('\n'));
    const after = process.hrtime.bigint();
    const stamps = [before, ...told.map((line) => line.arrivedMonoNs), after];
    expect(stamps).toEqual(stamps.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(events.lines).toEqual(told);
  });

  it('do not hold a last one that was cut off, which is a problem', () => {
    const events = read('{"a":1}\n{"b":');
    expect(texts(events)).toEqual(['{"a":1}']);
    expect(events.problem).toMatch(/cut off/);
  });

  it('may be as long as the limit, and not a byte longer', () => {
    expect(read(`${'x'.repeat(EVENT_LINE_BYTES)}\n`).problem).toBeNull();
    const tooLong = read('ok\n', `${'x'.repeat(EVENT_LINE_BYTES + 1)}\n`, 'after\n');
    expect(tooLong.problem).toMatch(/more than 65536 bytes/);
    expect(texts(tooLong)).toEqual(['ok']);
  });

  it('are not waited for when a line never ends: reading stops, and holds no more', () => {
    const events = new EventLines();
    for (let i = 0; i < 70; i++) events.push(Buffer.alloc(1024, 'x'));
    expect(events.problem).toMatch(/more than 65536 bytes/);
    events.push(Buffer.from('\nlater\n'));
    expect(texts(events)).toEqual([]);
  });

  it('are bounded in all', () => {
    const line = `${'y'.repeat(1023)}\n`;
    const most = Buffer.from(line.repeat(EVENT_TOTAL_BYTES / 1024));
    expect(read(most).problem).toBeNull();
    const events = read(most, 'z');
    expect(events.problem).toMatch(/more than 4194304 bytes/);
    expect(events.lines).toHaveLength(4096);
  });

  it('are bounded in number: empty ones are cheap to send and dear to keep', () => {
    const events = read(Buffer.alloc(EVENT_TOTAL_BYTES, '\n'));
    expect(events.problem).toMatch(/more than 100000 events/);
    expect(events.lines).toHaveLength(100_000);
  });
});
