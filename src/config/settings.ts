import { join } from 'node:path';
import { z } from 'zod';
import { closest, SeebenchError, type CatalogueSetting, type Profile } from '../model/index.js';
import { identifier, profileFields, SETTINGS_FILE } from './profile.js';
import { loadYaml } from './yaml.js';

const pairs = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({});

/** An entry as it is written: names and values, and one reason for all of them. */
const entry = z
  .strictObject({
    id: identifier,
    reason: z.string().min(1),
    touches: z.string().min(1),
    source: z.string().min(1),
    isolation: profileFields.isolation,
    rootfs: z.enum(['directory', 'erofs']).nullable().default(null),
    runscFlags: pairs,
    annotations: pairs,
    guestEnv: pairs,
  })
  .transform((it, context): CatalogueSetting => {
    const told = (values: Readonly<Record<string, unknown>>) =>
      Object.entries(values).map(([name, value]) => ({ name, value, reason: it.reason }));
    const checked = z
      .object({
        runscFlags: profileFields.runscFlags,
        annotations: profileFields.annotations,
        guestEnv: profileFields.guestEnv,
      })
      .safeParse({
        runscFlags: told(it.runscFlags),
        annotations: told(it.annotations),
        guestEnv: told(it.guestEnv),
      });
    if (!checked.success) {
      for (const issue of checked.error.issues) context.addIssue({ code: 'custom', message: issue.message });
      return z.NEVER;
    }
    return { ...it, ...checked.data };
  })
  .refine((it) => settingValue(it) !== '', 'a setting that sets nothing');

/** The file of {@link loadSettings}. @public */
export const settingsSchema: z.ZodType<{ readonly settings: readonly CatalogueSetting[] }> = z.strictObject({
  settings: z.array(entry).refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'an id stands twice'),
});

/** The settings that `tune` knows. @throws SeebenchError `settings-catalogue-invalid` with file, line and field */
export function loadSettings(dir: string): readonly CatalogueSetting[] {
  return loadYaml(join(dir, SETTINGS_FILE), settingsSchema, 'settings catalogue').settings;
}

/** @throws SeebenchError `unknown-setting`, with the nearest name */
export function settingsNamed(all: readonly CatalogueSetting[], ids: readonly string[]): CatalogueSetting[] {
  return ids.map((id) => {
    const found = all.find((it) => it.id === id);
    if (found) return found;
    const near = closest(
      id,
      all.map((it) => it.id),
    );
    throw new SeebenchError(
      'unknown-setting',
      `there is no setting \`${id}\`${near === null ? '' : `; did you mean \`${near}\`?`}`,
      'see `seebench list settings`',
    );
  });
}

/** What a setting sets, for people: `file-access-mounts=exclusive`. */
export function settingValue({ rootfs, runscFlags, annotations, guestEnv }: CatalogueSetting): string {
  const named = [...runscFlags, ...annotations, ...guestEnv].map(({ name, value }) => `${name}=${value}`);
  return [...(rootfs === null ? [] : [`rootfs=${rootfs}`]), ...named].join(' ');
}

const LISTS = ['runscFlags', 'annotations', 'guestEnv'] as const;

/** A profile with a setting; what the profile had of the same names gives way. */
export function withSetting(profile: Profile, setting: CatalogueSetting): Profile {
  const lists = LISTS.map((list) => {
    const names = new Set(setting[list].map(({ name }) => name));
    return [list, [...profile[list].filter(({ name }) => !names.has(name)), ...setting[list]]] as const;
  });
  const isolation = setting.isolation === 'same' ? profile.isolation : setting.isolation;
  return { ...profile, ...Object.fromEntries(lists), isolation, rootfs: setting.rootfs ?? profile.rootfs };
}

/** A profile without a setting that it holds. */
export function withoutSetting(profile: Profile, setting: CatalogueSetting): Profile {
  const lists = LISTS.map((list) => {
    const names = new Set(setting[list].map(({ name }) => name));
    return [list, profile[list].filter(({ name }) => !names.has(name))] as const;
  });
  return {
    ...profile,
    ...Object.fromEntries(lists),
    rootfs: setting.rootfs === null ? profile.rootfs : 'directory',
  };
}

/** Whether a profile sets all that a setting sets, to the same values. */
export function holdsSetting(profile: Profile, setting: CatalogueSetting): boolean {
  return (
    (setting.rootfs === null || setting.rootfs === profile.rootfs) &&
    LISTS.every((list) =>
      setting[list].every(({ name, value }) => profile[list].some((it) => it.name === name && it.value === value)),
    )
  );
}
