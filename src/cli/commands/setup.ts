import { Option, type Command } from 'commander';
import { DEFAULT_ENVIRONMENTS, environmentNamed } from '../../config/index.js';
import { SCHEMA_VERSION, SIZES, type Size } from '../../model/index.js';
import { makeCases } from '../../plan/index.js';
import { interruption } from '../interrupt.js';
import { addCommonOptions, list, loadCatalogue, type CommonOptions } from '../options.js';
import { printJson } from '../print.js';

/** Workloads of tests that a run has to name. */
const TESTED = ['etl-js', 'start-js'];

interface SetupOptions extends CommonOptions {
  readonly suite: Size;
  readonly workload?: string[];
  readonly env?: string[];
  readonly forTests?: boolean;
}

export function addSetup(program: Command): Command {
  const command = program
    .command('setup')
    .description('install or build what is missing: runtimes, root file system, wheels, data; safe to run again')
    .addOption(new Option('--suite <name>', 'bring the data that this suite needs').choices(SIZES).default('quick'))
    .option('--workload <ids>', 'bring what these workloads need, comma-separated', list)
    .option('--env <ids>', 'for these environments, comma-separated', list)
    .option('--for-tests', 'also what the tests of seebench need: a browser, ruff, small data');
  return addCommonOptions(command).addHelpText('after', '\nExample:\n  seebench setup --suite full\n').action(setup);
}

async function setup(options: SetupOptions): Promise<void> {
  const { profiles, config, workloads, runtime } = loadCatalogue(options);
  const specs = (options.env ?? DEFAULT_ENVIRONMENTS).map((id) => environmentNamed(id, profiles, config.environments));
  const sizes: Size[] = options.forTests ? ['smoke', 'quick', 'full'] : [options.suite];
  const named = options.forTests ? makeCases(workloads, 'smoke', TESTED) : [];
  const asked = sizes.flatMap((size) => makeCases(workloads, size, options.workload ?? null));
  const cases = [...asked, ...named];
  const { setUp } = await import('../wire.js');
  const brought = await setUp(specs, cases, runtime, options.forTests ?? false, interruption.signal);
  if (options.json) printJson({ schemaVersion: SCHEMA_VERSION, ...brought });
  else process.stdout.write('everything is there\n');
}
