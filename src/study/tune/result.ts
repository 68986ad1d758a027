import {
  SCHEMA_VERSION,
  type BeyondNative,
  type CheckedRatio,
  type Estimate,
  type FoundProfile,
  type Rung,
  type SettingEffect,
  type TuneRecord,
  type TuneResult,
} from '../../model/index.js';
import { helps, hurts, LEAST_EFFECT } from './effects.js';
import { isFaster, ratioText } from '../ratios.js';

/** What a tuning run consists of, when it is done. */
export interface TuneParts {
  readonly run: string;
  readonly record: TuneRecord;
  readonly settings: readonly SettingEffect[];
  readonly profiles: readonly FoundProfile[];
  readonly search: readonly Rung[];
  readonly beyondNative: readonly BeyondNative[];
  readonly leftOut: TuneResult['leftOut'];
  readonly check: { readonly run: string; readonly ratios: readonly CheckedRatio[] } | null;
}

/** All that tune has to say. */
export function tuneResult({ run, record: { base, tuned }, check, ...parts }: TuneParts): TuneResult {
  const checked = check?.ratios ?? [];
  return {
    schemaVersion: SCHEMA_VERSION,
    run,
    base,
    tuned,
    ...parts,
    checked,
    checkedBy: check?.run ?? null,
    findings: [
      ...effectFindings(base, parts.settings),
      ...profileFindings(base, parts.profiles, parts.search, checked),
      ...nativeFindings(parts.beyondNative),
      ...leftOutFindings(parts.leftOut),
    ],
  };
}

function effectFindings(base: string, settings: readonly SettingEffect[]): string[] {
  const alone = settings.filter(({ kind }) => kind === 'alone');
  const told = (of: readonly SettingEffect[], words: string): string[] =>
    of.length === 0
      ? []
      : [`${words} ${of.map((it) => `${it.id} for ${it.class} (${ratioText(it)} the time)`).join('; ')}.`];
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
  ];
}

function profileFindings(
  base: string,
  profiles: readonly FoundProfile[],
  search: readonly Rung[],
  checked: readonly CheckedRatio[],
): string[] {
  const tried = new Set(
    search.filter(({ rung }) => rung === 0).flatMap((it) => it.standings.map((s) => s.environment)),
  );
  const rungs = search.reduce((most, { rung }) => Math.max(most, rung + 1), 0);
  const searched =
    search.length === 0 ? [] : [`The search began with ${tried.size} combinations and halved them ${rungs} times.`];
  const of = ({ id, class: name }: FoundProfile): CheckedRatio[] =>
    checked.filter((it) => it.class === name && it.environment === `${base}-${id}`);
  const told = profiles.map((it) => {
    const fresh = of(it).map((one) => `${ratioText(one)} the time of ${one.baseline}`);
    const name = it.class === 'all' ? '' : ` (${it.class})`;
    const verdict = it.confirmed ? 'confirmed' : 'not confirmed';
    return `Profile ${it.id}${name} holds ${it.settings.join(', ')}; on fresh blocks ${fresh.length === 0 ? 'it was not seen' : `it takes ${fresh.join(', ')}`}: ${verdict}.`;
  });
  return [...searched, ...told];
}

function nativeFindings(beyond: readonly BeyondNative[]): string[] {
  const isSlower = ({ low }: Estimate): boolean => low !== null && low > 1;
  return beyond
    .filter((it) => it.class === 'all')
    .map(({ environment, control, setting, gvisor, native, beyond: left }) => {
      const changes = isFaster(native)
        ? 'helps native as well'
        : isSlower(native)
          ? 'costs native time'
          : 'is not known to change native';
      const own = isFaster(left)
        ? 'it gives gVisor more'
        : isSlower(left)
          ? 'it gives gVisor less'
          : 'whether it gives gVisor more is not known';
      return `${setting ?? environment}: as ${control} it ${changes} (${ratioText(native)}), in gVisor ${ratioText(gvisor)}; over and above native ${ratioText(left)}: ${own}.`;
    });
}

function leftOutFindings(leftOut: TuneResult['leftOut']): string[] {
  const reasons = [...new Set(leftOut.map(({ reason }) => reason))];
  return reasons.map((reason) => {
    const ids = leftOut.filter((it) => it.reason === reason).map(({ id }) => id);
    return `Not tried, ${reason}: ${ids.join(', ')}.`;
  });
}
