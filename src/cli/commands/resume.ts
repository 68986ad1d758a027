import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { environmentNamed } from '../../config/index.js';
import { NATIVE, SeebenchError, twinOf, type RunManifest, type Workload } from '../../model/index.js';
import { addCommonOptions, HOST_SETTINGS_HELP, loadCatalogue, type CommonOptions } from '../options.js';
import { RESULTS_DIR } from '../places.js';

interface ResumeOptions extends CommonOptions {
  readonly allowHostSettings?: boolean;
}

export function addResume(program: Command): Command {
  const command = program
    .command('resume')
    .description('go on with an interrupted run')
    .argument('[run]', 'an id, a path, or `latest`', 'latest')
    .option('--allow-host-settings', HOST_SETTINGS_HELP);
  return addCommonOptions(command).addHelpText('after', '\nExample:\n  seebench resume latest\n').action(resume);
}

async function resume(ref: string, options: ResumeOptions): Promise<void> {
  const { readRun, resolveRun } = await import('../../store/index.js');
  const dir = await resolveRun(ref, RESULTS_DIR);
  const { manifest, trials } = await readRun(dir);
  await refuseFinished(manifest);
  refuseStudies(manifest);
  const catalogue = loadCatalogue(options);
  const { measureRun } = await import('../measure-run.js');
  await measureRun({
    id: manifest.id,
    dir: resolve(dir) === join(RESULTS_DIR, manifest.id) ? null : dir,
    plan: manifest.plan,
    command: manifest.command,
    cases: manifest.plan.cases.map(({ id, workload, size }) => {
      const found = workloadOf(workload, catalogue.workloads);
      return { id, workload: found, size, spec: found.sizes[size] };
    }),
    specs: manifest.plan.environments.map((id) =>
      environmentNamed(id, catalogue.profiles, catalogue.config.environments),
    ),
    runtime: catalogue.runtime,
    allowHostSettings: options.allowHostSettings ?? false,
    withHostname: manifest.fingerprint.hostname !== null,
    json: options.json ?? false,
    earlier: { manifest, trials },
  });
}

async function refuseFinished({ id, state }: RunManifest): Promise<void> {
  const { processStart } = await import('../../host/index.js');
  if (state.kind === 'complete')
    throw new SeebenchError('run-complete', `run ${id} is complete`, `make its report with: seebench report ${id}`);
  if (state.kind === 'running' && state.processStart !== '' && processStart(state.pid) === state.processStart) {
    throw new SeebenchError('run-in-progress', `run ${id} is in progress (process ${state.pid})`, 'wait for its end');
  }
}

/** Runs of studies have environments that no name stands for, and are judged whole. */
function refuseStudies({ id, plan }: RunManifest): void {
  const [what, remedy] = plan.pool
    ? ['a pool of certify', `go on with it: seebench certify ${id} --budget 30m`]
    : plan.tune || plan.cliffs
      ? ['a run of tune', 'start it again: seebench tune']
      : plan.environments.includes(twinOf(NATIVE))
        ? ['a run of gate --measure', 'start it again: seebench gate --measure']
        : [];
  if (what !== undefined)
    throw new SeebenchError('not-resumable', `${id} is ${what}, which resume does not go on with`, remedy!);
}

function workloadOf(id: string, workloads: readonly Workload[]): Workload {
  const found = workloads.find((it) => it.id === id);
  if (found) return found;
  throw new SeebenchError(
    'unknown-workload',
    `workload \`${id}\` of the run is not there any more`,
    'give its directory with --workloads-dir',
  );
}
