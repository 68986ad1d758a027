import { Argument, Option, type Command } from 'commander';
import { list } from '../options.js';
import { say } from '../print.js';

const FORMATS = [
  'benchstat',
  'hyperfine',
  'pyperf',
  'github-action-benchmark',
  'bencher',
  'google-benchmark',
  'openmetrics',
  'csv',
  'arrow',
  'parquet',
] as const;
const BINARY = ['csv', 'arrow', 'parquet'] as const;

interface ExportOptions {
  readonly format: (typeof FORMATS)[number];
  readonly metric?: string[];
  readonly env?: string[];
  readonly case?: string[];
  readonly direction: 'lower' | 'higher';
  readonly table: 'trials' | 'samples' | 'summary';
  readonly out?: string;
}

export function addExport(program: Command): Command {
  return program
    .command('export')
    .description('write a stored run in a format that others’ tools read')
    .addArgument(new Argument('[run]', 'an id, a path, or `latest`').default('latest'))
    .addOption(new Option('--format <format>', 'which').choices(FORMATS).makeOptionMandatory())
    .option('--metric <names>', 'metrics (default: the headline of each case; in a table, all)', list)
    .option('--env <ids>', 'only these environments', list)
    .option('--case <ids>', 'only these cases', list)
    .addOption(
      new Option('--direction <way>', 'github-action-benchmark: metrics of one direction')
        .choices(['lower', 'higher'])
        .default('lower'),
    )
    .addOption(
      new Option('--table <name>', 'csv, arrow and parquet: which table')
        .choices(['trials', 'samples', 'summary'])
        .default('trials'),
    )
    .option('--out <file>', 'write to this file instead of stdout')
    .addHelpText(
      'after',
      '\nExamples:\n  seebench export latest --format benchstat | benchstat -col environment -\n  seebench export latest --format parquet --table samples --out samples.parquet\n',
    )
    .action(exportRun);
}

async function exportRun(ref: string, options: ExportOptions): Promise<void> {
  const [{ exportTable, writeText }, { summarize }, { exportText }, { readFinished }] = await Promise.all([
    import('../../store/index.js'),
    import('../../stats/index.js'),
    import('../../report/index.js'),
    import('../sides.js'),
  ]);
  const run = await readFinished(ref);
  const rows = summarize(run);
  const { format } = options;
  const filter = { metrics: options.metric ?? null, cases: options.case ?? null, environments: options.env ?? null };
  const bytes = isTable(format)
    ? exportTable(run, rows, options.table, format, filter)
    : exportText(run, rows, format, filter, options.direction);
  if (options.out === undefined) process.stdout.write(bytes);
  else {
    await writeText(options.out, bytes);
    say(`wrote ${options.out}`);
  }
}

function isTable(format: ExportOptions['format']): format is (typeof BINARY)[number] {
  return BINARY.some((name) => name === format);
}
