import { Argument, Option, type Command } from 'commander';
import {
  environmentNamed,
  loadCompat,
  loadAreas,
  loadFeatures,
  loadLimits,
  loadProbes,
  loadSyscallNames,
} from '../../config/index.js';
import { EXIT, NATIVE, oneLine, SeebenchError } from '../../model/index.js';
import { makeCases } from '../../plan/index.js';
import { addCommonOptions, listOption, loadCatalogue, type Catalogue, type CommonOptions } from '../options.js';
import { requireFile } from '../output.js';
import { PROBES_DIR } from '../places.js';
import { printJson, say } from '../print.js';
import type { ConformStep } from '../conform.js';

const ENVIRONMENTS = ['native-strict', 'gvisor-systrap', 'gvisor-systrap-tuned'];
const PARTS = ['containment', 'surface', 'limits', 'features', 'compat'] as const;
/** Launches of a neighbour, alone and beside, for each limit. */
const PAIRS = { smoke: 1, full: 7 } as const;
/** Launches of each feature in each environment. */
const BLOCKS = { smoke: 3, full: 10 } as const;
type Part = (typeof PARTS)[number];
/** Workloads whose system calls on the host are counted. */
const COUNTED = ['import-data', 'jsonl-ingest', 'lightgbm-train', 'small-files', 'snowpark', 'tpch-duckdb'];

interface ConformOptions extends CommonOptions {
  readonly env: string[];
  readonly suite: keyof typeof PAIRS;
  readonly prove?: boolean;
  readonly testSuites: string[];
  readonly allowHostSettings?: boolean;
  readonly junit?: string;
  readonly out?: string;
}

export function addConform(program: Command): Command {
  const command = program
    .command('conform')
    .description('the same guarantees? what each environment contains, which limits hold, what runs')
    .addArgument(new Argument('[what]', 'which guarantees (default: all)').choices([...PARTS]))
    .addOption(listOption('--env <ids>', 'environments beside native', ENVIRONMENTS))
    .addOption(new Option('--suite <suite>', 'how much is run').choices(Object.keys(PAIRS)).default('smoke'))
    .option(
      '--prove',
      'show of every probe of containment that it can be answered “allowed”, in a sandbox with its protections off',
    )
    .addOption(listOption('--test-suites <ids>', 'only these of the test suites', []))
    .option('--allow-host-settings', 'profiles may change settings of the host, for the launches of their environments')
    .option('--junit <file>', 'write all answers as JUnit XML')
    .option('--out <dir>', 'directory of conform.json (default: results/<run-id>)');
  return addCommonOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  seebench conform containment --env gvisor-systrap,gvisor-systrap-tuned --prove\n  seebench conform surface --json\n  seebench conform compat --suite full --out results/compat\n\nExit codes: 0 as expected, 1 something is not as it should be or was not asked, 2 the command is wrong, 3 no answer, 4 interrupted\n',
    )
    .action(run);
}

async function run(what: Part | undefined, options: ConformOptions): Promise<void> {
  const { conform } = await import('../conform.js');
  const { tellConformance } = await import('../conform-view.js');
  const catalogue = loadCatalogue(options);
  if (options.junit !== undefined) requireFile(options.junit);
  const ids = new Set([NATIVE, ...options.env]);
  const { result, dir, page } = await conform({
    steps: await Promise.all(
      PARTS.filter((part) => part === (what ?? part)).map((part) => STEPS[part](catalogue, options)),
    ),
    specs: [...ids].map((id) => environmentNamed(id, catalogue.profiles, catalogue.config.environments)),
    out: options.out ?? null,
    catalogue,
    allowHostSettings: options.allowHostSettings ?? false,
  });
  if (options.junit !== undefined) {
    const [{ conformanceJunit }, { writeText }] = await Promise.all([
      import('../../gate/index.js'),
      import('../../store/index.js'),
    ]);
    await writeText(options.junit, conformanceJunit(result));
  }
  if (options.json) printJson({ ...result, results: dir });
  else tellConformance(result);
  say(`stored in ${dir}; page: ${page}`);
  if (result.problems.length > 0) process.exitCode = EXIT.brokenPromise;
}

/** Parts are loaded when they are asked for. */
const STEPS: Record<Part, (catalogue: Catalogue, options: ConformOptions) => Promise<ConformStep>> = {
  containment: async (_, { prove = false }) =>
    (await import('../containment.js')).containmentStep(loadProbes(PROBES_DIR), prove),
  surface: async ({ workloads }) => {
    const cases = makeCases(workloads, 'smoke', COUNTED);
    return (await import('../surface.js')).surfaceStep(loadSyscallNames(PROBES_DIR), cases);
  },
  limits: async (_, { suite }) => (await import('../limits.js')).limitsStep(loadLimits(PROBES_DIR), PAIRS[suite]),
  features: async (_, { suite }) =>
    (await import('../features.js')).featuresStep(loadFeatures(PROBES_DIR), loadAreas(PROBES_DIR), BLOCKS[suite]),
  compat: async (_, { suite, testSuites }) => {
    const { suites, causes } = loadCompat(PROBES_DIR);
    const unknown = testSuites.find((id) => !suites.some((known) => known.id === id));
    if (unknown !== undefined)
      throw new SeebenchError(
        'unknown-test-suite',
        `no test suite ${oneLine(unknown, 60)}`,
        `choose of ${suites.map(({ id }) => id).join(', ')}`,
      );
    const chosen = suites.filter(({ id }) => testSuites.length === 0 || testSuites.includes(id));
    return (await import('../compat.js')).compatStep({ suites: chosen, causes }, suite);
  },
};
