import { describe, expect, it } from 'vitest';
import { count, duration, list, seed } from '../../src/cli/options.js';

describe('an option’s text', () => {
  it.each([
    ['a', ['a']],
    ['a,b,c', ['a', 'b', 'c']],
    [' a , b,', ['a', 'b']],
  ])('%j is a list', (text, items) => expect(list(text)).toEqual(items));

  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['1.5h', 5_400_000],
    ['0.5s', 500],
  ])('%j is a duration', (text, ms) => expect(duration(text)).toBe(ms));

  it.each([
    ['1', 1],
    ['30', 30],
  ])('%j is a number of blocks', (text, value) => expect(count(text)).toBe(value));

  it.each([
    ['0', 0],
    ['4294967295', 4_294_967_295],
  ])('%j is a seed', (text, value) => expect(seed(text)).toBe(value));

  it.each([
    ['a list', list, ['', ' ', ',', ' , ']],
    ['a duration', duration, ['', '15', '15 m', '-1s', '0s', '0.0h', '1d', '1e3s', 'm', '15m30s', 'Infinityh']],
    ['a number of blocks', count, ['', '0', '-1', '1.5', 'two', 'NaN', 'Infinity']],
    ['a seed', seed, ['-1', '1.5', '4294967296', 'x', 'NaN']],
  ] as const)('is refused where it is no %s, saying what was expected', (_what, parse, texts) => {
    for (const text of texts) {
      expect(() => parse(text)).toThrow(
        expect.objectContaining({
          code: 'commander.invalidArgument',
          message: expect.stringMatching(/^expected /) as unknown,
        }),
      );
    }
  });
});
