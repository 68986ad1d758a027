import { Argument, type Command } from 'commander';
import { allEnvironments, loadSettings, settingValue, type EnvironmentSpec } from '../../config/index.js';
import { METRICS, SCHEMA_VERSION } from '../../model/index.js';
import { addCommonOptions, isPinned, loadCatalogue, type Catalogue, type CommonOptions } from '../options.js';
import { PROFILES_DIR } from '../places.js';
import { printJson } from '../print.js';
import type { RuntimeOptions } from '../wire.js';

const KINDS = ['workloads', 'environments', 'profiles', 'metrics', 'settings'] as const;
type Kind = (typeof KINDS)[number];

export function addList(program: Command): Command {
  const command = program
    .command('list')
    .description('what there is')
    .addArgument(new Argument(`<${KINDS.join('|')}>`, 'what to list').choices(KINDS));
  return addCommonOptions(command)
    .addHelpText('after', '\nExample:\n  seebench list environments --json\n')
    .action((kind: Kind, options: CommonOptions) => {
      const items = LISTS[kind](loadCatalogue(options));
      if (options.json) printJson({ schemaVersion: SCHEMA_VERSION, [kind]: items.map(({ item }) => item) });
      else for (const { id, summary } of items) process.stdout.write(`${id.padEnd(26)} ${summary}\n`);
    });
}

/** One thing in a list: a line for people, and all of it for `--json`. */
interface Listed {
  readonly id: string;
  readonly summary: string;
  readonly item: unknown;
}

const LISTS: Readonly<Record<Kind, (catalogue: Catalogue) => Listed[]>> = {
  workloads: ({ workloads }) =>
    workloads.map((item) => ({
      id: item.id,
      summary: `${item.class}: ${item.title}${item.layer ? ` (layer ${item.layer}; only when it is named)` : ''}`,
      item,
    })),
  environments: ({ profiles, config, runtime }) =>
    allEnvironments(profiles, config.environments).map((spec) => environmentItem(spec, runtime)),
  profiles: ({ profiles }) => [...profiles.values()].map((item) => ({ id: item.id, summary: item.description, item })),
  settings: () =>
    loadSettings(PROFILES_DIR).map((item) => ({
      id: item.id,
      summary: `${settingValue(item)}; isolation ${item.isolation}. ${item.reason}`,
      item,
    })),
  metrics: () =>
    Object.values(METRICS).map((item) => ({
      id: item.name,
      summary: `${item.unit}, ${item.better} is better: ${item.description}`,
      item,
    })),
};

/** An environment, with everything in which it differs from native: all else is the same. */
function environmentItem(spec: EnvironmentSpec, options: RuntimeOptions): Listed {
  const { id, runtime, platform, profile, binary, version } = spec;
  // Another runsc is what it is.
  const build = isPinned(spec, options) ? profile.runscBuild : 'module';
  const differs = [
    ...(runtime === 'runsc'
      ? [
          `the kernel is gVisor’s on ${platform}`,
          'seccomp: runc installs the profile on the guest; gVisor’s sentry has a stricter one of its own',
          '/proc/meminfo shows the memory limit in gVisor, and the host’s memory natively',
        ]
      : []),
    ...profile.runscFlags.map(({ name, value }) => `runsc --${name}=${value}`),
    ...profile.annotations.map(({ name, value }) => `annotation ${name}=${value}`),
    ...profile.guestEnv.map(({ name, value }) => `guest variable ${name}=${value}`),
    ...profile.hostSettings.map(
      ({ name, value }) => `host setting ${name}=${value} (for the whole run, native included)`,
    ),
    ...(profile.allowedSyscalls === undefined
      ? []
      : [
          `seccomp: ${profile.allowedSyscalls.flatMap(({ names }) => names).length} system calls by name, all others fail with EPERM`,
        ]),
    ...(profile.isolation === 'same' ? [] : [`isolation is ${profile.isolation}`]),
    ...(profile.rootfs === 'directory' ? [] : ['the root file system is an EROFS image of the same tree']),
    ...(profile.rootfs === 'erofs-mounts' ? ['so is every read-only mount, and there is no gofer'] : []),
    ...(build === 'module' ? [] : ['runsc is built with compiled filters, and with sidecars']),
    ...(build === 'patched' ? ['its source is changed: docs/gvisor-changes.md'] : []),
  ];
  const summary = `${runtime}${platform ? ` on ${platform}` : ''}, profile ${profile.id}${version ? `, version ${version}` : ''}`;
  return { id, summary, item: { id, runtime, platform, profile: profile.id, binary, version, differs } };
}
