import type { Command } from 'commander';
import { EXIT, SCHEMA_VERSION, SeebenchError } from '../../model/index.js';
import { note, printJson, say } from '../print.js';
import { list } from '../options.js';

interface CompareOptions {
  readonly metric?: string[];
  readonly absolute?: boolean;
  readonly policy?: string;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly out?: string;
}

export function addCompare(program: Command): Command {
  return program
    .command('compare')
    .description('hold two runs, or two environments of one run, against each other')
    .argument('<a>', 'the baseline: RUN, or RUN:environment')
    .argument('<b>', 'the candidate: RUN, RUN:environment, or :environment of the same run')
    .option('--metric <names>', 'metrics (default: the headline of each case)', list)
    .option('--absolute', 'values as they are, and not their ratios to native, for two runs of one host')
    .option('--policy <file>', 'what counts as a difference (default: policies/default.yaml)')
    .option('--out <dir>', 'write a page of what changed, with its charts and data, into this directory')
    .option('--markdown', 'print Markdown')
    .option('--json', 'print JSON, and nothing else, to stdout')
    .addHelpText(
      'after',
      '\nExamples:\n  seebench compare latest:gvisor-systrap :gvisor-systrap-tuned\n  seebench compare 20261101-120000-ab12 latest --metric wall_ns,peak_bytes\n  seebench compare latest:gvisor-systrap@v0.0.0-20240722211153-64c016c92987 :gvisor-systrap --out reports/versions\n',
    )
    .action(compare);
}

async function compare(a: string, b: string, options: CompareOptions): Promise<void> {
  const { compareRefs } = await import('../compare.js');
  const { rows, notes, markdown, writePage } = await compareRefs(a, b, options);
  // The table is printed all the same: it says why each of its lines has no answer.
  if (!rows.some(({ n }) => n > 0)) process.exitCode = EXIT.noAnswer;
  const page = options.out === undefined || rows.length === 0 ? null : await writePage(options.out);
  if (options.json)
    return printJson({ schemaVersion: SCHEMA_VERSION, baseline: a, candidate: b, rows, notes, report: page });
  if (rows.length === 0)
    throw new SeebenchError(
      'nothing-to-compare',
      `${a} and ${b} have no case in common`,
      'see `seebench compare --help`',
      EXIT.noAnswer,
    );
  for (const text of notes) note(`note: ${text}`);
  process.stdout.write(markdown(options.markdown ?? false));
  if (page !== null) say(`page: ${page}`);
}
