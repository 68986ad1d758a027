import { realpathSync } from 'node:fs';
import { runTrial, type TrialContext } from '../measure/index.js';
import type { Case, Feature, SnowparkArea, Workload } from '../model/index.js';
import type { Driver } from '../sandbox/index.js';
import { rng, shuffle } from '../stats/index.js';
import { areaRows, featureProblems, featureRows, taskLine, type TaskLaunch } from '../study/index.js';
import type { ConformContext, ConformStep, Found } from './conform.js';
import { interruption } from './interrupt.js';
import { say } from './print.js';
import { probeProgram } from './probe-program.js';
import { bringTool } from './wire.js';

/** What hangs must not take minutes: a feature ends in seconds, in the slowest environment too; so does an area, of which there are a dozen. */
const LAUNCH_MS = { features: 30_000, snowpark_areas: 180_000 };
const MEMORY_BYTES = 2 * 2 ** 30;
/** What did not work in so many launches of an environment is not tried again. */
const ENOUGH_REFUSALS = 2;
/** Where the sandbox sees what is brought: below `/tmp`, which is its own, so that no mount point is made in the root file system. */
const BROUGHT = { node: '/seebench/brought/node', pip: '/seebench/brought/pip' };

/**
 * Uses every feature and every area of Snowpark in every environment.
 * @param blocks launches of each feature in each environment
 */
export function featuresStep(
  features: readonly Feature[],
  areas: readonly SnowparkArea[],
  blocks: number,
): ConformStep {
  return {
    cases: [caseOf(workloadOf('features'), ''), caseOf(workloadOf('snowpark_areas'), '')],
    run: (context) => useAll(features, areas, blocks, context),
  };
}

async function useAll(
  features: readonly Feature[],
  areas: readonly SnowparkArea[],
  blocks: number,
  { drivers, trials }: ConformContext,
): Promise<Found> {
  const pip = await bringTool('pip', interruption.signal);
  const mounts = [
    { source: realpathSync(process.execPath), target: BROUGHT.node },
    { source: pip, target: BROUGHT.pip },
  ];
  const launcher = new Launcher({ ...trials, mounts });
  const used: TaskLaunch[] = [];
  for (let block = 0; block < blocks; block++) {
    say(`using ${features.length} features in ${drivers.length} environments, block ${block + 1} of ${blocks}`);
    for (const feature of features) {
      for (const driver of shuffle(drivers, rng(`features/${feature.id}/${block}`))) {
        if (!refusedEnough(used, feature.id, driver.environment.id))
          used.push(await launcher.launch(driver, workloadOf('features'), feature.id, block));
      }
    }
  }
  const names = areas.map(({ id }) => id);
  const answered: TaskLaunch[] = [];
  for (const driver of drivers) {
    say(`using ${areas.length} areas of Snowpark in ${driver.environment.id}`);
    answered.push(...(await launcher.launchAll(driver, workloadOf('snowpark_areas'), names)));
  }
  const places = drivers.map(({ environment }) => ({ id: environment.id, gvisor: environment.runtime === 'runsc' }));
  const found = { features: featureRows(features, places, used), areas: areaRows(areas, places, answered) };
  return { ...found, problems: featureProblems(found.features, found.areas) };
}

function refusedEnough(used: readonly TaskLaunch[], task: string, environment: string): boolean {
  const own = used.filter((launch) => launch.task === task && launch.environment === environment);
  return own.filter(({ line }) => line.answer !== 'works').length >= ENOUGH_REFUSALS;
}

/** Launches tasks in fresh sandboxes: whatever one does to its sandbox is its own answer. */
class Launcher {
  readonly #context: TrialContext;
  #sequence = 0;

  constructor(context: TrialContext) {
    this.#context = context;
  }

  async launch(driver: Driver, workload: Workload, task: string, block: number): Promise<TaskLaunch> {
    const { stdout, wallNs, ended } = await this.#run(driver, workload, task, block);
    return { task, environment: driver.environment.id, block, line: taskLine(stdout, task, wallNs, ended) };
  }

  /** Launches tasks that share what takes long to import; those that did not answer are launched again, each alone. */
  async launchAll(driver: Driver, workload: Workload, tasks: readonly string[]): Promise<TaskLaunch[]> {
    const { stdout, wallNs } = await this.#run(driver, workload, tasks.join(','), 0);
    const launches: TaskLaunch[] = [];
    for (const task of tasks) {
      const line = taskLine(stdout, task, wallNs, null);
      const first = { task, environment: driver.environment.id, block: 0, line };
      launches.push(line.answer === 'broken' ? await this.launch(driver, workload, task, 0) : first);
    }
    return launches;
  }

  async #run(
    driver: Driver,
    workload: Workload,
    task: string,
    block: number,
  ): Promise<{ readonly stdout: string; readonly wallNs: number | null; readonly ended: string | null }> {
    const one = caseOf(workload, task);
    const sequence = this.#sequence++;
    const environmentId = driver.environment.id;
    const key = { id: 'features', sequence, block, position: 0, caseId: one.id, environmentId };
    const { trial, stdout } = await runTrial(driver, one, key, this.#context);
    this.#context.signal?.throwIfAborted();
    const { outcome, wallNs } = trial;
    const ended = 'reason' in outcome ? `${outcome.kind}: ${outcome.reason}` : null;
    return { stdout, wallNs, ended };
  }
}

function workloadOf(name: keyof typeof LAUNCH_MS): Workload {
  const named = { id: name, title: name, description: 'Uses what programs need.' };
  const spec = { params: {}, timeoutMs: LAUNCH_MS[name], memoryBytes: MEMORY_BYTES, data: [] };
  return probeProgram({ ...named, program: `${name}.py` }, spec);
}

function caseOf(workload: Workload, task: string): Case {
  return {
    id: workload.id,
    workload,
    size: 'smoke',
    spec: { ...workload.sizes.smoke, params: { task, ...BROUGHT } },
  };
}
