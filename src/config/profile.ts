import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import {
  librariesIn,
  PRELOAD,
  ROOTFS_KINDS,
  RUNSC_BUILDS,
  SeebenchError,
  type Profile,
  type Setting,
} from '../model/index.js';
import { suggestion } from './suggestion.js';
import { loadYaml } from './yaml.js';

export const identifier = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'expected lower-case letters, digits, `.`, `_` and `-`, at most 64');

const setting = (name: RegExp, expected: string) =>
  z.strictObject({
    name: z.string().regex(name, `expected ${expected}`),
    value: z
      .union([z.string(), z.number(), z.boolean()], 'expected a text or a number')
      .transform(String)
      .pipe(z.string().max(4096)),
    reason: z.string().min(1, 'expected a reason: every setting has one'),
  });

/** Settings by their names, each once. */
function listOf<T extends z.ZodType<Setting>>(one: T) {
  return z
    .array(one)
    .refine(
      (all) => new Set(all.map(({ name }) => name)).size === all.length,
      'a name stands twice: which value holds?',
    );
}

/** The catalogue of settings stands among the profiles. */
export const SETTINGS_FILE = 'settings.yaml';

/** Flags that seebench sets itself, or that would take the measurement out of its hands. */
const RESERVED_FLAGS = new Set([
  'root',
  'platform',
  'network',
  'rootless',
  'debug',
  'debug-log',
  'log',
  'ignore-cgroups',
]);

/** Fields that a profile shares with the catalogue of settings. */
export const profileFields = {
  isolation: z.union([z.literal('same'), z.templateLiteral(['weaker: ', z.string().min(1)])]),
  runscFlags: listOf(
    setting(/^[a-zA-Z][a-zA-Z0-9-]*$/, 'a runsc flag without dashes in front').refine(
      ({ name }) => !RESERVED_FLAGS.has(name),
      'this flag is set by seebench',
    ),
  ).default([]),
  annotations: listOf(setting(/^[a-zA-Z0-9./_-]+$/, 'an annotation key')).default([]),
  guestEnv: listOf(
    setting(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a variable name').refine(
      ({ name }) => !name.startsWith('SEEBENCH_'),
      'SEEBENCH_ variables are the harness’s own',
    ),
  ).default([]),
  hostSettings: listOf(
    setting(/^\/(proc\/sys|sys)(\/(?!\.\.?(\/|$))[a-zA-Z0-9._-]+)+$/, 'a file below /proc/sys or /sys').extend({
      optional: z.boolean().exactOptional(),
    }),
  ).default([]),
  // Of the restored environments: `image-path`, `bundle` and the like are seebench's own.
  checkpointFlags: listOf(
    setting(/^(compression|direct|exclude-committed-zero-pages)$/, 'a flag of `runsc checkpoint`'),
  ).exactOptional(),
  restoreFlags: listOf(setting(/^(background|direct)$/, 'a flag of `runsc restore`')).exactOptional(),
};

const allowedSyscalls = z.strictObject({
  names: z.array(z.string().regex(/^[a-z0-9_]+$/, 'expected the name of a system call')).min(1),
  reason: z.string().min(1, 'expected a reason: every allowed system call has one'),
  when: z
    .strictObject({
      argument: z.number().int().min(0).max(5),
      mask: z.number().int().min(0),
      value: z.number().int().min(0),
    })
    .optional(),
});

/** What a profile and a setting of the catalogue have alike: lists of names and values. */
export const LISTS = [
  'runscFlags',
  'annotations',
  'guestEnv',
  'hostSettings',
  'checkpointFlags',
  'restoreFlags',
] as const;

/** What {@link loadProfiles} reads from one file: a profile, or what it has beyond the one that it extends. */
interface ProfileFile extends Omit<Profile, 'rootfs' | 'runscBuild'> {
  readonly extends?: string | undefined;
  readonly rootfs?: Profile['rootfs'] | undefined;
  readonly runscBuild?: Profile['runscBuild'] | undefined;
}

export const profileSchema: z.ZodType<ProfileFile> = z.strictObject({
  id: identifier,
  description: z.string().min(1),
  extends: identifier.optional(),
  rootfs: z.enum(ROOTFS_KINDS).optional(),
  runscBuild: z.enum(RUNSC_BUILDS).optional(),
  ...profileFields,
  allowedSyscalls: z.array(allowedSyscalls).min(1).optional(),
});

/** A profile as a file that {@link loadProfiles} reads. */
export function profileYaml(profile: Profile): string {
  return stringify(profile, { lineWidth: 140 });
}

/**
 * All profiles of some directories; a later directory's profile takes the place of an earlier one's. A profile may extend
 * one of its own directory, or else of an earlier one.
 * @throws SeebenchError `profiles-missing`, `profile-unreadable`; `profile-invalid`, also for extending what is not there or itself
 */
export function loadProfiles(dirs: readonly string[]): ReadonlyMap<string, Profile> {
  let profiles = new Map<string, Profile>();
  for (const dir of dirs) profiles = new Map([...profiles, ...profilesOf(dir, profiles)]);
  return profiles;
}

function profilesOf(dir: string, earlier: ReadonlyMap<string, Profile>): ReadonlyMap<string, Profile> {
  if (!existsSync(dir))
    throw new SeebenchError('profiles-missing', `there is no profile directory ${dir}`, 'check the path');
  const read = readdirSync(dir)
    .toSorted()
    .filter((name) => /\.ya?ml$/.test(name) && name !== SETTINGS_FILE)
    .map((name) => ({ file: join(dir, name), written: loadYaml(join(dir, name), profileSchema, 'profile') }));
  const here = new Map(read.map((it) => [it.written.id, it]));
  for (const { file, written } of read) {
    const other = here.get(written.id)!.file;
    if (other !== file)
      throw invalid(file, `id: ${other} has the id \`${written.id}\`, too`, 'give one of them another');
  }
  const known = new Map<string, Profile>();
  return new Map([...here.keys()].map((id) => [id, whole(id, [])]));

  function whole(id: string, extending: readonly string[]): Profile {
    const made = known.get(id) ?? make(id, extending);
    known.set(id, made);
    return made;
  }

  function make(id: string, extending: readonly string[]): Profile {
    const { file, written } = here.get(id)!;
    const { extends: base, ...own } = written;
    if (base === undefined)
      return { ...own, rootfs: own.rootfs ?? 'directory', runscBuild: own.runscBuild ?? 'module' };
    const path = [...extending, id];
    // Under its own name a profile extends the one whose place it takes.
    if (base !== id && path.includes(base))
      throw invalid(file, `extends: ${[...path, base].join(' extends ')}`, 'let one of them extend nothing');
    const found = base !== id && here.has(base) ? whole(base, path) : earlier.get(base);
    if (found === undefined) {
      const others = [...here.keys(), ...earlier.keys()].filter((it) => it !== base);
      throw invalid(file, `extends: there is no other profile \`${base}\`${suggestion(base, others)}`);
    }
    const { description, allowedSyscalls: list = found.allowedSyscalls } = own;
    return { ...extended(found, own), id, description, ...(list && { allowedSyscalls: list }) };
  }
}

function invalid(file: string, what: string, remedy = 'see `seebench list profiles`'): SeebenchError {
  return new SeebenchError('profile-invalid', `${file}: ${what}`, remedy);
}

/** What a profile, or an entry of the catalogue, adds to another. */
interface Additions extends Pick<Profile, 'isolation'>, Partial<Pick<Profile, (typeof LISTS)[number]>> {
  readonly rootfs?: Profile['rootfs'] | null | undefined;
  readonly runscBuild?: Profile['runscBuild'] | null | undefined;
}

/** A profile with a setting of the catalogue besides, as a profile that extends it; but preloaded libraries add up. */
export function withSettings(base: Profile, more: Additions): Profile {
  return extended(base, more, addedTo);
}

/**
 * A profile with what something sets besides: of the same names the latter's value holds, and the whole is as weak as both.
 * @param both what holds where both set a name
 */
function extended(
  base: Profile,
  more: Additions,
  both: (before: Setting, after: Setting) => Setting = (_, after) => after,
): Profile {
  const lists = LISTS.flatMap((list) => {
    const added = more[list] ?? [];
    const names = new Set(added.map(({ name }) => name));
    const before = base[list] ?? [];
    const kept = before.filter(({ name }) => !names.has(name));
    const joined = added.map((it) => {
      const earlier = before.find(({ name }) => name === it.name);
      return earlier === undefined ? it : both(earlier, it);
    });
    return added.length === 0 ? [] : [[list, [...kept, ...joined]] as const];
  });
  return {
    ...base,
    ...Object.fromEntries(lists),
    isolation: weaker(base.isolation, more.isolation),
    rootfs: more.rootfs ?? base.rootfs,
    runscBuild: more.runscBuild ?? base.runscBuild,
  };
}

/** A setting beside an earlier one of its name. */
function addedTo(before: Setting, after: Setting): Setting {
  if (after.name !== PRELOAD) return after;
  const libraries = new Set([before, after].flatMap(({ value }) => librariesIn(value)));
  const reasons = new Set([before.reason, after.reason]);
  return { ...after, value: [...libraries].join(':'), reason: [...reasons].join(' ') };
}

/** Both weaknesses, where both have one. */
function weaker(a: Profile['isolation'], b: Profile['isolation']): Profile['isolation'] {
  if (a === 'same' || b === 'same') return a === 'same' ? b : a;
  const whats = [a, b].flatMap((it) => it.slice('weaker: '.length).split('; '));
  return `weaker: ${[...new Set(whats)].join('; ')}`;
}

/** @throws SeebenchError `unknown-profile`, with the nearest name. */
export function profileNamed(profiles: ReadonlyMap<string, Profile>, id: string): Profile {
  const profile = profiles.get(id);
  if (profile) return profile;
  throw new SeebenchError(
    'unknown-profile',
    `there is no profile \`${id}\`${suggestion(id, profiles.keys())}`,
    'see `seebench list profiles`',
  );
}
