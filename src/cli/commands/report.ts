import type { Command } from 'commander';
import { SCHEMA_VERSION } from '../../model/index.js';
import { RESULTS_DIR } from '../places.js';
import { printJson } from '../print.js';

export function addReport(program: Command): Command {
  return program
    .command('report')
    .description('make the report of a stored run again, from its files alone')
    .argument('[run]', 'an id, a path, or `latest`', 'latest')
    .option('--json', 'print JSON, and nothing else, to stdout')
    .addHelpText('after', '\nExample:\n  seebench report latest\n')
    .action(async (ref: string, options: { json?: boolean }) => {
      const [{ resolveRun }, { reportRun }] = await Promise.all([
        import('../../store/index.js'),
        import('../report-run.js'),
      ]);
      const report = await reportRun(await resolveRun(ref, RESULTS_DIR));
      if (options.json) printJson({ schemaVersion: SCHEMA_VERSION, report: report.indexPath });
      else for (const line of report.lines) process.stdout.write(`${line}\n`);
    });
}
