import { join } from 'node:path';
import type { Command } from 'commander';
import { loadExplainCatalogue, loadSyscallNames } from '../../config/index.js';
import { PART_NAMES, type ExplainedCase, type SyscallNames } from '../../model/index.js';
import { PROBES_DIR, REPORTS_DIR, RESULTS_DIR } from '../places.js';
import { print, printJson, printTable } from '../print.js';

export function addExplain(program: Command): Command {
  return program
    .command('explain')
    .description(
      'where the overhead comes from: counts of what each case does, times what each costs more, and the unexplained rest',
    )
    .argument('<run>', 'a run that has instrumented trials: id, path or latest')
    .option('--json', 'print JSON, and nothing else, to stdout')
    .addHelpText(
      'after',
      '\nExamples:\n  seebench run --instrument --workload import-data,tpch-duckdb --env gvisor-systrap\n  seebench explain latest\n',
    )
    .action(explain);
}

async function explain(ref: string, options: { readonly json?: boolean }): Promise<void> {
  const { readInstrumented, readRun, resolveRun, writeExplain } = await import('../../store/index.js');
  const { writeExplainReport } = await import('../../report/index.js');
  const study = await import('../../study/index.js');
  const dir = await resolveRun(ref, RESULTS_DIR);
  const instrumented = await readInstrumented(dir);
  const run = await readRun(dir);
  const names = loadSyscallNames(PROBES_DIR)[run.manifest.fingerprint.arch as keyof SyscallNames] ?? {};
  const result = study.explain(run, instrumented, loadExplainCatalogue(PROBES_DIR), names);
  await writeExplain(dir, result);
  const page = await writeExplainReport(result, run.manifest, join(REPORTS_DIR, result.run));
  if (options.json) return printJson({ ...result, report: page });
  for (const finding of result.findings) print(finding);
  print('');
  printTable(['case', 'environment', 'measured ms', 'predicted ms', 'error', ...PART_NAMES, ''], result.cases.map(row));
  for (const note of result.notes) print(note);
  process.stdout.write(`\nreport: ${page}\n`);
}

function row(it: ExplainedCase): string[] {
  return [
    it.case,
    it.environment,
    ms(it.overheadNs),
    ms(it.predictedNs),
    it.verdict === 'noise' || it.relativeError === null ? 'noise' : `${(100 * it.relativeError).toFixed(0)} %`,
    ...it.parts.map(({ ns }) => ms(ns)),
    it.heldOut ? 'held out' : '',
  ];
}

function ms(ns: number): string {
  return (ns / 1e6).toFixed(1);
}
