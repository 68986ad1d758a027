import { randomInt } from 'node:crypto';
import { Option, type Command } from 'commander';
import { environmentNamed } from '../../config/index.js';
import { EXIT, NATIVE, SeebenchError, SIZES, type Case, type Size, type Workload } from '../../model/index.js';
import { makeCases } from '../../plan/index.js';
import { addCommonOptions, count, duration, listOption, loadCatalogue, seed, type CommonOptions } from '../options.js';
import { print, printJson, say } from '../print.js';

const ENVIRONMENTS = ['gvisor-systrap', 'gvisor-systrap-tuned'];
const WORKLOADS = ['jsonl-ingest', 'small-files'];

interface DensityOptions extends CommonOptions {
  readonly env: string[];
  readonly idle: string;
  readonly workload: string[];
  readonly suite: Size;
  readonly most: number;
  readonly working: number;
  readonly window: number;
  readonly budget: number;
  readonly seed?: number;
  readonly out?: string;
}

export function addDensity(program: Command): Command {
  const command = program
    .command('density')
    .description('how many fit: memory of idle warm sandboxes, throughput and fairness of working ones, with a stop')
    .addOption(listOption('--env <ids>', 'environments beside native', ENVIRONMENTS))
    .option('--idle <id>', 'the workload whose imports idle sandboxes have done', 'import-data')
    .addOption(
      listOption('--workload <ids>', 'what working sandboxes do; the first beside many of the last', WORKLOADS),
    )
    .addOption(new Option('--suite <name>', 'at which size').choices(SIZES).default('smoke'))
    .addOption(new Option('--most <n>', 'idle sandboxes at most').argParser(count).default(24))
    .addOption(new Option('--working <n>', 'working sandboxes at most').argParser(count).default(8))
    .addOption(
      new Option('--window <time>', 'sandboxes that work at once are watched for so long')
        .argParser(duration)
        .default(2000, '2s'),
    )
    .addOption(
      new Option('--budget <time>', 'about this long; at least one round of working sandboxes')
        .argParser(duration)
        .default(360_000, '6m'),
    )
    .option('--seed <n>', 'seed of the order', seed)
    .option('--out <dir>', 'directory of density.json (default: results/<run-id>)');
  return addCommonOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  seebench density\n  seebench density --env gvisor-systrap,gvisor-systrap-restore --most 50 --budget 15m\n  seebench density --workload tpch-duckdb,small-files --working 16 --json\n\nIt stops adding sandboxes before the host suffers: 15 % of its memory, 2 GiB at least, stay free.\n',
    )
    .action(run);
}

async function run(options: DensityOptions): Promise<void> {
  const [{ density }, { hasIterations }] = await Promise.all([import('../density.js'), import('../pilot.js')]);
  const catalogue = loadCatalogue(options);
  const { workloads, profiles, config } = catalogue;
  const ids = new Set([NATIVE, ...options.env]);
  const workCases = options.workload.map((id) => caseOf(workloads, options.suite, id));
  const once = workCases.find((one) => !hasIterations(one));
  if (once !== undefined)
    throw new SeebenchError(
      'no-iterations',
      `workload \`${once.workload.id}\` does its work once, so it cannot go on working while it is watched`,
      'choose one with iterations, such as jsonl-ingest or small-files',
    );
  const { result, dir, page } = await density({
    idleCase: caseOf(workloads, options.suite, options.idle),
    workCases,
    specs: [...ids].map((id) => environmentNamed(id, profiles, config.environments)),
    most: options.most,
    working: options.working,
    windowMs: options.window,
    budgetMs: options.budget,
    seed: options.seed ?? randomInt(2 ** 32),
    out: options.out ?? null,
    catalogue,
  });
  if (options.json) printJson({ ...result, results: dir, report: page });
  else for (const finding of result.findings) print(finding);
  say(`stored in ${dir}${page === null ? '' : `; page: ${page}`}`);
  if (result.interrupted) process.exitCode = EXIT.interrupted;
  else if (result.idle.length + result.working.length === 0) process.exitCode = EXIT.noAnswer;
}

function caseOf(workloads: readonly Workload[], size: Size, id: string): Case {
  return makeCases(workloads, size, [id])[0]!;
}
