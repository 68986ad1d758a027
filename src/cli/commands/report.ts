import type { Command } from 'commander';
import { SCHEMA_VERSION } from '../../model/index.js';
import { RESULTS_DIR } from '../places.js';
import { printJson } from '../print.js';

export function addReport(program: Command): Command {
  return program
    .command('report')
    .description('make the report of a stored run again, from its files alone')
    .argument('[run]', 'an id, a path, or `latest`', 'latest')
    .option('--conform <file>', 'add what conform found: conform.json, or its directory')
    .option('--json', 'print JSON, and nothing else, to stdout')
    .addHelpText(
      'after',
      '\nExample:\n  seebench report latest\n  seebench report latest --conform results/20261124T1200-conform\n',
    )
    .action(async (ref: string, options: { json?: boolean; conform?: string }) => {
      const [{ resolveRun }, { reportRun }] = await Promise.all([
        import('../../store/index.js'),
        import('../report-run.js'),
      ]);
      const report = await reportRun(await resolveRun(ref, RESULTS_DIR), options.conform);
      if (options.json) printJson({ schemaVersion: SCHEMA_VERSION, report: report.indexPath });
      else for (const line of report.lines) process.stdout.write(`${line}\n`);
    });
}
