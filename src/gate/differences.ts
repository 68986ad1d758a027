import { ofName, type Side } from './side.js';

/** What differs between two sides beside what is compared, each in a sentence. */
export function differencesOf(candidate: Side, baseline: Side): string[] {
  return [
    ...(candidate.run === baseline.run ? [`both sides are the run ${candidate.run}: this can find nothing`] : []),
    ...(candidate.fingerprint === baseline.fingerprint ? [] : [hosts(candidate, baseline)]),
    ...(candidate.seebenchVersion === baseline.seebenchVersion
      ? []
      : [`measured by different seebench versions: ${arrow(baseline.seebenchVersion, candidate.seebenchVersion)}`]),
    ...runtimes(candidate, baseline),
    ...changed(candidate.settings, baseline.settings).map(([id, before, after]) => settings(id, before, after)),
    ...named('digests differ', digests(candidate, baseline)),
    ...named(
      'answers differ',
      changed(candidate.answers, baseline.answers).map(([id]) => id),
    ),
    ...named(
      'unavailable on both sides, and not compared',
      Object.keys(candidate.unavailable).filter((id) => Object.hasOwn(baseline.unavailable, id)),
    ),
  ];
}

function hosts(candidate: Side, baseline: Side): string {
  const so = candidate.absolute
    ? 'values of different hosts say nothing of what was changed'
    : 'ratios to native are compared, and hosts change these too';
  return `measured on different hosts (${baseline.host}; ${candidate.host}): ${so}`;
}

/** By version; and where that is the same, by the program itself. */
function runtimes(candidate: Side, baseline: Side): string[] {
  const versions = changed(candidate.versions, baseline.versions);
  const others = digests(candidate, baseline, true).filter((id) => !versions.some(([known]) => known === id));
  return [
    ...named(
      'runtime versions differ',
      versions.map(([id, before, after]) => `${id} ${arrow(before, after)}`),
    ),
    ...named('runtime programs differ', others),
  ];
}

const RUNTIME = 'runtime/';

function digests(candidate: Side, baseline: Side, ofRuntimes = false): string[] {
  return changed(candidate.digests, baseline.digests)
    .filter(([name]) => name.startsWith(RUNTIME) === ofRuntimes)
    .map(([name]) => (ofRuntimes ? name.slice(RUNTIME.length) : name));
}

function settings(
  environment: string,
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): string {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const differing = names
    .map((name) => [name, ofName(before, name) ?? 'not set', ofName(after, name) ?? 'not set'] as const)
    .filter(([, one, other]) => one !== other);
  return `settings of ${environment} differ: ${differing.map(([name, one, other]) => `${name} ${arrow(one, other)}`).join('; ')}`;
}

/** What both have, and not the same: name, before, after. */
function changed<T>(
  candidate: Readonly<Record<string, T>>,
  baseline: Readonly<Record<string, T>>,
): (readonly [string, T, T])[] {
  return Object.entries(candidate).flatMap(([name, after]) => {
    const before = ofName(baseline, name);
    return before === undefined || JSON.stringify(before) === JSON.stringify(after)
      ? []
      : [[name, before, after] as const];
  });
}

function named(what: string, names: readonly string[]): string[] {
  return names.length > 0 ? [`${what}: ${names.join('; ')}`] : [];
}

function arrow(before: string | null, after: string | null): string {
  return `${before ?? 'unknown'} → ${after ?? 'unknown'}`;
}
