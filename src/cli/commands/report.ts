import type { Command } from 'commander';
import { SCHEMA_VERSION } from '../../model/index.js';
import { RESULTS_DIR } from '../places.js';
import { printJson } from '../print.js';

export function addReport(program: Command): Command {
  return program
    .command('report')
    .description('make the report of stored runs again, from their files alone')
    .argument('[runs...]', 'ids, paths, or `latest`', ['latest'])
    .option('--json', 'print JSON, and nothing else, to stdout')
    .addHelpText('after', '\nExample:\n  seebench report latest\n')
    .action(async (refs: string[], options: { json?: boolean }) => {
      const [{ resolveRun }, { reportRun }] = await Promise.all([
        import('../../store/index.js'),
        import('../report-run.js'),
      ]);
      const dirs = await Promise.all(refs.map((ref) => resolveRun(ref, RESULTS_DIR)));
      const report = await reportRun(dirs);
      if (options.json) printJson({ schemaVersion: SCHEMA_VERSION, report: report.indexPath });
      else for (const line of report.lines) process.stdout.write(`${line}\n`);
    });
}
