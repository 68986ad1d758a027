import { InvalidArgumentError, Option, type Command } from 'commander';
import { loadProfiles, loadUserConfig, loadWorkloads, type EnvironmentSpec, type UserConfig } from '../config/index.js';
import type { Profile, Workload } from '../model/index.js';
import { PROFILES_DIR, WORKLOADS_DIR } from './places.js';
import type { RuntimeOptions } from './wire.js';

/** Options that say with what to run; the same words in every command. */
export interface CommonOptions extends RuntimeOptions {
  readonly config?: string;
  readonly workloadsDir?: string[];
  readonly json?: boolean;
}

export function addCommonOptions(command: Command): Command {
  return command
    .option('--config <file>', 'your own environments, profiles and workloads (docs/profiles.md)')
    .option('--workloads-dir <dirs>', 'directories with workloads of your own', list)
    .option('--runsc <path>', 'this runsc, instead of the one that set-up brings (also SEEBENCH_RUNSC)')
    .addOption(
      new Option('--runsc-version <version>', 'build this version of the Go module gvisor.dev/gvisor').conflicts(
        'runsc',
      ),
    )
    .addOption(
      new Option('--runsc-release <date>', 'fetch this official release, e.g. 20260831').conflicts([
        'runsc',
        'runscVersion',
      ]),
    )
    .addOption(new Option('--runsc-release-url <url>', 'another base URL for official releases'))
    .option('--rootfs <dir>', 'a root file system of your own')
    .option('--json', 'print JSON, and nothing else, to stdout');
}

/** What the user's files hold together with ours. */
export interface Catalogue {
  readonly config: UserConfig;
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly workloads: readonly Workload[];
  readonly runtime: RuntimeOptions;
}

export function loadCatalogue(options: CommonOptions): Catalogue {
  const config = loadUserConfig(options.config);
  const rootfs = options.rootfs ?? config.rootfs;
  return {
    config,
    profiles: loadProfiles([PROFILES_DIR, ...config.profileDirs]),
    workloads: loadWorkloads([WORKLOADS_DIR, ...config.workloadDirs, ...(options.workloadsDir ?? [])]),
    runtime: { ...options, ...(rootfs === undefined ? {} : { rootfs }) },
  };
}

/** Whether an environment is measured with the runsc that set-up builds. */
export function isPinned({ binary, version }: EnvironmentSpec, options: RuntimeOptions): boolean {
  const { runsc, runscVersion, runscRelease } = options;
  const other = runsc ?? runscVersion ?? runscRelease ?? process.env['SEEBENCH_RUNSC'] ?? '';
  return binary === null && version === null && other === '';
}

/** `a,b,c` → its parts. */
export function list(text: string): string[] {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
  if (items.length === 0) throw new InvalidArgumentError('expected a comma-separated list');
  return items;
}

/** An option whose value is a list, with its default written as one gives it. */
export function listOption(flags: string, description: string, standard: readonly string[]): Option {
  return new Option(flags, description).argParser(list).default([...standard], standard.join(',') || 'all');
}

/** `90s`, `15m`, `2h` → milliseconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(s|m|h)$/.exec(text);
  const ms = match ? Number(match[1]) * { s: 1000, m: 60_000, h: 3_600_000 }[match[2] as 's' | 'm' | 'h'] : 0;
  if (ms <= 0) throw new InvalidArgumentError('expected a duration such as 90s, 15m or 2h');
  return ms;
}

/** CPUs as the kernel lists them: `0`, `0-3`, `0,2`. */
export function cpuSet(text: string): string {
  if (!/^\d{1,4}(-\d{1,4})?(,\d{1,4}(-\d{1,4})?)*$/.test(text))
    throw new InvalidArgumentError('expected CPUs such as 0, 0-3 or 0,2');
  return text;
}

/** A whole number from 1. */
export function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1');
  return value;
}

export const HOST_SETTINGS_HELP =
  'let the run change host settings and put them back: those of profiles, and that free memory is given to a hypervisor';

export const ITERATIONS_HELP = 'iterations in each trial, where a workload has them; auto: what a pilot finds best';

/** A whole number from 1, or `null` for `auto`. */
export function iterations(text: string): number | null {
  return text === 'auto' ? null : count(text);
}

/** A seed: a whole number from 0 that fits 32 bits. */
export function seed(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 0xffff_ffff)
    throw new InvalidArgumentError('expected a whole number from 0 to 4294967295');
  return value;
}
