import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EventLines } from '../../src/process/event-lines.js';
import { FramedEvents } from '../../src/process/framed-events.js';

it('tells events from text wherever the stream was cut', () => {
  const bytes = Buffer.from('warning\n\u{1E}{"e":1}\nhalf a line\u{1E}{"e":2}\n and its end\n');
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
      const events = new EventLines();
      let text = '';
      const framed = new FramedEvents(events, (chunk) => (text += chunk.toString()));
      const borders = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      for (const [i, end] of borders.slice(1).entries()) framed.push(bytes.subarray(borders[i], end));
      expect(events.lines.map((line) => line.text)).toEqual(['{"e":1}', '{"e":2}']);
      expect(text).toBe('warning\nhalf a line and its end\n');
    }),
  );
});
