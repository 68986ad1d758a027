import type { Platform, Profile, Runtime } from '../model/index.js';
import { NATIVE, oneLine, SeebenchError } from '../model/index.js';
import { profileNamed } from './profile.js';
import { suggestion } from './suggestion.js';
import { VERSION, type UserEnvironment } from './user-config.js';

const PLATFORMS: readonly Platform[] = ['systrap', 'kvm', 'ptrace'];

/** An environment before its binary is there. */
export interface EnvironmentSpec {
  readonly id: string;
  readonly runtime: Runtime;
  readonly platform: Platform | null;
  readonly profile: Profile;
  /** A user's own binary. */
  readonly binary: string | null;
  /** Another version than the pinned one; `null` for the pinned. */
  readonly version: string | null;
  /** Trials start from a snapshot. */
  readonly restored?: true;
}

/** Any environment of gVisor, started from a snapshot; a version stands at the end as with the others. */
const RESTORED = /^([^@]+)-restore((?:@.*)?)$/s;

/** What `npm run bench` compares. */
export const DEFAULT_ENVIRONMENTS = [
  NATIVE,
  'gvisor-systrap',
  'gvisor-systrap-tuned',
  'gvisor-ptrace',
  'gvisor-kvm',
] as const;

/** All environments that have a name without a version, the user's own last: for `list environments`. */
export function allEnvironments(
  profiles: ReadonlyMap<string, Profile>,
  own: readonly UserEnvironment[],
): EnvironmentSpec[] {
  const bases = [NATIVE, ...PLATFORMS.map((platform) => `gvisor-${platform}`)];
  return [...namesOf(bases, profiles), ...own.map(({ id }) => id)].map((id) => environmentNamed(id, profiles, own));
}

/** A filter of system calls is runc's: with such a profile there is no gVisor environment, whose sentry has a filter of its own. */
function namesOf(bases: readonly string[], profiles: ReadonlyMap<string, Profile>): string[] {
  return bases.flatMap((base) =>
    [...profiles.values()]
      .filter(({ allowedSyscalls }) => allowedSyscalls === undefined || base === NATIVE)
      .map(({ id }) => (id === 'default' ? base : `${base}-${id}`)),
  );
}

/**
 * Reads an environment's name: a user's own, or `native[-<profile>]`, `gvisor-<platform>[-<profile>][-restore]`, gVisor’s with `@<version>`.
 * @throws SeebenchError `unknown-environment`, with the nearest name.
 */
export function environmentNamed(
  id: string,
  profiles: ReadonlyMap<string, Profile>,
  own: readonly UserEnvironment[],
): EnvironmentSpec {
  const mine = own.find((it) => it.id === id);
  if (mine) {
    return {
      id,
      runtime: mine.runtime,
      platform: mine.platform ?? null,
      profile: forRuntime(profileNamed(profiles, mine.profile), mine.runtime),
      binary: mine.binary ?? null,
      version: mine.version ?? null,
    };
  }
  const [, cold, suffix] = RESTORED.exec(id) ?? [];
  if (cold !== undefined) {
    const spec = environmentNamed(`${cold}${suffix}`, profiles, own);
    if (spec.runtime === 'runsc') return { ...spec, id, restored: true };
  }
  const [, name = id, version = null] = /^([^@]*)@(.*)$/s.exec(id) ?? [];
  const match = /^(?:native|gvisor-(systrap|kvm|ptrace))(?:-([a-z0-9._-]+))?$/.exec(name);
  const profile = match ? profiles.get(match[2] ?? 'default') : undefined;
  if (!match || !profile || !(version === null || VERSION.test(version))) {
    const known = namesOf([NATIVE, ...PLATFORMS.map((it) => `gvisor-${it}`)], profiles);
    throw new SeebenchError(
      'unknown-environment',
      `there is no environment \`${oneLine(id)}\`${suggestion(name, [...known, ...own.map((it) => it.id)])}`,
      'see `seebench list environments`',
    );
  }
  const platform = (match[1] as Platform | undefined) ?? null;
  const runtime = platform === null ? 'runc' : 'runsc';
  if (runtime === 'runc' && version !== null) {
    throw new SeebenchError(
      'unknown-environment',
      `there is no environment \`${id}\`: set-up brings versions of runsc only`,
      'name another runc by its path, as an environment of your own in a config file',
    );
  }
  return { id, runtime, platform, profile: forRuntime(profile, runtime), binary: null, version };
}

/**
 * Of a profile, native takes the guest's variables and the filter of system calls only: it is the control for what would help anybody.
 * @throws SeebenchError `profile-of-runc` where gVisor would be given a filter that it ignores
 */
function forRuntime(profile: Profile, runtime: Runtime): Profile {
  if (runtime === 'runsc' && profile.allowedSyscalls !== undefined) {
    throw new SeebenchError(
      'profile-of-runc',
      `profile ${profile.id} has a filter of system calls, which gVisor ignores: its sentry has one of its own`,
      `use it with runc: native-${profile.id}`,
    );
  }
  return runtime === 'runsc'
    ? profile
    : { ...profile, runscFlags: [], annotations: [], rootfs: 'directory', runscBuild: 'module' };
}
