import { expect, test } from 'vitest';
import { duration, interval, number, quantity, ratio } from '../../src/report/format.js';
import { mdText } from '../../src/model/index.js';
import { block, listed, mdFence, oneLine } from '../../src/report/text.js';

test('one line has no control character, no direction mark and no more characters than asked', () => {
  expect(oneLine('a\u0000\u001b[31m\r\nb\u202ec\u2028d')).toBe('a [31m b c d');
  expect([...oneLine('😀'.repeat(500), 10)]).toHaveLength(10);
});

test('a block keeps its lines and its end', () => {
  expect(block('a\r\nb\u0007\n')).toBe('a\nb\ufffd');
  expect(block(`${'x'.repeat(9000)}end`, 100)).toMatch(/^…\nx+end$/);
});

test('Markdown cells cannot leave their cell, hold HTML, link, mention or refer', () => {
  expect(mdText('a|b')).toBe('a\\|b');
  expect(mdText('<img src=x>')).toBe('&lt;img src=x&gt;');
  expect(mdText('`code` [x](y) *b* ~s~')).toBe('\\`code\\` \\[x\\](y) \\*b\\* \\~s\\~');
  expect(mdText('a\\|b')).toBe('a\\\\\\|b');
  expect(mdText('ping @all see #12')).toBe('ping @<!-- -->all see #<!-- -->12');
  expect(mdText('https://evil.example www.evil.example')).not.toMatch(/https:|www\./);
  expect(mdText('wall_ns tpch@quick')).toBe('wall_ns tpch@quick');
});

test('a fence is longer than any in its content', () => {
  expect(mdFence('a\n````\nb')).toBe('`````\na\n````\nb\n`````');
});

test('values are said in the unit that fits', () => {
  expect(quantity(89_200_000, 'ns')).toBe('89.2 ms');
  expect(quantity(1_091_567_616, 'bytes')).toBe('1.02 GiB');
  expect(quantity(314, 'count')).toBe('314');
  expect(quantity(370_957.4, 'rows/s')).toBe('370,957 rows/s');
  expect(quantity(null, 'ns')).toBe('–');
  expect(number(0)).toBe('0');
  expect(ratio(0.0123)).toBe('0.012×');
  expect(duration(845_000)).toBe('14 min 05 s');
});

test('an interval says which end is open', () => {
  expect(interval(1.7, 2.31)).toBe('1.70–2.31');
  expect(interval(null, null)).toBe('interval open');
  expect(interval(1.7, null)).toBe('1.70–open');
});

test('lists are read as people read them', () => {
  expect(listed(['a', 'b', 'c'])).toBe('a, b and c');
  expect(listed([])).toBe('');
});
