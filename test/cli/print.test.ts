import { describe, expect, it } from 'vitest';
import { durationText } from '../../src/cli/print.js';

describe('a duration', () => {
  it.each([
    [850, '850 ms'],
    [2250, '2.3 s'],
    [99_940, '99.9 s'],
    [119_600, '2 min 0 s'],
    [719_700, '12 min 0 s'],
    [726_000, '12 min 6 s'],
  ])('of %d ms is %s', (ms, text) => expect(durationText(ms)).toBe(text));
});
