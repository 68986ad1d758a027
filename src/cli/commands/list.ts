import { Argument, type Command } from 'commander';
import { allEnvironments, type EnvironmentSpec } from '../../config/index.js';
import { METRICS, SCHEMA_VERSION, SIZES, type Profile } from '../../model/index.js';
import { addCommonOptions, loadCatalogue, type Catalogue, type CommonOptions } from '../options.js';
import { printJson } from '../print.js';

const KINDS = ['workloads', 'environments', 'profiles', 'metrics'] as const;
type Kind = (typeof KINDS)[number];

export function addList(program: Command): Command {
  const command = program.command('list').description('what there is').addArgument(new Argument('<kind>').choices(KINDS));
  return addCommonOptions(command)
    .addHelpText('after', '\nExample:\n  seebench list environments --json\n')
    .action((kind: Kind, options: CommonOptions) => {
      const items = itemsOf(kind, loadCatalogue(options));
      if (options.json) printJson({ schemaVersion: SCHEMA_VERSION, [kind]: items });
      else for (const item of items) process.stdout.write(`${String(item['id'] ?? item['name']).padEnd(26)} ${String(item['summary'] ?? item['description'] ?? '')}\n`);
    });
}

function itemsOf(kind: Kind, { workloads, profiles, config }: Catalogue): Record<string, unknown>[] {
  switch (kind) {
    case 'workloads':
      return workloads.map(({ id, title, class: of, description, headline, sizes, dir }) => ({ id, title, class: of, description, headline, sizes: Object.fromEntries(SIZES.map((size) => [size, sizes[size]])), dir }));
    case 'environments':
      return allEnvironments(profiles, config.environments).map(environmentItem);
    case 'profiles':
      return [...profiles.values()].map((profile: Profile) => ({ ...profile }));
    case 'metrics':
      return Object.values(METRICS).map((metric) => ({ ...metric }));
  }
}

/** An environment, with everything in which it differs from native: all else is the same. */
function environmentItem({ id, runtime, platform, profile, binary, version }: EnvironmentSpec): Record<string, unknown> {
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
    ...profile.hostSettings.map(({ name, value }) => `host setting ${name}=${value} (for the whole run, native included)`),
    ...(profile.rootfs === 'erofs' ? ['the root file system is an EROFS image of the same tree'] : []),
  ];
  const summary = `${runtime}${platform ? ` on ${platform}` : ''}, profile ${profile.id}${version ? `, version ${version}` : ''}`;
  return { id, runtime, platform, profile: profile.id, binary, version, summary, differs };
}
