import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { ROOTFS_KINDS, RUNSC_BUILDS, SeebenchError, type Profile } from '../model/index.js';
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
  runscFlags: z
    .array(
      setting(/^[a-zA-Z][a-zA-Z0-9-]*$/, 'a runsc flag without dashes in front').refine(
        ({ name }) => !RESERVED_FLAGS.has(name),
        'this flag is set by seebench',
      ),
    )
    .default([]),
  annotations: z.array(setting(/^[a-zA-Z0-9./_-]+$/, 'an annotation key')).default([]),
  guestEnv: z
    .array(
      setting(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a variable name').refine(
        ({ name }) => !name.startsWith('SEEBENCH_'),
        'SEEBENCH_ variables are the harness’s own',
      ),
    )
    .default([]),
  hostSettings: z.array(setting(/^\/(proc\/sys|sys)\/[a-zA-Z0-9/._-]+$/, 'a file below /proc/sys or /sys')).default([]),
  // Of the restored environments: `image-path`, `bundle` and the like are seebench's own.
  checkpointFlags: z
    .array(setting(/^(compression|direct|exclude-committed-zero-pages)$/, 'a flag of `runsc checkpoint`'))
    .exactOptional(),
  restoreFlags: z.array(setting(/^(background|direct)$/, 'a flag of `runsc restore`')).exactOptional(),
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

export const profileSchema: z.ZodType<Profile> = z.strictObject({
  id: identifier,
  description: z.string().min(1),
  rootfs: z.enum(ROOTFS_KINDS).default('directory'),
  runscBuild: z.enum(RUNSC_BUILDS).default('module'),
  ...profileFields,
  allowedSyscalls: z.array(allowedSyscalls).min(1).optional(),
});

/** A profile as a file that {@link loadProfiles} reads. */
export function profileYaml(profile: Profile): string {
  return stringify(profile, { lineWidth: 140 });
}

/** All profiles of some directories; a later directory's profile takes the place of an earlier one's. */
export function loadProfiles(dirs: readonly string[]): ReadonlyMap<string, Profile> {
  const profiles = new Map<string, Profile>();
  for (const dir of dirs) {
    if (!existsSync(dir))
      throw new SeebenchError('profiles-missing', `there is no profile directory ${dir}`, 'check the path');
    for (const file of readdirSync(dir).toSorted()) {
      if (!/\.ya?ml$/.test(file) || file === SETTINGS_FILE) continue;
      const profile = loadYaml(join(dir, file), profileSchema, 'profile');
      profiles.set(profile.id, profile);
    }
  }
  return profiles;
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
