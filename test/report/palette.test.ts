import { expect, test } from 'vitest';
import { LOOKS, looksOf } from '../../src/report/palette.js';
import { PHASES, START_PARTS, TOKENS, cssColour } from '../../src/report/theme.js';

const channel = (byte: number): number =>
  byte / 255 <= 0.03928 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4;
const luminance = (hex: string): number => {
  const [r, g, b] = [1, 3, 5].map((at) => channel(Number.parseInt(hex.slice(at, at + 2), 16)));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
};
/** WCAG 2 contrast. */
const contrast = (a: string, b: string): number => {
  const [low, high] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
};

test('every environment’s colour and every text is legible on its ground, in both themes', () => {
  for (const look of [...LOOKS, TOKENS.ink, TOKENS.soft, TOKENS.accent, TOKENS.alarm]) {
    expect(contrast(look.light, TOKENS.ground.light), look.light).toBeGreaterThanOrEqual(4.5);
    expect(contrast(look.dark, TOKENS.ground.dark), look.dark).toBeGreaterThanOrEqual(4.5);
  }
});

test('no two colours of the theme are the same, so that a drawing can be themed by its colours', () => {
  const hexes = [...Object.values(TOKENS), ...PHASES, ...START_PARTS, ...LOOKS].map((token) => token.light);
  expect(new Set(hexes).size).toBe(hexes.length);
  for (const hex of hexes) expect(cssColour(hex)).toMatch(/^var\(--[a-z0-9-]+\)$/);
});

test('an environment has its colour whatever else was measured', () => {
  const alone = looksOf(['gvisor-ptrace']).get('gvisor-ptrace');
  const many = looksOf(['native', 'mine', 'gvisor-systrap', 'gvisor-ptrace', 'gvisor-kvm']);
  expect(many.get('gvisor-ptrace')).toBe(alone);
});

test('names of a user’s own get colours of their own, independent of their order', () => {
  const ids = ['native', 'gvisor-systrap', 'mine', 'gvisor-systrap@v1', 'constructor'];
  const looks = looksOf(ids);
  expect(new Set(looks.values()).size).toBe(ids.length);
  const again = looksOf(ids.toReversed());
  for (const id of ids) expect(again.get(id)).toBe(looks.get(id));
});

test('more environments than colours share them rather than fail', () => {
  const ids = Array.from({ length: 30 }, (_, index) => `own-${index}`);
  expect(looksOf(ids).size).toBe(30);
});
