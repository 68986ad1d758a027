import { randomInt } from 'node:crypto';
import { Option, type Command } from 'commander';
import { environmentNamed } from '../../config/index.js';
import { NATIVE, SeebenchError, SIZES, START_KINDS, type Size, type StartKind } from '../../model/index.js';
import { makeCases } from '../../plan/index.js';
import {
  addCommonOptions,
  count,
  HOST_SETTINGS_HELP,
  listOption,
  loadCatalogue,
  seed,
  type CommonOptions,
} from '../options.js';
import { printStudy, say } from '../print.js';

const WORKLOADS = ['true', 'first-row', 'import-data'];
const ENVIRONMENTS = [NATIVE, 'gvisor-systrap', 'gvisor-systrap-tuned', 'gvisor-systrap-tuned-restore'];
const BLOCKS = 10;

interface StartupOptions extends CommonOptions {
  readonly suite: Size;
  readonly workload: string[];
  readonly env: string[];
  readonly kind: string[];
  readonly blocks: number;
  readonly seed?: number;
  readonly out?: string;
  readonly allowHostSettings?: boolean;
}

export function addStartup(program: Command): Command {
  const command = program
    .command('startup')
    .description(
      'where the time of a start goes: cold, warm and restored, from spawn to deletion, with gVisor’s own timeline',
    )
    .addOption(new Option('--suite <name>', 'size of the workloads').choices(SIZES).default('quick'))
    .addOption(listOption('--workload <ids>', 'workloads to start', WORKLOADS))
    .addOption(listOption('--env <ids>', 'environments; native is always one', ENVIRONMENTS))
    .addOption(
      listOption(
        '--kind <kinds>',
        'cold: no page of its files cached; warm: all; restored: from a snapshot, for …-restore environments',
        START_KINDS,
      ),
    )
    .addOption(new Option('--blocks <n>', 'blocks of every case').argParser(count).default(BLOCKS))
    .option('--seed <n>', 'seed of the order of starts', seed)
    .option('--out <dir>', 'directory of the results (default: results/<run-id>)')
    .option('--allow-host-settings', HOST_SETTINGS_HELP);
  return addCommonOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  seebench startup --blocks 10\n  seebench startup --workload first-row --kind warm,restored --env gvisor-systrap-tuned,gvisor-systrap-tuned-restore\n',
    )
    .action(startup);
}

async function startup(options: StartupOptions): Promise<void> {
  const { startup: measured } = await import('../startup.js');
  const catalogue = loadCatalogue(options);
  const environments = [...new Set([NATIVE, ...options.env])];
  const found = await measured({
    cases: makeCases(catalogue.workloads, options.suite, options.workload),
    specs: environments.map((id) => environmentNamed(id, catalogue.profiles, catalogue.config.environments)),
    kinds: options.kind.map(kindNamed),
    blocks: options.blocks,
    seed: options.seed ?? randomInt(2 ** 32),
    out: options.out ?? null,
    allowHostSettings: options.allowHostSettings ?? false,
    catalogue,
  });
  if (!options.json) for (const failure of found?.result.failures ?? []) say(`failed: ${failure}`);
  printStudy(found, { json: options.json, interrupted: 'not judged' });
}

function kindNamed(name: string): StartKind {
  const kind = START_KINDS.find((it) => it === name);
  if (kind !== undefined) return kind;
  throw new SeebenchError('usage', `there is no kind of start \`${name}\``, `give some of ${START_KINDS.join(', ')}`);
}
