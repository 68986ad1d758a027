import {
  EXIT,
  NATIVE,
  SCHEMA_VERSION,
  SeebenchError,
  WORKLOAD_CLASSES,
  type CaseInfo,
  type CatalogueSetting,
  type CheckedRatio,
  type FoundProfile,
  type Profile,
  type RunData,
  type SettingEffect,
  type TuneArm,
  type TuneRecord,
  type TuneResult,
  type WorkloadClass,
} from '../model/index.js';
import { adjustP, blockLogRatio, comparedBlocks, pairedShift, type ComparedBlock, type Shift } from '../stats/index.js';

const CONFIDENCE = 0.95;
/** Smaller changes of time are not worth a line in a profile. */
const LEAST_EFFECT = 0.01;

/**
 * What each setting of a tuning run does to each class of workloads, and to all of them. The unit is the block: the mean over a class's
 * cases of the log-ratios of one block, tested as any other comparison. Pure.
 * @throws SeebenchError `nothing-measured`
 */
export function settingEffects(run: RunData): SettingEffect[] {
  const { tune } = run.manifest.plan;
  if (!tune)
    throw new SeebenchError('no-tuning-run', `${run.manifest.id} is no run of tune`, 'make one: seebench tune');
  const ratios = ratiosOf(run);
  const found = classesOf(run.manifest.plan.cases).flatMap(({ name, cases }) =>
    Object.entries(tune.arms).flatMap(([environment, arm]) => {
      const [own, other] = sidesOf(environment, arm, tune);
      const of = overCases(ratios, cases, own, other);
      return of === null ? [] : [{ arm, name, ...of }];
    }),
  );
  if (found.length === 0)
    throw new SeebenchError(
      'nothing-measured',
      `no block of ${run.manifest.id} has a setting beside what it is held against`,
      'see its report for what failed',
      EXIT.noAnswer,
    );
  const adjusted = adjustP(
    found.map(({ shift }) => shift.p),
    'benjamini-hochberg',
  );
  return found.map(({ arm, name, shift, cases }, i) => ({
    id: arm.setting,
    kind: arm.kind,
    value: arm.value,
    class: name,
    ...asRatio(shift),
    adjustedP: adjusted[i]!,
    cases,
    isolation: arm.isolation,
  }));
}

/** With the setting first: the arm itself, or what it was left out of. */
function sidesOf(environment: string, { kind }: TuneArm, { base, tuned }: TuneRecord): [string, string] {
  return kind === 'alone' ? [environment, base] : [tuned, environment];
}

/**
 * Profiles of the settings that paid: one for all classes, of what helps over all and does no harm to any, and one for each class whose
 * settings differ from that. A setting that weakens isolation is in none.
 */
export function profilesFrom(
  effects: readonly SettingEffect[],
  settings: readonly CatalogueSetting[],
  base: Profile,
  apply: (profile: Profile, setting: CatalogueSetting) => Profile,
): FoundProfile[] {
  const alone = effects.filter(({ kind, isolation }) => kind === 'alone' && isolation === 'same');
  const helping = (name: SettingEffect['class']): string[] =>
    alone
      .filter((it) => it.class === name && helps(it))
      .toSorted((a, b) => a.ratio - b.ratio)
      .map(({ id }) => id);
  const harmful = new Set(alone.filter((it) => it.class !== 'all' && hurts(it)).map(({ id }) => id));
  const general = helping('all').filter((id) => !harmful.has(id));
  const classes = [...new Set(alone.map((it) => it.class))].filter((it) => it !== 'all');
  const wanted: readonly (readonly [SettingEffect['class'], readonly string[]])[] = [
    ['all', general],
    ...classes.map((name) => [name, [...new Set([...general, ...helping(name)])]] as const),
  ];
  return wanted
    .filter(([name, ids]) => ids.length > 0 && (name === 'all' || ids.length > general.length))
    .map(([name, ids]) => {
      const id = name === 'all' ? 'found' : `found-${name}`;
      const chosen = ids.map((one) => settings.find((it) => it.id === one)!);
      const made = chosen.reduce((profile, setting) => apply(profile, withEffect(setting, name, alone)), base);
      const description = `Settings that paid for ${name === 'all' ? 'all classes of workloads' : `${name} workloads`} on the host where tune ran.`;
      return { id, class: name, settings: ids, profile: { ...made, id, description } };
    });
}

/** The reason of a setting with what was measured of it. */
function withEffect(
  setting: CatalogueSetting,
  name: SettingEffect['class'],
  effects: readonly SettingEffect[],
): CatalogueSetting {
  const of = (wanted: SettingEffect['class']): SettingEffect | undefined =>
    effects.find((it) => it.id === setting.id && it.class === wanted);
  const effect = of(name) ?? of('all');
  const reason = effect === undefined ? setting.reason : `${setting.reason} ${effectText(effect)}.`;
  const told = <T extends object>(list: readonly T[]): T[] => list.map((it) => ({ ...it, reason }));
  return {
    ...setting,
    reason,
    runscFlags: told(setting.runscFlags),
    annotations: told(setting.annotations),
    guestEnv: told(setting.guestEnv),
  };
}

/** How environments of a run did against each other, by class: the check of found profiles on fresh blocks. */
export function checkedRatios(run: RunData, pairs: readonly (readonly [string, string])[]): CheckedRatio[] {
  const ratios = ratiosOf(run);
  return classesOf(run.manifest.plan.cases).flatMap(({ name, cases }) =>
    pairs.flatMap(([environment, baseline]) => {
      const of = overCases(ratios, cases, environment, baseline);
      return of === null ? [] : [{ class: name, environment, baseline, ...asRatio(of.shift), cases: of.cases }];
    }),
  );
}

/** All that tune has to say. */
export function tuneResult(
  run: string,
  { base, tuned }: TuneRecord,
  settings: readonly SettingEffect[],
  profiles: readonly FoundProfile[],
  check: { readonly run: string; readonly ratios: readonly CheckedRatio[] } | null,
): TuneResult {
  const checked = check?.ratios ?? [];
  return {
    schemaVersion: SCHEMA_VERSION,
    run,
    base,
    tuned,
    settings,
    profiles,
    checked,
    checkedBy: check?.run ?? null,
    findings: findingsOf(base, settings, profiles, checked),
  };
}

function findingsOf(
  base: string,
  settings: readonly SettingEffect[],
  profiles: readonly FoundProfile[],
  checked: readonly CheckedRatio[],
): string[] {
  const alone = settings.filter(({ kind }) => kind === 'alone');
  const told = (of: readonly SettingEffect[], words: string): string[] =>
    of.length === 0 ? [] : [`${words} ${of.map((it) => `${it.id} for ${it.class} (${effectText(it)})`).join('; ')}.`];
  const byClass = alone.filter((it) => it.class !== 'all');
  const most = byClass.filter(helps).toSorted((a, b) => a.ratio - b.ratio);
  const least = byClass.filter(hurts).toSorted((a, b) => b.ratio - a.ratio);
  const none =
    most.length === 0
      ? [`No setting alone is faster than ${base} by more than ${100 * LEAST_EFFECT} % beyond doubt in any class.`]
      : [];
  return [
    ...none,
    ...told(most.slice(0, 4), 'What helps most, alone:'),
    ...told(least.slice(0, 4), 'What hurts most, alone:'),
    ...profiles.map(
      ({ id, class: name, settings: own }) =>
        `Profile ${id}${name === 'all' ? '' : ` (${name})`} holds ${own.join(', ')}.`,
    ),
    ...checked
      .filter(({ class: name }) => name === 'all')
      .map(
        (it) =>
          `On fresh blocks ${it.environment} takes ${ratioText(it)} the time of ${it.baseline} over ${it.cases} cases.`,
      ),
  ];
}

type Estimate = Pick<SettingEffect, 'ratio' | 'low' | 'high' | 'n'>;

function helps({ ratio, high, adjustedP }: SettingEffect): boolean {
  return high !== null && high < 1 && adjustedP! <= 1 - CONFIDENCE && ratio <= 1 - LEAST_EFFECT;
}

function hurts({ ratio, low, adjustedP }: SettingEffect): boolean {
  return low !== null && low > 1 && adjustedP! <= 1 - CONFIDENCE && ratio >= 1 + LEAST_EFFECT;
}

function effectText(it: SettingEffect): string {
  return `${ratioText(it)} the time`;
}

function ratioText({ ratio, low, high, n }: Estimate): string {
  const interval = low === null ? 'interval open' : `${low.toFixed(2)}–${high!.toFixed(2)}`;
  return `${ratio.toFixed(2)}× (${interval}, n = ${n})`;
}

/** Blocks of each case by its id, and the sign that makes slower positive. */
type CaseRatios = ReadonlyMap<string, { readonly blocks: readonly ComparedBlock[]; readonly sign: 1 | -1 }>;

function ratiosOf(run: RunData): CaseRatios {
  const { cases } = run.manifest.plan;
  const headlines = new Map(cases.map(({ id, headline }) => [id, headline]));
  const blocks = comparedBlocks(run, (id) => headlines.get(id) ?? null);
  return new Map(
    cases.map(({ id, headlineBetter }) => [
      id,
      {
        // Where native failed nobody knows whether the answers were right.
        blocks: [...(blocks.get(id)?.values() ?? [])].filter((it) => it.get(NATIVE)?.outcome === 'completed'),
        sign: headlineBetter === 'lower' ? 1 : -1,
      },
    ]),
  );
}

/** The mean over cases, block by block; cases without a single block of both are left out, and counted. */
function overCases(
  ratios: CaseRatios,
  cases: readonly string[],
  environment: string,
  baseline: string,
): { readonly shift: Shift; readonly cases: number } | null {
  const columns = cases
    .map((id) => {
      const { blocks, sign } = ratios.get(id)!;
      return blocks.flatMap((block) => {
        const [own, other] = [block.get(environment), block.get(baseline)];
        if (own?.outcome !== 'completed' || other?.outcome !== 'completed') return [];
        const logRatio = blockLogRatio(own, other);
        return logRatio === null ? [] : [sign * logRatio];
      });
    })
    .filter(({ length }) => length > 0);
  if (columns.length === 0) return null;
  const n = Math.min(...columns.map(({ length }) => length));
  const means = Array.from({ length: n }, (_, i) => columns.reduce((sum, it) => sum + it[i]!, 0) / columns.length);
  return { shift: pairedShift(means, CONFIDENCE), cases: columns.length };
}

function asRatio({ estimate, low, high, n }: Shift): Estimate {
  const exp = (value: number | null): number | null => (value === null ? null : Math.exp(value));
  return { ratio: Math.exp(estimate!), low: exp(low), high: exp(high), n };
}

/** Classes that have cases, and all of them together. */
function classesOf(
  cases: readonly CaseInfo[],
): { readonly name: WorkloadClass | 'all'; readonly cases: readonly string[] }[] {
  const idsOf = (name: WorkloadClass): string[] => cases.filter((it) => it.class === name).map(({ id }) => id);
  return [
    { name: 'all', cases: cases.map(({ id }) => id) },
    ...WORKLOAD_CLASSES.map((name) => ({ name, cases: idsOf(name) })).filter((it) => it.cases.length > 0),
  ];
}
