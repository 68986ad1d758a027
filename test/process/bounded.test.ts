import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedText } from '../../src/process/index.js';

function pushed(maxBytes: number, ...chunks: readonly (string | Buffer)[]): BoundedText {
  const text = new BoundedText(maxBytes);
  for (const chunk of chunks) text.push(Buffer.from(chunk));
  return text;
}

describe('what is kept of a stream', () => {
  it('is all of it while it fits', () => {
    expect(pushed(10, 'abc', 'defg', 'hij').text()).toBe('abcdefghij');
    expect(pushed(10).text()).toBe('');
  });

  it('is the beginning and the end when it does not fit, and says how much is missing', () => {
    const text = pushed(8, 'begin', '-middle-', 'the end');
    expect(text.text()).toBe('begi\n… 12 bytes not kept …\n end');
    expect(text.totalBytes).toBe(20);
  });

  it('does not depend on where the stream was cut into chunks', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.nat(200)),
        fc.integer({ min: 2, max: 60 }),
        (bytes, cuts, max) => {
          const borders = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
          const chunks = borders.slice(1).map((end, i) => Buffer.from(bytes.subarray(borders[i], end)));
          const whole = pushed(max, Buffer.from(bytes));
          expect(pushed(max, ...chunks).text()).toBe(whole.text());
          expect(whole.totalBytes).toBe(bytes.length);
        },
      ),
    );
  });

  it('leaves a character whole that stands across the middle', () => {
    expect(pushed(8, 'abcö', 'xyz').text()).toBe('abcöxyz');
    expect(pushed(8, 'abc', Buffer.from([0xc3]), Buffer.from([0xb6]), 'xyz').text()).toBe('abcöxyz');
  });

  it('is text even of bytes that are none', () => {
    expect(pushed(100, 'a', Buffer.from([0xff, 0xfe, 0xc3]), 'b').text()).toBe('a\ufffd\ufffd\ufffdb');
  });

  it('takes bounded memory for an endless stream', () => {
    const text = new BoundedText(64 * 1024);
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    globalThis.gc?.();
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 1024; i++) text.push(chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 2 ** 20);
    expect(text.totalBytes).toBe(2 ** 30);
    expect(text.text().length).toBeLessThan(64 * 1024 + 100);
  });

  it('does not keep the caller’s buffer, which may be used again', () => {
    const text = new BoundedText(10);
    const chunk = Buffer.from('abc');
    text.push(chunk);
    chunk.fill('X');
    expect(text.text()).toBe('abc');
  });
});
