import { describe, expect, it } from 'vitest';
import { candidatesByCase, profilesOfWinners, rungsOf, standingsOf, type Candidate } from '../../../src/study/index.js';
import { runOf } from '../../gate/fixture.js';
import { manifest } from '../../store/fixture.js';
import { bimodal, settingOf } from './fixture.js';

const base = 'gvisor-systrap';
const CASE = 'true@smoke';

/** True effect of a combination: what settings do alone, and what `x` and `y` do only together. */
function truth(settings: readonly string[]): number {
  const alone: Readonly<Record<string, number>> = { good: 0.9, idle: 1, bad: 1.1, x: 1.02, y: 1.02 };
  const product = settings.reduce((all, id) => all * (alone[id] ?? 1), 1);
  return settings.includes('x') && settings.includes('y') ? product * 0.6 : product;
}

const COMBINATIONS = [
  ['good'],
  ['good', 'idle'],
  ['idle'],
  ['x'],
  ['good', 'x'],
  ['good', 'x', 'y'],
  ['y', 'idle'],
  ['good', 'bad'],
];
const candidates: Candidate[] = COMBINATIONS.map((settings, i) => ({ environment: `${base}-c${i + 1}`, settings }));

/** Plays a whole search: two blocks of eight, four of four, eight of two. @returns the combination that wins */
function play(seed: string, noise = bimodal): readonly string[] {
  let alive = candidates;
  const runs = [];
  const rungs = rungsOf(alive.length);
  for (let rung = 0; rung < rungs; rung++) {
    const n = 2 * 2 ** rung;
    const columns = [
      { environment: 'native', settings: ['native'] },
      { environment: base, settings: [] },
      ...alive,
    ].map((it) => [it.environment, noise(n, 2e7 * truth(it.settings), `${seed}/${rung}/${it.environment}`)] as const);
    runs.push(runOf(Object.fromEntries(columns)));
    const standings = standingsOf(runs, alive, [CASE], base, rung === rungs - 1);
    alive = alive.filter(({ environment }) => standings.some((it) => it.kept && it.environment === environment));
  }
  return alive[0]!.settings;
}

describe('a search by halving', () => {
  it('leaves one of eight after three rungs', () => {
    expect([1, 2, 3, 8, 9].map(rungsOf)).toEqual([1, 1, 2, 3, 4]);
  });

  it('finds settings that pay only together, under noise of two modes, in most searches', () => {
    const won = Array.from({ length: 60 }, (_, seed) => play(String(seed)).join(' '));
    // By chance it would be one in eight.
    expect(won.filter((it) => it === 'good x y').length).toBeGreaterThanOrEqual(48);
  });

  it('finds them always where launches hardly differ', () => {
    const quiet = (n: number, center: number, seed: string) => bimodal(n, center, seed, 0, 1, 0.02);
    for (let seed = 0; seed < 20; seed++) expect(play(String(seed), quiet)).toEqual(['good', 'x', 'y']);
  });

  it('gives the same for the same trials', () => {
    expect(play('5')).toEqual(play('5'));
  });
});

describe('the standings of a rung', () => {
  const two = candidates.slice(0, 2);
  const [first, second] = two.map(({ environment }) => environment) as [string, string];

  it('are over the blocks of all rungs, with a standard error', () => {
    const rung = (n: number) =>
      runOf({ native: Array(n).fill(1e7), [base]: Array(n).fill(2e7), [first]: Array(n).fill(1e7) });
    const [best, other] = standingsOf([rung(2), rung(4)], two, [CASE], base, false);
    expect(best).toMatchObject({ environment: first, n: 6, kept: true });
    expect(best!.ratio).toBeCloseTo(0.5, 9);
    expect(other).toMatchObject({ environment: second, ratio: null, n: 0, kept: false });
  });

  it('put out what fails where the defaults complete, however fast it was before', () => {
    const run = runOf({ native: [1e7, 1e7], [base]: [2e7, 2e7], [first]: [1e6, 'failed'], [second]: [2e7, 2e7] });
    expect(standingsOf([run], two, [CASE], base, true)).toMatchObject([
      { environment: second, kept: true },
      { environment: first, failed: true, kept: false },
    ]);
  });

  it('keep the uncertain one of two that are alike, while there are rungs, and the faster one at the end', () => {
    const columns = { native: Array(4).fill(1e7), [base]: Array(4).fill(2e7) };
    const run = runOf({ ...columns, [first]: [1.8e7, 1.8e7, 1.8e7, 1.8e7], [second]: [1.2e7, 3.0e7, 1.2e7, 3.1e7] });
    const kept = (last: boolean) => standingsOf([run], two, [CASE], base, last).find((it) => it.kept)!.environment;
    expect(kept(false)).toBe(second);
    expect(kept(true)).toBe(first);
  });

  it('go by cases in which the defaults run at all', () => {
    const run = runOf({ native: [1e7, 1e7], [base]: ['failed', 'failed'], [first]: [1e7, 1e7] });
    expect(standingsOf([run], two, [CASE], base, false).every(({ kept, ratio }) => !kept && ratio === null)).toBe(true);
  });

  it('tell which candidates stand in the blocks of a case: those of its class and of all', () => {
    const byCase = candidatesByCase([
      { name: 'all', cases: ['a', 'b'], alive: [two[0]!] },
      { name: 'ml', cases: ['b'], alive: two },
    ]);
    expect([...byCase]).toEqual([
      ['a', [first]],
      ['b', [first, second]],
    ]);
  });
});

describe('profiles of winners', () => {
  const standing = (settings: readonly string[], ratio: number) => ({
    environment: 'e',
    settings,
    ratio,
    low: ratio,
    high: ratio,
    n: 8,
    failed: false,
    kept: true,
  });
  const rung = (name: 'all' | 'ml' | 'data', settings: readonly string[], ratio: number) => ({
    class: name,
    rung: 0,
    run: 'r',
    standings: [standing(settings, ratio)],
  });
  const of = (...rungs: ReturnType<typeof rung>[]) =>
    profilesOfWinners(rungs, {
      effects: [],
      settings: ['good', 'x'].map((id) => settingOf(id)),
      base: manifest().environments[0]!.profile,
      run: 'r',
      apply: (profile, { runscFlags }) => ({ ...profile, runscFlags: [...profile.runscFlags, ...runscFlags] }),
    });

  it('are the general one, and those of classes that hold other settings', () => {
    const made = of(rung('all', ['good'], 0.9), rung('ml', ['good', 'x'], 0.7), rung('data', ['good'], 0.9));
    expect(made.map(({ id, settings, by }) => [id, settings, by])).toEqual([
      ['found', ['good'], 'search'],
      ['found-ml', ['good', 'x'], 'search'],
    ]);
  });

  it('are none where the winner is slower than the defaults', () => {
    expect(of(rung('all', ['good'], 1.01))).toEqual([]);
  });
});
