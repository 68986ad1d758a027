import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Compat } from '../config/index.js';
import { runTrial } from '../measure/index.js';
import type { Case, TestOutcome, TestSuite } from '../model/index.js';
import { runscDriver, type Driver } from '../sandbox/index.js';
import { readShard, writeShard } from '../store/index.js';
import {
  afterLoss,
  afterRun,
  keyOfModule,
  launchTale,
  listedModules,
  modulesOf,
  unimplementedIn,
  untouched,
  type ModuleState,
  type Suspect,
  type TestModule,
} from '../study/index.js';
import type { ConformContext } from './conform.js';
import { interruption } from './interrupt.js';
import { PROBES_DIR } from './places.js';
import { say } from './print.js';
import { probeProgram } from './probe-program.js';
import { makeScratch } from './scratch.js';
import { bringTool } from './wire.js';

/** The program that runs them; what is known of causes may change, and nothing has to be run again for it. */
const RUNNER = readFileSync(join(PROBES_DIR, 'compat.py'), 'utf8');

export type CompatSize = 'smoke' | 'full';

/** A test's own deadline, seconds. */
const TEST_S = { smoke: 30, full: 60 } as const;
/** A shard's: for a sandbox that hangs as a whole. */
const LAUNCH_S = { smoke: 900, full: 3 * 3600 } as const;
/** Modules that share a sandbox, and what is kept of them when the command is interrupted. */
const SHARD = 32;
/** Processes of one module: each ends at a test that hangs or crashes, and the next goes on behind it. */
const MOST_PROCESSES = 8;
/** Launches again of what differs, in each of the two environments. */
export const AGAIN = 2;
const MEMORY_BYTES = 4 * 2 ** 30;
/** Pools of processes and threads are tested too. */
const PIDS = 4096;
/** A shard's tests with their names. */
const OUTPUT_BYTES = 32 * 2 ** 20;
/** Python's own have their place in every Python, where their programs look for them too; the rest lies below `/tmp`, which is the sandbox's own. */
const BROUGHT = {
  tests: '/usr/lib/python3.11/test',
  pytest: '/seebench/brought/pytest',
  work: '/seebench/brought/work',
};

/** One module with what of it is to be run; all of it where `only` is empty. */
interface Task {
  readonly module: TestModule;
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/** Runs modules of test suites in sandboxes, and keeps what was run. */
export class SuiteLaunches {
  readonly #compat: Compat;
  readonly #size: CompatSize;
  readonly #context: ConformContext;
  readonly #scratch: string;
  #sequence = 0;

  private constructor(compat: Compat, size: CompatSize, context: ConformContext, scratch: string) {
    this.#compat = compat;
    this.#size = size;
    this.#context = context;
    this.#scratch = scratch;
  }

  /** Brings what the suites need that the root file system has not. */
  static async prepare(compat: Compat, size: CompatSize, context: ConformContext): Promise<SuiteLaunches> {
    const { trials, workshop } = context;
    const scratch = makeScratch('compat');
    const mounts = [
      { source: await bringTool('pytest', interruption.signal), target: BROUGHT.pytest },
      { source: scratch, target: BROUGHT.work },
      ...(existsSync(join(workshop.rootfs.dir, BROUGHT.tests))
        ? [{ source: await bringTool('python-tests', interruption.signal), target: BROUGHT.tests }]
        : []),
    ];
    const own = { mounts, limits: { pids: PIDS }, maxOutputBytes: OUTPUT_BYTES };
    return new SuiteLaunches(compat, size, { ...context, trials: { ...trials, ...own } }, scratch);
  }

  /** The modules of this size that the root file system has. */
  async list(native: Driver): Promise<TestModule[]> {
    const { suites } = this.#compat;
    const list = suites.map(({ id, kind, path }) => ({ id, kind, path }));
    const { stdout } = await this.#launch(native, { list }, 60);
    const found = listedModules(stdout);
    return suites.flatMap((suite) => modulesOf(suite, this.#size, found.get(suite.id) ?? []));
  }

  /** All modules in one environment, shard by shard; one that was run before, on the same ground, is read. */
  async all(driver: Driver, modules: readonly TestModule[]): Promise<ModuleState[]> {
    const states: ModuleState[] = [];
    const { id } = driver.environment;
    const { dir } = this.#context;
    for (const [name, shard] of shardsOf(modules)) {
      const key = this.#ground(driver, shard);
      const file = join(dir, 'compat', `${id}-${name}.json`);
      const tests = states.reduce((sum, state) => sum + state.tests.size, 0);
      say(
        `test suites in ${id}: ${name}, ${states.length} of ${modules.length} modules, ${tests} tests; kept in ${dir}`,
      );
      const stored = await readShard(file, key);
      const sameModules = stored?.map(({ module }) => keyOfModule(module)).join() === shard.map(keyOfModule).join();
      const kept = sameModules ? stored : null;
      const made = kept ?? (await this.#shard(driver, shard));
      if (kept === null) await writeShard(file, key, made);
      states.push(...made);
    }
    return states;
  }

  async #shard(driver: Driver, modules: readonly TestModule[]): Promise<ModuleState[]> {
    const states = new Map(modules.map((module) => [keyOfModule(module), untouched(module)]));
    for (let turn = 0; turn < MOST_PROCESSES; turn++) {
      const open = [...states.values()].filter(({ done }) => !done);
      if (open.length === 0) break;
      const tasks = open.map(({ module, tests }) => ({ module, only: [], skip: [...tests.keys()] }));
      await this.#advance(driver, tasks, states);
    }
    return [...states.values()];
  }

  /** One launch. A module that takes its whole sandbox with it is told from those that ran beside it by running them alone. */
  async #advance(driver: Driver, tasks: readonly Task[], states: Map<string, ModuleState>): Promise<void> {
    const modules = tasks.map(({ module }) => module);
    const { stdout, how } = await this.#launchTasks(driver, tasks);
    const { began, runs } = launchTale(stdout, modules);
    const ended = new Set(runs.map(keyOfModule));
    for (const run of runs) {
      const key = keyOfModule(run);
      states.set(key, afterRun(states.get(key)!, run));
    }
    const lost = began.filter((module) => !ended.has(keyOfModule(module)));
    const [only] = lost;
    if (tasks.length === 1 && only !== undefined) {
      const key = keyOfModule(only);
      states.set(key, afterLoss(states.get(key)!, how));
      return;
    }
    for (const module of lost) {
      const task = tasks.find((it) => it.module === module)!;
      await this.#advance(driver, [task], states);
    }
    // Nothing was even begun: no sandbox to run anything in.
    if (began.length === 0)
      for (const module of modules) states.set(keyOfModule(module), afterLoss(untouched(module), how));
  }

  /** Runs the suspects and nothing else, some times. @returns for each time, how a suspect came out */
  async again(driver: Driver, suspected: readonly Suspect[]): Promise<((suspect: Suspect) => TestOutcome)[]> {
    const only = new Map<string, { module: TestModule; tests: string[] }>();
    for (const { module, test } of suspected) {
      const key = keyOfModule(module);
      const entry = only.get(key) ?? { module, tests: [] };
      entry.tests.push(test);
      only.set(key, entry);
    }
    const times: ((suspect: Suspect) => TestOutcome)[] = [];
    for (let time = 0; time < AGAIN; time++) {
      const states = new Map([...only.values()].map(({ module }) => [keyOfModule(module), untouched(module)]));
      for (let turn = 0; turn < MOST_PROCESSES; turn++) {
        const open = [...states.values()].filter(({ done }) => !done);
        if (open.length === 0) break;
        const tasks = open.map(({ module, tests }) => ({
          module,
          only: only.get(keyOfModule(module))!.tests,
          skip: [...tests.keys()],
        }));
        await this.#advance(driver, tasks, states);
      }
      times.push(({ module, test }) => states.get(keyOfModule(module))!.tests.get(test)?.outcome ?? 'absent');
    }
    return times;
  }

  /** System calls that gVisor counts as unimplemented in a sandbox with this test, and not in one that only loads its module. */
  async unimplemented(driver: Driver, { module, test }: Suspect): Promise<readonly number[]> {
    const count = async (only: string): Promise<number[]> => {
      const file = join(this.#scratch, 'metrics');
      writeFileSync(file, '');
      const { environment } = driver;
      const { profile } = environment;
      const counting = {
        ...profile,
        runscFlags: [
          ...profile.runscFlags,
          { name: 'final-metrics-log', value: file, reason: 'what it did not implement' },
        ],
      };
      const counted = runscDriver({ ...environment, profile: counting }, this.#context.workshop.home);
      await this.#launchTasks(counted, [{ module, only: [only], skip: [] }]);
      return unimplementedIn(existsSync(file) ? readFileSync(file, 'utf8') : '');
    };
    const before = new Set(await count('none of its tests'));
    return (await count(test)).filter((number) => !before.has(number));
  }

  #launchTasks(driver: Driver, tasks: readonly Task[]): Promise<{ readonly stdout: string; readonly how: string }> {
    const jobs = availableParallelism();
    const seconds = TEST_S[this.#size];
    const modules = tasks.map(({ module, only, skip }) => ({
      suite: module.suite,
      kind: this.#suite(module).kind,
      name: module.name,
      paths: [BROUGHT.pytest],
      only,
      skip,
    }));
    return this.#launch(driver, { run: { modules, jobs, seconds } }, LAUNCH_S[this.#size]);
  }

  #suite({ suite }: TestModule): TestSuite {
    return this.#compat.suites.find(({ id }) => id === suite)!;
  }

  async #launch(
    driver: Driver,
    work: unknown,
    seconds: number,
  ): Promise<{ readonly stdout: string; readonly how: string }> {
    const { trials } = this.#context;
    writeFileSync(join(this.#scratch, 'work.json'), JSON.stringify(work), { mode: 0o644 });
    const one = compatCase(seconds);
    const sequence = this.#sequence++;
    const environmentId = driver.environment.id;
    const key = { id: 'compat', sequence, block: 0, position: 0, caseId: one.id, environmentId };
    const { trial, stdout, stderr } = await runTrial(driver, one, key, trials);
    trials.signal?.throwIfAborted();
    const { outcome } = trial;
    const how =
      'reason' in outcome
        ? `${outcome.kind}: ${outcome.reason} ${stderr.trim().slice(-150)}`
        : 'it ended before the module did';
    return { stdout, how };
  }

  /** What a shard was run on: another runtime, root file system or profile makes another one. */
  #ground(driver: Driver, modules: readonly TestModule[]): string {
    const { digests } = this.#context.workshop;
    const { id, profile } = driver.environment;
    const ground = [id, profile, modules, this.#size, digests['rootfs'], digests[`runtime/${id}`], RUNNER];
    return createHash('sha256').update(JSON.stringify(ground)).digest('hex');
  }
}

/** Pieces of each suite, by name. */
function shardsOf(modules: readonly TestModule[]): [name: string, modules: TestModule[]][] {
  const shards: [string, TestModule[]][] = [];
  for (const suite of new Set(modules.map((module) => module.suite))) {
    const own = modules.filter((module) => module.suite === suite);
    for (let start = 0; start < own.length; start += SHARD)
      shards.push([`${suite}-${start / SHARD}`, own.slice(start, start + SHARD)]);
  }
  return shards;
}

/** @param seconds until everything of it is ended */
export function compatCase(seconds: number): Case {
  const named = { id: 'compat', title: 'Test suites', description: 'Runs tests that others wrote.' };
  const size = { params: {}, timeoutMs: seconds * 1000, memoryBytes: MEMORY_BYTES, data: [] };
  const workload = probeProgram({ ...named, program: 'compat.py' }, size);
  return { id: workload.id, workload, size: 'smoke', spec: { ...size, params: { work: `${BROUGHT.work}/work.json` } } };
}
