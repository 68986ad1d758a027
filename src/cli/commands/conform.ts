import { Argument, type Command } from 'commander';
import { environmentNamed, loadProbes } from '../../config/index.js';
import { EXIT, NATIVE, type Conformance } from '../../model/index.js';
import { addCommonOptions, listOption, loadCatalogue, type CommonOptions } from '../options.js';
import { PROBES_DIR } from '../places.js';
import { print, printJson, say } from '../print.js';

const ENVIRONMENTS = ['native-strict', 'gvisor-systrap', 'gvisor-systrap-tuned'];

interface ConformOptions extends CommonOptions {
  readonly env: string[];
  readonly prove?: boolean;
  readonly out?: string;
}

export function addConform(program: Command): Command {
  const command = program
    .command('conform')
    .description('the same guarantees? what each environment contains, asked from inside')
    .addArgument(new Argument('[what]', 'which guarantees').choices(['containment']).default('containment'))
    .addOption(listOption('--env <ids>', 'environments beside native', ENVIRONMENTS))
    .option(
      '--prove',
      'show of every question that it can be answered “allowed”, in a sandbox with its protections off',
    )
    .option('--out <dir>', 'directory of conform.json (default: results/<run-id>)');
  return addCommonOptions(command)
    .addHelpText(
      'after',
      '\nExample:\n  seebench conform containment --env gvisor-systrap,gvisor-systrap-tuned --prove\n\nExit codes: 0 as expected, 1 something is not contained that should be\n',
    )
    .action(conform);
}

async function conform(_what: string, options: ConformOptions): Promise<void> {
  const { conformContainment } = await import('../conform.js');
  const catalogue = loadCatalogue(options);
  const ids = [NATIVE, ...options.env.filter((id) => id !== NATIVE)];
  const { result, dir } = await conformContainment({
    probes: loadProbes(PROBES_DIR),
    specs: [...new Set(ids)].map((id) => environmentNamed(id, catalogue.profiles, catalogue.config.environments)),
    prove: options.prove ?? false,
    out: options.out ?? null,
    catalogue,
  });
  if (options.json) printJson({ ...result, results: dir });
  else tell(result, dir);
  if (result.problems.length > 0) process.exitCode = EXIT.brokenPromise;
}

const MARKS = { contained: 'contained', allowed: 'allowed', 'not-applicable': '–', broken: 'BROKEN' } as const;

function tell({ containment, environments, proof, problems, unproved }: Conformance, dir: string): void {
  const columns = environments.filter(({ status }) => status === 'available').map(({ id }) => id);
  const cell = new Map(containment.map((row) => [`${row.probe}\n${row.environment}`, row]));
  const width = (id: string): number => Math.max(12, id.length + 2);
  print(`${'probe'.padEnd(24)}${columns.map((id) => id.padEnd(width(id))).join('')}`);
  for (const probe of new Set(containment.map((row) => row.probe))) {
    const marks = columns.map((id) => {
      const row = cell.get(`${probe}\n${id}`)!;
      return `${MARKS[row.answer]}${row.ok ? '' : ' !'}`.padEnd(width(id));
    });
    print(`${probe.padEnd(24)}${marks.join('')}`);
  }
  for (const { id, status, reason } of environments)
    if (status === 'unavailable') print(`${id} was not asked: ${reason}`);
  for (const id of columns) {
    const rows = containment.filter((row) => row.environment === id);
    const count = (answer: string): number => rows.filter((row) => row.answer === answer).length;
    print(
      `${id}: ${count('contained')} contained, ${count('allowed')} allowed, ${count('not-applicable')} not applicable of ${rows.length}`,
    );
  }
  if (proof.length > 0)
    print(`shown to fail in an opened sandbox: ${proof.filter(({ shown }) => shown).length} of ${proof.length}`);
  for (const text of unproved) print(text);
  for (const problem of problems) print(`not as expected: ${problem}`);
  if (problems.length === 0) print('All as expected; what is allowed has its reason in probes/containment.yaml.');
  say(`stored in ${dir}`);
}
