import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { environmentNamed, loadSettings, settingsNamed } from '../../config/index.js';
import { SeebenchError, SIZES, type CatalogueSetting, type Size } from '../../model/index.js';
import { makeCases } from '../../plan/index.js';
import { addCommonOptions, count, duration, list, loadCatalogue, seed, type CommonOptions } from '../options.js';
import { PROFILES_DIR } from '../places.js';
import { makeOutput } from '../output.js';
import { printStudy, say } from '../print.js';
import { SUITES } from '../suites.js';
import { addCliffs } from './cliffs.js';

const BUDGET_MS = 4 * 60 * 60_000;
/** Combinations that a search begins with, for each class. */
const CANDIDATES = 8;

interface TuneOptions extends CommonOptions {
  readonly suite: Size;
  readonly workload?: string[];
  readonly setting?: string[];
  readonly env: string;
  readonly budget?: number;
  readonly blocks?: number;
  readonly candidates: number;
  readonly allowHostSettings?: boolean;
  readonly seed?: number;
  readonly out?: string;
  readonly write?: string;
}

export function addTune(program: Command): Command {
  const command = program
    .command('tune')
    .description('which settings pay: each alone and left out of tuned, then combinations, and profiles of what does')
    .addOption(new Option('--suite <name>', 'which workloads at which size').choices(SIZES).default('quick'))
    .option('--workload <ids>', 'only these workloads', list)
    .option(
      '--setting <ids>',
      'only these settings of the catalogue, or all values of these entries (default: all)',
      list,
    )
    .option('--env <id>', 'gVisor with its defaults, on the platform that is tuned', 'gvisor-systrap')
    .option('--budget <time>', 'measure for about this long, e.g. 90m (default: 4h)', duration)
    .addOption(
      new Option('--blocks <n>', 'blocks of every case, instead of a budget').argParser(count).conflicts('budget'),
    )
    .addOption(
      new Option('--candidates <n>', 'combinations that the search of each class begins with; 0 for no search')
        .argParser(nonNegative)
        .default(CANDIDATES),
    )
    .option('--allow-host-settings', 'try settings of the host too, each for the launches of its own environment')
    .option('--seed <n>', 'seed of the order of trials', seed)
    .option('--out <dir>', 'directory of the results (default: results/<run-id>)')
    .option('--write <dir>', 'write the profiles that fresh blocks confirm into this directory');
  addCliffs(command);
  return addCommonOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  seebench tune --budget 2h --write my-profiles\n  seebench tune --workload lightgbm-train,threads --setting no-fast-path,openmp --blocks 20 --allow-host-settings\n  seebench tune cliffs --threads 1,2,3,4 --cpus 1,2\n  seebench list settings\n',
    )
    .action(tune);
}

async function tune(options: TuneOptions): Promise<void> {
  const { tune: measured } = await import('../tune.js');
  const catalogue = loadCatalogue(options);
  const suite = SUITES[options.suite];
  if (environmentNamed(options.env, catalogue.profiles, catalogue.config.environments).profile.id !== 'default')
    throw new SeebenchError(
      'not-the-defaults',
      `${options.env} has a profile already: tune tries settings on gVisor’s defaults`,
      'name the environment without its profile, e.g. gvisor-systrap',
    );
  const all = loadSettings(PROFILES_DIR);
  const found = await measured({
    cases: makeCases(catalogue.workloads, suite.size, options.workload ?? suite.workloads),
    ...chosenSettings(options.setting === undefined ? all : settingsNamed(all, options.setting), options),
    candidates: options.candidates,
    allowHostSettings: options.allowHostSettings ?? false,
    base: options.env,
    plan: options.blocks === undefined ? { budgetMs: options.budget ?? BUDGET_MS } : { blocks: options.blocks },
    seed: options.seed ?? randomInt(2 ** 32),
    suite: options.suite,
    out: options.out ?? null,
    write: options.write === undefined ? null : makeOutput(options.write),
    catalogue,
  });
  printStudy(found, { json: options.json, interrupted: 'tune.json holds what the finished stages found' });
}

/** What can be tried here, and why the rest is not. */
function chosenSettings(
  asked: readonly CatalogueSetting[],
  { env, allowHostSettings }: TuneOptions,
): { readonly settings: CatalogueSetting[]; readonly leftOut: { readonly id: string; readonly reason: string }[] } {
  const reasonOf = ({ hostSettings, platforms }: CatalogueSetting): string | null => {
    if (platforms !== null && !platforms.some((it) => env === `gvisor-${it}`)) return `it means nothing on ${env}`;
    const absent = hostSettings.find(({ name }) => !existsSync(name));
    if (absent !== undefined) return `this host has no ${absent.name}`;
    return hostSettings.length > 0 && !allowHostSettings ? 'a setting of the host needs --allow-host-settings' : null;
  };
  const leftOut = asked.flatMap((it) => {
    const reason = reasonOf(it);
    return reason === null ? [] : [{ id: it.id, reason }];
  });
  for (const { id, reason } of leftOut) say(`${id} is left out: ${reason}`);
  const settings = asked.filter((it) => reasonOf(it) === null);
  if (settings.length > 0) return { settings, leftOut };
  throw new SeebenchError(
    'nothing-to-try',
    'none of these settings can be tried here',
    leftOut[0]?.reason ?? 'name some',
  );
}

function nonNegative(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError('expected a whole number, 0 or more');
  return Number(text);
}
