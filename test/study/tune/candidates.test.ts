import { describe, expect, it } from 'vitest';
import { affordable, candidatesFor } from '../../../src/study/index.js';
import { effectOf, settingOf } from './fixture.js';

const settings = [
  settingOf('a'),
  settingOf('b1', { entry: 'b' }),
  settingOf('b2', { entry: 'b' }),
  settingOf('harm'),
  settingOf('weak', { isolation: 'weaker: it shares' }),
  settingOf('warm', { snapshot: true }),
  settingOf('unsure'),
];
const effects = [
  effectOf('a', 0.8),
  effectOf('b1', 0.9),
  effectOf('b2', 0.7),
  effectOf('harm', 1.5),
  effectOf('weak', 0.3),
  effectOf('warm', 0.3),
  effectOf('unsure', 0.99),
];
const input = { name: 'all', effects, settings, tuned: ['a', 'b1'], count: 12, seed: 7 } as const;

describe('the candidates of a search', () => {
  const found = candidatesFor(input);

  it('begin with all that seems to help together, and what tuned holds', () => {
    expect(found[0]).toEqual(['a', 'b2', 'unsure']);
    expect(found[1]).toEqual(['a', 'b1']);
  });

  it('hold unions, leave-outs and single settings too, none twice', () => {
    const texts = found.map((it) => it.join(' '));
    expect(texts).toEqual(expect.arrayContaining(['a b2', 'b2 unsure', 'b2', 'a']));
    expect(new Set(texts).size).toBe(texts.length);
    expect(found.length).toBeLessThanOrEqual(12);
  });

  it('never hold what weakens isolation, clearly hurts or is a snapshot, nor two values of one entry', () => {
    for (let seed = 0; seed < 20; seed++)
      for (const it of candidatesFor({ ...input, seed, count: 30 })) {
        expect(it.some((id) => ['weak', 'harm', 'warm'].includes(id))).toBe(false);
        expect(it.filter((id) => id.startsWith('b')).length).toBeLessThanOrEqual(1);
      }
  });

  it('leave out what another holds wholly, and two values of one name', () => {
    const flag = (name: string, value = '1') => ({ name, value, reason: 'r' });
    const both = settingOf('both', { runscFlags: [flag('x'), flag('y')] });
    const x = settingOf('x', { runscFlags: [flag('x')] });
    const other = settingOf('other', { runscFlags: [flag('x', '2')] });
    const three = {
      ...input,
      settings: [both, x, other],
      tuned: [],
      effects: [effectOf('both', 0.5), effectOf('x', 0.6), effectOf('other', 0.7)],
    };
    expect(candidatesFor(three)[0]).toEqual(['both']);
  });

  it('are those of the class: what hurts another class does not matter to it, and does to all', () => {
    const more = [...effects, effectOf('a', 1.4, { class: 'startup' }), effectOf('a', 0.5, { class: 'ml' })];
    const of = (name: 'all' | 'ml') => candidatesFor({ ...input, name, effects: more });
    expect(of('all').flat()).not.toContain('a');
    expect(of('ml')[0]).toContain('a');
  });

  it('are the same for the same seed', () => {
    expect(candidatesFor(input)).toEqual(found);
  });

  it('are as many as the time of a rung holds', () => {
    const launchMs = new Map([
      ['x', 1000],
      ['y', 500],
    ]);
    // Native and the defaults take 6 s of two blocks, each candidate 3 s, twice where it stands for its class and for all.
    expect(affordable(8, launchMs, 1, 2, 20_000)).toBe(4);
    expect(affordable(8, launchMs, 3, 2, 20_000)).toBe(2);
    expect(affordable(8, launchMs, 1, 2, 1e9)).toBe(8);
    expect(affordable(8, launchMs, 1, 2, 1)).toBe(0);
  });
});
