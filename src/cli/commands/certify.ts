import { randomInt } from 'node:crypto';
import type { Command } from 'commander';
import { makeCases } from '../../plan/index.js';
import {
  addCommonOptions,
  duration,
  iterations,
  ITERATIONS_HELP,
  listOption,
  loadCatalogue,
  seed,
  type CommonOptions,
} from '../options.js';
import { RESULTS_DIR } from '../places.js';

/** What a certificate is made of when nothing else is asked: one case of each class, cheap ones. */
const CASES = ['jsonl-ingest', 'import-data', 'onnx-infer', 'syscalls'];
const SLOWED = ['jsonl-ingest'];
const BUDGET_MS = 60 * 60_000;

interface CertifyOptions extends CommonOptions {
  readonly workload: string[];
  readonly slow: string[];
  readonly env: string[];
  readonly budget?: number;
  readonly iterations?: number | null;
  readonly seed?: number;
  readonly out?: string;
  readonly policy?: string;
}

export function addCertify(program: Command): Command {
  const command = program
    .command('certify')
    .description('measure how often the gate errs on this host, and how small a slowdown it sees')
    .argument('[run]', 'a pool of trials to add to (with --budget) or to judge again')
    .addOption(listOption('--workload <ids>', 'cases, at size quick', CASES))
    .addOption(listOption('--slow <ids>', 'those of them that are slowed down on purpose, inside the sandbox', SLOWED))
    .addOption(listOption('--env <ids>', 'environments beside native', ['gvisor-systrap']))
    .option('--budget <time>', 'measure for about this long, e.g. 90m (default: 60m for a new pool)', duration)
    .option('--iterations <n|auto>', `${ITERATIONS_HELP} (default)`, iterations)
    .option('--seed <n>', 'seed of the order of trials', seed)
    .option('--out <dir>', 'directory of the results (default: results/<run-id>)')
    .option('--policy <file>', 'the policy that is certified (default: the gate’s own)');
  return addCommonOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  seebench certify --budget 60m\n  seebench certify latest --budget 30m   adds to the pool\n  seebench certify latest                judges it again, measures nothing\n',
    )
    .action(certify);
}

async function certify(ref: string | undefined, options: CertifyOptions): Promise<void> {
  const { addToPool, judgePool, newPool } = await import('../certify.js');
  const catalogue = loadCatalogue(options);
  if (ref !== undefined) {
    const { resolveRun } = await import('../../store/index.js');
    const dir = await resolveRun(ref, RESULTS_DIR);
    const interrupted = options.budget !== undefined && (await addToPool(dir, options.budget, catalogue));
    return judgePool(dir, { ...options, interrupted });
  }
  const ids = [...new Set([...options.workload, ...options.slow])];
  const { dir, interrupted } = await newPool({
    cases: makeCases(catalogue.workloads, 'quick', ids),
    slowed: options.slow,
    environments: options.env,
    iterations: options.iterations ?? null,
    policy: options.policy,
    budgetMs: options.budget ?? BUDGET_MS,
    seed: options.seed ?? randomInt(2 ** 32),
    out: options.out ?? null,
    catalogue,
  });
  await judgePool(dir, { ...options, interrupted });
}
