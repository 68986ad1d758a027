import { isAbsolute, dirname, resolve } from 'node:path';
import { z } from 'zod';
import { identifier } from './profile.js';
import { loadYaml } from './yaml.js';

/** A version of the Go module, or the date of a release: it becomes part of paths. */
export const VERSION = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;

/** An environment that a person adds: their own runtime build, platform or profile. */
const environmentSchema = z
  .strictObject({
    id: identifier.refine(
      (id) => !/^(native|gvisor-(systrap|kvm|ptrace))(-|$)/.test(id),
      'expected a name that is not one of seebench’s own',
    ),
    runtime: z.enum(['runc', 'runsc']),
    platform: z.enum(['systrap', 'kvm', 'ptrace']).optional(),
    profile: z.string().default('default'),
    /** Path of the binary, relative to the config file. */
    binary: z.string().min(1).optional(),
    /** Go module version or release date to build or fetch, instead of a binary. */
    version: z.string().regex(VERSION, 'expected a version').optional(),
  })
  .refine(
    (it) => (it.runtime === 'runsc') === (it.platform !== undefined),
    'expected a platform for runsc, and none for runc',
  )
  .refine((it) => it.binary === undefined || it.version === undefined, 'expected a binary or a version, not both')
  .refine(
    (it) => it.runtime === 'runsc' || it.version === undefined,
    'expected a binary for runc: versions are brought of runsc only',
  );

export const configSchema = z.strictObject({
  environments: z
    .array(environmentSchema)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'expected every id once')
    .default([]),
  profileDirs: z.array(z.string()).default([]),
  workloadDirs: z.array(z.string()).default([]),
  /** A root file system of one's own. */
  rootfs: z.string().optional(),
});

export type UserEnvironment = z.infer<typeof environmentSchema>;
export type UserConfig = z.infer<typeof configSchema>;

/** The user's file, with its paths made absolute from where it stands; without a file, an empty one. */
export function loadUserConfig(file: string | undefined): UserConfig {
  if (file === undefined) return configSchema.parse({});
  const config = loadYaml(file, configSchema, 'config');
  const base = dirname(resolve(file));
  const absolute = (path: string): string => (isAbsolute(path) ? path : resolve(base, path));
  return {
    ...config,
    environments: config.environments.map((it) =>
      it.binary === undefined ? it : { ...it, binary: absolute(it.binary) },
    ),
    profileDirs: config.profileDirs.map(absolute),
    workloadDirs: config.workloadDirs.map(absolute),
    ...(config.rootfs === undefined ? {} : { rootfs: absolute(config.rootfs) }),
  };
}
