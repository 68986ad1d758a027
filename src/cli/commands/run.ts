import { randomInt } from 'node:crypto';
import { Option, type Command } from 'commander';
import { DEFAULT_ENVIRONMENTS, environmentNamed } from '../../config/index.js';
import { SCHEMA_VERSION, SIZES, type RunManifest, type Size } from '../../model/index.js';
import { makeCases } from '../../plan/index.js';
import { caseInfo } from '../case-info.js';
import {
  addCommonOptions,
  count,
  cpuSet,
  duration,
  HOST_SETTINGS_HELP,
  list,
  loadCatalogue,
  seed,
  type CommonOptions,
} from '../options.js';
import { printJson, say } from '../print.js';
import { commandLine, runId } from '../run-id.js';
import { INSTRUMENTED, MIN_BLOCKS, PRICES, SUITES } from '../suites.js';

interface RunOptions extends CommonOptions {
  readonly suite: Size;
  readonly workload?: string[];
  readonly env?: string[];
  readonly budget?: number;
  readonly blocks?: number;
  readonly seed?: number;
  readonly out?: string;
  readonly instrument?: boolean;
  readonly cpuSet?: string;
  readonly dryRun?: boolean;
  readonly allowHostSettings?: boolean;
  readonly withHostname?: boolean;
}

export function addRun(program: Command): Command {
  const command = program
    .command('run')
    .description('plan, measure, store and report')
    .addOption(new Option('--suite <name>', 'which workloads at which size').choices(SIZES).default('quick'))
    .option('--workload <ids>', 'only these workloads, comma-separated', list)
    .option(
      '--env <ids>',
      `only these environments, comma-separated; native is always one (default: ${DEFAULT_ENVIRONMENTS.join(',')})`,
      list,
    )
    .option('--budget <time>', 'measure for about this long, e.g. 15m; every case gets at least three blocks', duration)
    .addOption(
      new Option('--blocks <n>', 'blocks of every case, instead of a budget').argParser(count).conflicts('budget'),
    )
    .option('--seed <n>', 'seed of the order of trials', seed)
    .option('--out <dir>', 'directory of the results (default: results/<run-id>)')
    .option('--instrument', 'watch further trials, beside the measured ones, for `explain`; adds the case syscalls')
    .option('--cpu-set <cpus>', 'let every sandbox run on these CPUs of the host only, e.g. 0 or 0-1', cpuSet)
    .option('--dry-run', 'print the plan and measure nothing')
    .option('--allow-host-settings', HOST_SETTINGS_HELP)
    .option('--with-hostname', 'keep the host’s name in the results');
  return addCommonOptions(command)
    .addHelpText(
      'after',
      '\nExample:\n  seebench run --suite smoke --env gvisor-systrap,gvisor-systrap-tuned --blocks 5\n',
    )
    .action(run);
}

async function run(options: RunOptions): Promise<void> {
  const catalogue = loadCatalogue(options);
  const suite = SUITES[options.suite];
  const wanted = options.workload ?? suite.workloads;
  // What explain prices calls with has to be of the same run.
  const workloads = options.instrument && wanted !== null ? [...new Set([...wanted, PRICES])] : wanted;
  const cases = makeCases(catalogue.workloads, suite.size, workloads);
  const specs = ['native', ...(options.env ?? DEFAULT_ENVIRONMENTS).filter((id) => id !== 'native')]
    .filter((id, index, all) => all.indexOf(id) === index)
    .map((id) => environmentNamed(id, catalogue.profiles, catalogue.config.environments));
  const blocks = options.blocks ?? (options.budget === undefined ? suite.blocks : null);
  const plan = {
    suite: options.suite,
    seed: options.seed ?? randomInt(2 ** 32),
    blocks,
    budgetMs: blocks === null ? (options.budget ?? suite.budgetMs) : null,
    minBlocks: blocks ?? MIN_BLOCKS,
    cases: cases.map(caseInfo),
    environments: specs.map(({ id }) => id),
    ...(options.instrument ? { instrumented: INSTRUMENTED } : {}),
    ...(options.cpuSet === undefined ? {} : { cpuSet: options.cpuSet }),
  };
  if (options.dryRun) {
    printPlan(plan, options.json ?? false);
    return;
  }
  const { measureRun } = await import('../measure-run.js');
  await measureRun({
    id: runId(),
    dir: options.out ?? null,
    plan,
    command: commandLine(plan.seed),
    cases,
    specs,
    runtime: catalogue.runtime,
    allowHostSettings: options.allowHostSettings ?? false,
    withHostname: options.withHostname ?? false,
    json: options.json ?? false,
    earlier: null,
  });
}

function printPlan(plan: RunManifest['plan'], json: boolean): void {
  if (json) return printJson({ schemaVersion: SCHEMA_VERSION, plan });
  const trials = plan.minBlocks * plan.cases.length * plan.environments.length;
  say(
    `${plan.cases.length} cases × ${plan.environments.length} environments, at least ${plan.minBlocks} blocks: ${trials} trials; seed ${plan.seed}`,
  );
  for (const one of plan.cases) say(`  ${one.id.padEnd(28)} ${one.headline.padEnd(18)} ${one.title}`);
  say(`  in ${plan.environments.join(', ')}`);
}
