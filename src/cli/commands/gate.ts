import { appendFileSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { Option, type Command } from 'commander';
import { EXIT, SeebenchError, SIZES, type ExitCode, type Size } from '../../model/index.js';
import { makeCases } from '../../plan/index.js';
import type { GateVerdict } from '../../gate/index.js';
import {
  addCommonOptions,
  count,
  duration,
  iterations,
  ITERATIONS_HELP,
  list,
  loadCatalogue,
  seed,
  type CommonOptions,
} from '../options.js';
import { note, print, printJson, say } from '../print.js';
import { SUITES } from '../suites.js';

/** Blocks of a measuring gate when nothing is asked: the number that certificates speak of. */
const BLOCKS = 40;

interface GateOptions extends CommonOptions {
  readonly measure?: boolean;
  readonly suite: Size;
  readonly workload?: string[];
  readonly blocks?: number;
  readonly budget?: number;
  readonly iterations?: number | null;
  readonly seed?: number;
  readonly out?: string;
  readonly baseline?: string;
  readonly baselineEnv?: string;
  readonly candidateEnv?: string;
  readonly policy?: string;
  readonly writeBaseline?: string;
  readonly conformance?: string;
  readonly baselineConformance?: string;
  readonly junit?: string;
  readonly markdown?: string;
  readonly stepSummary?: boolean;
}

export function addGate(program: Command): Command {
  const command = program
    .command('gate')
    .description('the verdict for CI: did a candidate get slower than its baseline?')
    .argument('[candidate]', 'a run: an id, a path, or `latest`', 'latest')
    .option('--baseline <run|file>', 'a stored run, or a file of --write-baseline')
    .option('--baseline-env <id>', 'an environment of the same run')
    .option('--candidate-env <id>', 'the environment of the run that is judged')
    .option('--policy <file>', 'what counts (default: policies/default.yaml)')
    .option('--write-baseline <file>', 'write the run’s ratios as a baseline to commit, and judge nothing')
    .option(
      '--conformance <file>',
      'what conform found of the candidate: a guarantee that the baseline has and it lacks is a regression',
    )
    .option(
      '--baseline-conformance <file>',
      'what conform found of the baseline (default: the same file, of --baseline-env)',
    )
    .option('--junit <file>', 'write the verdict as JUnit XML')
    .option('--markdown <file>', 'write the verdict as Markdown')
    .option('--step-summary', 'append the Markdown to the file that GITHUB_STEP_SUMMARY names')
    .option('--measure', 'launch both environments, interleaved, and measure again what would be a regression')
    .addOption(
      new Option('--suite <name>', 'with --measure: which workloads at which size').choices(SIZES).default('quick'),
    )
    .option('--workload <ids>', 'with --measure: only these workloads', list)
    .addOption(
      new Option('--blocks <n>', `with --measure: blocks of every case (default: ${BLOCKS})`)
        .argParser(count)
        .conflicts('budget'),
    )
    .option('--budget <time>', 'with --measure: as many blocks as each case needs, within this time', duration)
    .option('--iterations <n|auto>', `with --measure: ${ITERATIONS_HELP} (default)`, iterations)
    .option('--seed <n>', 'with --measure: seed of the order of trials', seed)
    .option('--out <dir>', 'with --measure: directory of the results');
  return addCommonOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  seebench gate latest --write-baseline seebench-baseline.json\n  seebench gate latest --baseline seebench-baseline.json --junit gate.xml\n  seebench gate latest --baseline-env gvisor-systrap --candidate-env gvisor-systrap-tuned\n  seebench gate --measure --baseline-env gvisor-systrap --candidate-env my-runsc --config mine.yaml\n\nExit codes: 0 pass, 1 regression, 2 something to mend first, 3 no answer\n',
    )
    .action(gate);
}

async function gate(ref: string, options: GateOptions): Promise<void> {
  const { judge, writeBaselineFile } = await import('../gate.js');
  if (options.writeBaseline !== undefined) {
    const side = await writeBaselineFile(ref, options.writeBaseline, options.policy);
    say(`wrote ${options.writeBaseline}: ${side.entries.length} ratios of run ${side.run}`);
    return;
  }
  const envs = options.baselineEnv !== undefined && options.candidateEnv !== undefined;
  if (
    (options.baseline !== undefined) === envs ||
    ((options.baselineEnv ?? options.candidateEnv) !== undefined) !== envs
  )
    throw new SeebenchError(
      'usage',
      'gate needs a baseline: either --baseline RUN|FILE, or --baseline-env and --candidate-env of one run',
      'see `seebench gate --help`',
    );
  if (options.measure && !envs)
    throw new SeebenchError(
      'usage',
      '--measure needs --baseline-env and --candidate-env',
      'see `seebench gate --help`',
    );
  const { guaranteesOf, heldAgainst } = await import('../gate-guarantees.js');
  const guarantees = await guaranteesOf(options);
  const verdict = options.measure ? await measured(options) : await judge(ref, options);
  if (verdict === null) {
    say('interrupted; what was measured is kept, and not judged');
    process.exitCode = EXIT.interrupted;
    return;
  }
  await tell(heldAgainst(verdict, guarantees), options);
}

async function measured(options: GateOptions): Promise<GateVerdict | null> {
  const { measureGate } = await import('../gate-measure.js');
  const catalogue = loadCatalogue(options);
  const suite = SUITES[options.suite];
  return measureGate({
    candidateEnv: options.candidateEnv!,
    baselineEnv: options.baselineEnv!,
    cases: makeCases(catalogue.workloads, suite.size, options.workload ?? suite.workloads),
    plan: options.budget === undefined ? { blocks: options.blocks ?? BLOCKS } : { budgetMs: options.budget },
    iterations: options.iterations ?? null,
    seed: options.seed ?? randomInt(2 ** 32),
    suite: options.suite,
    policy: options.policy,
    out: options.out ?? null,
    catalogue,
  });
}

/** Prints the verdict, writes what CI reads, and sets the exit code. */
async function tell(verdict: GateVerdict, options: GateOptions): Promise<void> {
  const [{ junit, markdown, figures }, { writeText }] = await Promise.all([
    import('../../gate/index.js'),
    import('../../store/index.js'),
  ]);
  if (options.junit !== undefined) await writeText(options.junit, junit(verdict));
  if (options.markdown !== undefined) await writeText(options.markdown, markdown(verdict));
  const summary = process.env['GITHUB_STEP_SUMMARY'];
  if (options.stepSummary && summary) appendFileSync(summary, `${markdown(verdict)}\n`);
  if (options.json) printJson(verdict);
  else {
    for (const it of verdict.verdicts) {
      const [change, interval, n] = figures(it);
      print(
        `${it.verdict.padEnd(12)} ${it.case.padEnd(26)} ${it.environment.padEnd(22)} ${change.padStart(8)}  ${interval.padEnd(20)} n=${n.padEnd(4)} ${it.code}`,
      );
    }
    for (const { what, environment, before, after } of verdict.guarantees ?? [])
      print(`lost         ${what.padEnd(26)} ${environment.padEnd(22)} ${before} → ${after}`);
    for (const text of verdict.notes) note(`note: ${text}`);
    print(verdict.sentence);
    if (verdict.errorRates) print(verdict.errorRates.sentence);
  }
  process.exitCode = EXITS[verdict.overall];
}

const EXITS: Readonly<Record<GateVerdict['overall'], ExitCode>> = {
  pass: EXIT.done,
  regression: EXIT.brokenPromise,
  inconclusive: EXIT.noAnswer,
  'nothing-measured': EXIT.noAnswer,
};
