import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { loadSettings, settingsNamed } from '../../config/index.js';
import { SIZES, type Size } from '../../model/index.js';
import { makeCases } from '../../plan/index.js';
import { addCommonOptions, count, list, listOption, loadCatalogue, seed, type CommonOptions } from '../options.js';
import { PROFILES_DIR } from '../places.js';
import { printStudy } from '../print.js';

interface CliffOptions extends CommonOptions {
  readonly suite: Size;
  readonly workload: string;
  readonly threads?: number[];
  readonly cpus?: number[];
  readonly env: string[];
  readonly setting?: string[];
  readonly blocks: number;
  readonly seed?: number;
  readonly out?: string;
}

export function addCliffs(tune: Command): Command {
  const command = tune
    .command('cliffs')
    .description(
      'where the overhead jumps: threads × CPUs × platform of a threaded workload, and the setting that avoids it',
    )
    .addOption(new Option('--suite <name>', 'the size of the workload').choices(SIZES).default('quick'))
    .option('--workload <id>', 'a workload whose parameters have `threads`', 'lightgbm-train')
    .option('--threads <numbers>', 'numbers of threads (default: 1 to twice the CPUs, around the CPUs)', numbers)
    .option('--cpus <numbers>', 'numbers of CPUs that both sides may run on (default: 1, half, all)', numbers)
    .addOption(
      listOption('--env <ids>', 'gVisor with its defaults, on each platform', ['gvisor-systrap', 'gvisor-ptrace']),
    )
    .option('--setting <ids>', 'what is tried at the cliffs (default: all settings about threads)', list)
    .addOption(new Option('--blocks <n>', 'blocks of every cell').argParser(count).default(6))
    .option('--seed <n>', 'seed of the order of trials', seed)
    .option('--out <dir>', 'directory of the results (default: results/<run-id>)');
  return addCommonOptions(command)
    .addHelpText('after', '\nExample:\n  seebench tune cliffs --threads 1,2,3,4 --cpus 1,2 --blocks 6\n')
    .action(run);
}

async function run(options: CliffOptions): Promise<void> {
  const { cliffs } = await import('../cliffs.js');
  const catalogue = loadCatalogue(options);
  const all = loadSettings(PROFILES_DIR);
  const cpus = options.cpus ?? cpuCounts(availableParallelism());
  const found = await cliffs({
    one: makeCases(catalogue.workloads, options.suite, [options.workload])[0]!,
    threads: options.threads ?? threadCounts(Math.max(...cpus)),
    cpus,
    platforms: options.env,
    blocks: options.blocks,
    // What changes the host is not tried here: the sweep is about threads.
    settings: (options.setting === undefined
      ? all.filter(({ threads }) => threads)
      : settingsNamed(all, options.setting)
    ).filter(({ hostSettings, snapshot }) => hostSettings.length === 0 && !snapshot),
    allowHostSettings: false,
    seed: options.seed ?? randomInt(2 ** 32),
    suite: options.suite,
    out: options.out ?? null,
    catalogue,
  });
  printStudy(found, { json: options.json, interrupted: 'not judged' });
}

/** One, half and all. */
function cpuCounts(all: number): number[] {
  return [...new Set([1, Math.ceil(all / 2), all])];
}

/** Powers of two, and what lies around as many as there are CPUs, where the published cliff is. */
function threadCounts(cpus: number): number[] {
  const powers = Array.from({ length: Math.floor(Math.log2(cpus)) + 1 }, (_, i) => 2 ** i);
  return [...new Set([...powers, cpus - 1, cpus, cpus + 1, 2 * cpus])].filter((it) => it > 0).toSorted((a, b) => a - b);
}

function numbers(text: string): number[] {
  const all = list(text).map(Number);
  if (!all.every((it) => Number.isInteger(it) && it >= 1 && it <= 1024))
    throw new InvalidArgumentError('expected whole numbers from 1, with commas between');
  return [...new Set(all)].toSorted((a, b) => a - b);
}
