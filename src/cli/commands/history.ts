import { join } from 'node:path';
import type { Command } from 'commander';
import { EXIT, SCHEMA_VERSION, SeebenchError } from '../../model/index.js';
import { list } from '../options.js';
import { REPORTS_DIR } from '../places.js';
import { note, print, printJson } from '../print.js';

interface HistoryOptions {
  readonly case?: string[];
  readonly env?: string[];
  readonly metric?: string;
  readonly out?: string;
  readonly json?: boolean;
}

export function addHistory(program: Command): Command {
  return program
    .command('history')
    .description('trends of ratios over a directory of runs, with the points where they changed')
    .argument('[dir]', 'directory that holds the runs, or directories of them', 'results')
    .option('--case <ids>', 'only these cases', list)
    .option('--env <ids>', 'only these environments', list)
    .option('--metric <name>', 'a metric (default: the headline of each case)')
    .option('--out <dir>', 'directory of the page (default: reports/history)')
    .option('--json', 'print JSON, and nothing else, to stdout')
    .addHelpText('after', '\nExample:\n  seebench history artifacts/ --env gvisor-systrap\n')
    .action(history);
}

/** A step is seen at the earliest with five runs on either side (docs/ci.md). */
const FEWEST_TO_SEE = 10;

async function history(dir: string, options: HistoryOptions): Promise<void> {
  const [{ readPast }, { historyOf }, { historySentences, writeHistory }] = await Promise.all([
    import('../past-runs.js'),
    import('../../study/index.js'),
    import('../../report/index.js'),
  ]);
  const { runs, skipped } = await readPast(dir);
  for (const why of skipped) note(`left out: ${why}`);
  const filter = { cases: options.case ?? null, environments: options.env ?? null, metric: options.metric ?? null };
  const series = historyOf(runs, filter);
  if (runs.length < 2 || series.length === 0)
    throw new SeebenchError(
      'no-history',
      runs.length < 2
        ? `${dir} holds ${runs.length} finished runs: a history needs two`
        : `the runs of ${dir} have no ratio of what was asked`,
      'collect the results of several runs in one directory',
      EXIT.noAnswer,
    );
  const page = await writeHistory(series, skipped, options.out ?? join(REPORTS_DIR, 'history'));
  if (options.json) return printJson({ schemaVersion: SCHEMA_VERSION, series, skipped, report: page });
  const sentences = historySentences(series);
  for (const sentence of sentences) print(sentence);
  if (sentences.length === 0)
    print(
      runs.length < FEWEST_TO_SEE
        ? `${runs.length} runs are too few to see a change: ${FEWEST_TO_SEE} are the least`
        : `nothing changed over ${runs.length} runs`,
    );
  process.stdout.write(`\nreport: ${page}\n`);
}
