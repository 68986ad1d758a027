import { librariesWithout, PRELOAD, type CatalogueSetting, type SettingEffect } from '../../model/index.js';
import { rng, shuffle } from '../../stats/index.js';
import { hurts } from './effects.js';
import type { ClassName } from '../ratios.js';

/** A combination of settings, in the order of the catalogue. */
export type Combination = readonly string[];

/** What the first candidates of a search are made of. */
export interface CandidateInput {
  readonly name: ClassName;
  readonly effects: readonly SettingEffect[];
  readonly settings: readonly CatalogueSetting[];
  /** Settings that the profile tuned holds. */
  readonly tuned: Combination;
  readonly count: number;
  readonly seed: number;
}

/** A setting that seems to make things slower by more than this is not in a random combination. */
const PLAUSIBLE = 1.02;
const ATTEMPTS = 50;

/**
 * Combinations that are worth being launched for a class, in the order of their promise: all that seem to help together; what tuned holds;
 * growing unions of them, the best first; all without one; each alone; random ones. Point estimates are enough here: what only seems to help
 * is found out in the search, which sees settings together. None weakens isolation, holds what clearly hurts, or two values of one thing.
 */
export function candidatesFor({ name, effects, settings, tuned, count, seed }: CandidateInput): Combination[] {
  const alone = effects.filter((it) => it.kind === 'alone' && (it.class === name || it.class === 'all'));
  // What was not seen in the class is known from all.
  const effectOf = (id: string): SettingEffect | undefined =>
    alone.find((it) => it.id === id && it.class === name) ?? alone.find((it) => it.id === id);
  const harmful = new Set(
    effects
      .filter((it) => it.kind === 'alone' && hurts(it) && (name === 'all' || it.class === name))
      .map(({ id }) => id),
  );
  const usable = settings
    .filter(({ id, isolation, snapshot }) => isolation === 'same' && !snapshot && !harmful.has(id))
    .flatMap((setting) => {
      const effect = effectOf(setting.id);
      return effect === undefined ? [] : [{ setting, ratio: effect.ratio }];
    });
  const order = new Map(settings.map(({ id }, i) => [id, i]));
  const union = (from: readonly CatalogueSetting[]): string[] => {
    const taken = from.reduce<CatalogueSetting[]>(
      (held, it) => (held.some((other) => conflict(held, other, it)) ? held : [...held, it]),
      [],
    );
    return taken.map(({ id }) => id).toSorted((a, b) => order.get(a)! - order.get(b)!);
  };
  const helping = usable.filter(({ ratio }) => ratio < 1).toSorted((a, b) => a.ratio - b.ratio);
  const all = union(helping.map(({ setting }) => setting));
  const best = helping.map(({ setting }) => setting).filter(({ id }) => all.includes(id));
  const ofTuned = usable.map(({ setting }) => setting).filter(({ id }) => tuned.includes(id));
  const random = rng(`${seed}/candidates/${name}`);
  const plausible = usable.filter(({ ratio }) => ratio < PLAUSIBLE).map(({ setting }) => setting);
  const drawn = Array.from({ length: ATTEMPTS }, () => union(shuffle(plausible, random).filter(() => random() < 0.5)));
  const unions = best.map((_, i) => union(best.slice(0, i + 1))).toReversed();
  const without = best.map(({ id }) => all.filter((it) => it !== id));
  const found = new Map<string, Combination>();
  // A few of each kind first: what is promising by one argument only should not crowd out the rest.
  const kinds = [[all], [union(ofTuned)], unions, without, best.map(({ id }) => [id]), drawn];
  for (let turn = 0; turn < ATTEMPTS && found.size < count; turn++) {
    for (const kind of kinds) {
      const next = kind[turn];
      if (next === undefined || next.length === 0 || found.size >= count) continue;
      found.set(next.join(' '), next);
    }
  }
  return [...found.values()];
}

const LISTS = ['runscFlags', 'annotations', 'guestEnv', 'hostSettings'] as const;

/** Two values of one entry, or of one name, cannot both be set; and what another already sets wholly adds nothing. */
function conflict(held: readonly CatalogueSetting[], a: CatalogueSetting, b: CatalogueSetting): boolean {
  if (a.entry === b.entry || (a.rootfs !== null && b.rootfs !== null)) return true;
  const clash = LISTS.some((list) =>
    a[list].some(({ name, value }) => b[list].some((it) => it.name === name && it.value !== value && name !== PRELOAD)),
  );
  const adds = (it: CatalogueSetting): boolean =>
    it.rootfs !== null ||
    LISTS.some((list) =>
      it[list].some(({ name, value }) => {
        const others = held.flatMap((other) => other[list].filter((o) => o.name === name));
        if (name !== PRELOAD) return others.length === 0;
        return librariesWithout(value, others.map((o) => o.value).join(':')).length > 0;
      }),
    );
  return clash || !adds(b);
}

/** Candidates whose first rung fits a share of the time with so many blocks; fewer than two are no search. */
export function affordable(
  count: number,
  launchMs: ReadonlyMap<string, number>,
  classes: number,
  blocks: number,
  rungMs: number,
): number {
  const sum = [...launchMs.values()].reduce((a, b) => a + b, 0);
  // In a block of a case stand native, the defaults, and the candidates of its class and of all classes.
  const perCandidate = sum * blocks * (classes > 1 ? 2 : 1);
  return Math.max(0, Math.min(count, Math.floor((rungMs - 2 * sum * blocks) / perCandidate)));
}
