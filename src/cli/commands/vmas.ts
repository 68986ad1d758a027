import { randomInt } from 'node:crypto';
import { Option, type Command } from 'commander';
import { EXIT, NATIVE, SeebenchError, SIZES, type Size } from '../../model/index.js';
import { makeCases } from '../../plan/index.js';
import { addCommonOptions, count, list, loadCatalogue, seed, type CommonOptions } from '../options.js';
import { specNamed } from '../pilot.js';
import { print, printJson } from '../print.js';

interface VmasOptions extends CommonOptions {
  readonly workload: string;
  readonly suite: Size;
  readonly env: string[];
  readonly blocks: number;
  readonly seed?: number;
  readonly out?: string;
}

export function addVmas(program: Command): Command {
  const command = program
    .command('vmas')
    .description('memory mappings of the host (VMAs) over time, while a program runs in each environment')
    .option('--workload <id>', 'the program', 'list-append')
    .addOption(new Option('--suite <size>', 'its size').choices(SIZES).default('full'))
    .option('--env <ids>', 'environments, comma-separated; native is always one', list, ['gvisor-systrap'])
    .option('--blocks <n>', 'how often each environment is watched', count, 1)
    .option('--seed <n>', 'seed of the order of trials', seed)
    .option('--out <dir>', 'directory of the results (default: results/<run-id>)');
  return addCommonOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  seebench vmas --suite quick\n  seebench vmas --env gvisor-systrap,gvisor-systrap@v0.0.0-20240722211153-64c016c92987\n',
    )
    .action(vmas);
}

async function vmas(options: VmasOptions): Promise<void> {
  const { vmas: watched } = await import('../vmas.js');
  const catalogue = loadCatalogue(options);
  const [one] = makeCases(catalogue.workloads, options.suite, [options.workload]);
  const { result, dir, page } = await watched({
    one: one!,
    specs: [...new Set([NATIVE, ...options.env])].map((id) => specNamed(id, catalogue)),
    blocks: options.blocks,
    seed: options.seed ?? randomInt(2 ** 32),
    out: options.out ?? null,
    catalogue,
  });
  if (options.json) printJson({ ...result, results: dir, report: page });
  else {
    for (const finding of result.findings) print(finding);
    process.stdout.write(`\nstored in ${dir}; page: ${page}\n`);
  }
  if (result.peaks.length === 0) {
    throw new SeebenchError(
      'nothing-measured',
      `no trial of ${result.case} completed`,
      'see vmas.json for how they ended',
      EXIT.noAnswer,
    );
  }
}
