import { join } from 'node:path';
import { z } from 'zod';
import {
  closest,
  librariesWithout,
  PRELOAD,
  ROOTFS_KINDS,
  RUNSC_BUILDS,
  SeebenchError,
  type CatalogueSetting,
  type Profile,
} from '../model/index.js';
import { identifier, LISTS, profileFields, SETTINGS_FILE } from './profile.js';
import { loadYaml } from './yaml.js';

const pairs = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({});

/** What is set, as it is written: names and values. */
const set = {
  rootfs: z.enum(ROOTFS_KINDS).nullable().default(null),
  runscBuild: z.enum(RUNSC_BUILDS).nullable().default(null),
  snapshot: z.boolean().default(false),
  runscFlags: pairs,
  annotations: pairs,
  guestEnv: pairs,
  hostSettings: pairs,
  checkpointFlags: pairs,
  restoreFlags: pairs,
};

type Written = z.infer<z.ZodObject<typeof set>>;

const listsSchema = z.object(profileFields).pick(Object.fromEntries(LISTS.map((list) => [list, true])) as never);

/** An entry: one reason, and what it sets; or several values, each of which is tried by itself. */
const entry = z
  .strictObject({
    id: identifier,
    reason: z.string().min(1),
    touches: z.string().min(1),
    source: z.string().min(1),
    isolation: profileFields.isolation,
    platforms: z
      .array(z.enum(['systrap', 'kvm', 'ptrace']))
      .nullable()
      .default(null),
    threads: z.boolean().default(false),
    ...set,
    values: z.record(identifier, z.strictObject(set)).default({}),
  })
  .transform(({ values, ...it }, context): CatalogueSetting[] => {
    const several = Object.entries(values);
    if (several.length > 0 && !isEmpty(it)) {
      context.addIssue({ code: 'custom', message: 'expected what it sets, or values, not both' });
      return z.NEVER;
    }
    const made: CatalogueSetting[] = [];
    for (const [name, written] of several.length === 0 ? [[null, it] as const] : several) {
      if (isEmpty(written)) context.addIssue({ code: 'custom', message: 'a setting that sets nothing' });
      const told = LISTS.map((list) => {
        const list_ = Object.entries(written[list]).map(([key, value]) => ({ name: key, value, reason: it.reason }));
        return [list, list_] as const;
      });
      const checked = listsSchema.safeParse(Object.fromEntries(told));
      if (!checked.success) {
        for (const issue of checked.error.issues) context.addIssue({ code: 'custom', message: issue.message });
        return z.NEVER;
      }
      const { rootfs, runscBuild, snapshot } = written;
      const id = name === null ? it.id : `${it.id}-${name}`;
      made.push({ ...it, ...(checked.data as Lists), id, entry: it.id, rootfs, runscBuild, snapshot });
    }
    return made;
  });

type Lists = Pick<CatalogueSetting, (typeof LISTS)[number]>;

function isEmpty(written: Written): boolean {
  const { rootfs, runscBuild, snapshot } = written;
  const lists = LISTS.every((list) => Object.keys(written[list]).length === 0);
  return rootfs === null && runscBuild === null && !snapshot && lists;
}

/** The file of {@link loadSettings}. @public */
export const settingsSchema: z.ZodType<{ readonly settings: readonly CatalogueSetting[] }> = z.strictObject({
  settings: z
    .array(entry)
    .transform((all) => all.flat())
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'an id stands twice'),
});

/** The settings that `tune` knows. @throws SeebenchError `settings-catalogue-invalid` with file, line and field */
export function loadSettings(dir: string): readonly CatalogueSetting[] {
  return loadYaml(join(dir, SETTINGS_FILE), settingsSchema, 'settings catalogue').settings;
}

/**
 * Settings by their ids; of an entry's id, all its values.
 * @throws SeebenchError `unknown-setting`, with the nearest name
 */
export function settingsNamed(all: readonly CatalogueSetting[], ids: readonly string[]): CatalogueSetting[] {
  const named = ids.flatMap((id) => {
    const found = all.filter((it) => it.id === id || it.entry === id);
    if (found.length > 0) return found;
    const near = closest(id, [...new Set(all.flatMap((it) => [it.id, it.entry]))]);
    throw new SeebenchError(
      'unknown-setting',
      `there is no setting \`${id}\`${near === null ? '' : `; did you mean \`${near}\`?`}`,
      'see `seebench list settings`',
    );
  });
  return [...new Set(named)];
}

/** What a setting sets, for people: `file-access-mounts=exclusive`. */
export function settingValue(setting: CatalogueSetting): string {
  const named = LISTS.flatMap((list) => setting[list].map(({ name, value }) => `${name}=${value}`));
  const { rootfs, runscBuild, snapshot } = setting;
  return [
    ...(rootfs === null ? [] : [`rootfs=${rootfs}`]),
    ...(runscBuild === null ? [] : [`runsc-build=${runscBuild}`]),
    ...(snapshot ? ['start=snapshot'] : []),
    ...named,
  ].join(' ');
}

/** A profile without a setting that it holds. */
export function withoutSetting(profile: Profile, setting: CatalogueSetting): Profile {
  const lists = LISTS.filter((list) => setting[list].length > 0).map((list) => {
    const left = (profile[list] ?? []).flatMap((it) => {
      const removed = setting[list].find(({ name }) => name === it.name);
      if (removed === undefined) return [it];
      const others = it.name === PRELOAD ? librariesWithout(it.value, removed.value) : [];
      return others.length === 0 ? [] : [{ ...it, value: others.join(':') }];
    });
    return [list, left] as const;
  });
  return {
    ...profile,
    ...Object.fromEntries(lists),
    rootfs: setting.rootfs === null ? profile.rootfs : 'directory',
    runscBuild: setting.runscBuild === null ? profile.runscBuild : 'module',
  };
}

/** Whether a profile sets all that a setting sets, to the same values. */
export function holdsSetting(profile: Profile, setting: CatalogueSetting): boolean {
  return (
    !setting.snapshot &&
    (setting.rootfs === null || setting.rootfs === profile.rootfs) &&
    (setting.runscBuild === null || setting.runscBuild === profile.runscBuild) &&
    LISTS.every((list) =>
      setting[list].every(({ name, value }) =>
        (profile[list] ?? []).some(
          (it) =>
            it.name === name &&
            (it.value === value || (name === PRELOAD && librariesWithout(value, it.value).length === 0)),
        ),
      ),
    )
  );
}
