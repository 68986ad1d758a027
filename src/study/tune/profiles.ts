import type { CatalogueSetting, CheckedRatio, FoundProfile, Profile, Rung, SettingEffect } from '../../model/index.js';
import { helps, hurts } from './effects.js';
import { ratioText, type ClassName } from '../ratios.js';

/** What profiles are made of. */
export interface ProfileInput {
  readonly effects: readonly SettingEffect[];
  readonly settings: readonly CatalogueSetting[];
  readonly base: Profile;
  /** The run that shows the effects. */
  readonly run: string;
  readonly apply: (profile: Profile, setting: CatalogueSetting) => Profile;
}

type Wanted = readonly (readonly [ClassName, readonly string[]])[];

/**
 * Profiles of the settings that paid alone: one for all classes, of what helps over all and does no harm to any, and one for each class whose
 * settings differ from that. A setting that weakens isolation is in none.
 */
export function profilesFrom(input: ProfileInput): FoundProfile[] {
  const alone = usable(input);
  const helping = (name: ClassName): string[] =>
    alone
      .filter((it) => it.class === name && helps(it))
      .toSorted((a, b) => a.ratio - b.ratio)
      .map(({ id }) => id);
  const harmful = new Set(alone.filter((it) => it.class !== 'all' && hurts(it)).map(({ id }) => id));
  const general = onePerEntry(
    helping('all').filter((id) => !harmful.has(id)),
    input,
  );
  const classes = [...new Set(alone.map((it) => it.class))].filter((it) => it !== 'all');
  return made(
    [['all', general], ...classes.map((name) => [name, onePerEntry([...helping(name), ...general], input)] as const)],
    'effects',
    input,
  );
}

/** Profiles of the combinations that won the search: the general one, and those of classes that hold other settings. */
export function profilesOfWinners(rungs: readonly Rung[], input: ProfileInput): FoundProfile[] {
  const classes = [...new Set(rungs.map((it) => it.class))];
  const wanted = classes.map((name) => {
    const last = rungs.findLast((it) => it.class === name)!;
    const winner = last.standings.find(({ kept }) => kept);
    // What did not even seem faster than the defaults is no profile.
    return [name, winner === undefined || winner.ratio! >= 1 ? [] : winner.settings] as const;
  });
  return made(wanted, 'search', input);
}

function made(wanted: Wanted, by: FoundProfile['by'], input: ProfileInput): FoundProfile[] {
  const general = new Set(wanted.find(([name]) => name === 'all')?.[1]);
  return wanted
    .filter(
      ([name, ids]) =>
        ids.length > 0 && (name === 'all' || ids.length !== general.size || !ids.every((id) => general.has(id))),
    )
    .map(([name, ids]) => {
      const id = name === 'all' ? 'found' : `found-${name}`;
      const chosen = ids.map((one) => input.settings.find((it) => it.id === one)!);
      const profile = chosen.reduce((held, setting) => input.apply(held, withEffect(setting, name, input)), input.base);
      const description = `Settings that paid for ${name === 'all' ? 'all classes of workloads' : `${name} workloads`} on the host where tune ran.`;
      return { id, class: name, settings: ids, profile: { ...profile, id, description }, by, confirmed: false };
    });
}

function usable({ effects }: ProfileInput): SettingEffect[] {
  return effects.filter(({ kind, isolation }) => kind === 'alone' && isolation === 'same');
}

/** Of several values of one entry the best; a snapshot is no setting of a profile. */
function onePerEntry(ids: readonly string[], { settings }: ProfileInput): string[] {
  const entries = new Set<string>();
  return ids.filter((id) => {
    const { entry, snapshot } = settings.find((it) => it.id === id)!;
    if (snapshot || entries.has(entry)) return false;
    entries.add(entry);
    return true;
  });
}

/** The reason of a setting with what was measured of it, and where. */
function withEffect(setting: CatalogueSetting, name: ClassName, { effects, run }: ProfileInput): CatalogueSetting {
  const of = (wanted: ClassName): SettingEffect | undefined =>
    effects.find((it) => it.id === setting.id && it.kind === 'alone' && it.class === wanted);
  const effect = of(name) ?? of('all');
  const reason =
    effect === undefined
      ? setting.reason
      : `${setting.reason} Alone ${ratioText(effect)} the time for ${effect.class}; run ${run}.`;
  const told = <T extends object>(list: readonly T[]): T[] => list.map((it) => ({ ...it, reason }));
  return {
    ...setting,
    reason,
    runscFlags: told(setting.runscFlags),
    annotations: told(setting.annotations),
    guestEnv: told(setting.guestEnv),
    hostSettings: told(setting.hostSettings),
  };
}

/** The profile as a file: its description says what fresh blocks said of it. */
export function writtenProfile(
  { profile, class: name }: FoundProfile,
  checked: readonly CheckedRatio[],
  base: string,
  run: string,
): Profile {
  const of = (baseline: string): string | null => {
    const it = checked.find(
      (one) => one.class === name && one.environment === `${base}-${profile.id}` && one.baseline === baseline,
    );
    return it === undefined ? null : `${ratioText(it)} the time of ${baseline}`;
  };
  const told = [of(base), of('native')].filter((it) => it !== null);
  const fresh = told.length === 0 ? '' : ` On fresh blocks (run ${run}): ${told.join(', ')}.`;
  return { ...profile, description: `${profile.description}${fresh}` };
}
