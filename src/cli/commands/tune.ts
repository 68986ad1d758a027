import { randomInt } from 'node:crypto';
import { Option, type Command } from 'commander';
import { loadSettings, settingsNamed } from '../../config/index.js';
import { EXIT, SIZES, type Size } from '../../model/index.js';
import { makeCases } from '../../plan/index.js';
import { addCommonOptions, count, duration, list, loadCatalogue, seed, type CommonOptions } from '../options.js';
import { PROFILES_DIR } from '../places.js';
import { print, printJson, say } from '../print.js';
import { SUITES } from '../suites.js';

const BUDGET_MS = 60 * 60_000;

interface TuneOptions extends CommonOptions {
  readonly suite: Size;
  readonly workload?: string[];
  readonly setting?: string[];
  readonly env: string;
  readonly budget?: number;
  readonly blocks?: number;
  readonly seed?: number;
  readonly out?: string;
  readonly write?: string;
}

export function addTune(program: Command): Command {
  const command = program
    .command('tune')
    .description('which settings pay: each alone and left out of tuned, in the same blocks, and profiles of what does')
    .addOption(new Option('--suite <name>', 'which workloads at which size').choices(SIZES).default('quick'))
    .option('--workload <ids>', 'only these workloads', list)
    .option('--setting <ids>', 'only these settings of the catalogue (default: all)', list)
    .option('--env <id>', 'gVisor with its defaults, on the platform that is tuned', 'gvisor-systrap')
    .option('--budget <time>', 'measure for about this long, e.g. 90m (default: 60m)', duration)
    .addOption(
      new Option('--blocks <n>', 'blocks of every case, instead of a budget').argParser(count).conflicts('budget'),
    )
    .option('--seed <n>', 'seed of the order of trials', seed)
    .option('--out <dir>', 'directory of the results (default: results/<run-id>)')
    .option('--write <dir>', 'write the profiles that were found into this directory');
  return addCommonOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  seebench tune --budget 2h --write my-profiles\n  seebench tune --workload lightgbm-train,threads --setting no-fast-path,passive-openmp --blocks 20\n  seebench list settings\n',
    )
    .action(tune);
}

async function tune(options: TuneOptions): Promise<void> {
  const { tune: measured } = await import('../tune.js');
  const catalogue = loadCatalogue(options);
  const suite = SUITES[options.suite];
  const all = loadSettings(PROFILES_DIR);
  const found = await measured({
    cases: makeCases(catalogue.workloads, suite.size, options.workload ?? suite.workloads),
    settings: options.setting === undefined ? all : settingsNamed(all, options.setting),
    base: options.env,
    plan: options.blocks === undefined ? { budgetMs: options.budget ?? BUDGET_MS } : { blocks: options.blocks },
    seed: options.seed ?? randomInt(2 ** 32),
    suite: options.suite,
    out: options.out ?? null,
    write: options.write ?? null,
    catalogue,
  });
  if (found === null) {
    say('interrupted; what was measured is kept, and not judged');
    process.exitCode = EXIT.interrupted;
    return;
  }
  const { result, page } = found;
  if (options.json) return printJson({ ...result, report: page });
  for (const finding of result.findings) print(finding);
  process.stdout.write(`\nreport: ${page}\n`);
}
