import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Compat } from '../config/index.js';
import { runTrial } from '../measure/index.js';
import {
  NATIVE,
  type Case,
  type CompatDifference,
  type CompatRow,
  type TestOutcome,
  type TestSuite,
  type Workload,
} from '../model/index.js';
import { runscDriver, type Driver } from '../sandbox/index.js';
import { readShard, writeShard } from '../store/index.js';
import {
  afterLoss,
  afterRun,
  compatProblems,
  compatRow,
  difference,
  keyOfModule,
  launchTale,
  listedModules,
  lostModule,
  modulesOf,
  suspects,
  unimplementedIn,
  untouched,
  type ModuleState,
  type Suspect,
  type TestModule,
} from '../study/index.js';
import type { ConformContext, ConformStep, Found } from './conform.js';
import { interruption } from './interrupt.js';
import { PROBES_DIR } from './places.js';
import { say } from './print.js';
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
const AGAIN = 2;
/** Tests that are looked at alone for the cause of what they do. */
const LOOKED_AT = { smoke: 10, full: 60 } as const;
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

/** Runs test suites that others wrote in every environment but those for single workloads, and compares test by test. */
export function compatStep(compat: Compat, size: CompatSize): ConformStep {
  return { cases: [caseOf(1)], run: (context) => new Comparison(compat, size, context).run() };
}

class Comparison {
  readonly #compat: Compat;
  readonly #size: CompatSize;
  readonly #context: ConformContext;
  readonly #scratch = makeScratch('compat');
  #sequence = 0;

  constructor(compat: Compat, size: CompatSize, context: ConformContext) {
    this.#compat = compat;
    this.#size = size;
    this.#context = context;
  }

  async run(): Promise<Found> {
    const { drivers, trials, workshop } = this.#context;
    const mounts = [
      { source: await bringTool('pytest', interruption.signal), target: BROUGHT.pytest },
      { source: this.#scratch, target: BROUGHT.work },
      ...(existsSync(join(workshop.rootfs.dir, BROUGHT.tests))
        ? [{ source: await bringTool('python-tests', interruption.signal), target: BROUGHT.tests }]
        : []),
    ];
    const own = { mounts, limits: { pids: PIDS }, maxOutputBytes: OUTPUT_BYTES };
    const launcher = { ...this.#context, trials: { ...trials, ...own } };
    const native = drivers.find(({ environment }) => environment.id === NATIVE)!;
    // A baseline that takes away what suites test is none for them.
    const others = drivers.filter(({ environment }) => environment.runtime === 'runsc');
    const modules = await this.#list(native, launcher);
    for (const { id } of this.#compat.suites)
      if (!modules.some(({ suite }) => suite === id)) say(`the root file system has no tests of ${id}`);
    const natively = await this.#all(native, modules, launcher);
    const rows: CompatRow[] = this.#rows(NATIVE, natively, []);
    const differences: CompatDifference[] = [];
    for (const driver of others) {
      const here = await this.#all(driver, modules, launcher);
      const found = await this.#differences(native, natively, driver, here, launcher);
      differences.push(...found);
      rows.push(...this.#rows(driver.environment.id, here, found));
    }
    return { compat: rows, differences, problems: compatProblems(rows, differences) };
  }

  #rows(environment: string, states: readonly ModuleState[], found: readonly CompatDifference[]): CompatRow[] {
    return this.#compat.suites.map((suite) => {
      const own = states.filter(({ module }) => module.suite === suite.id);
      return compatRow(suite, environment, own, found);
    });
  }

  /** The modules of this size that the root file system has. */
  async #list(native: Driver, context: ConformContext): Promise<TestModule[]> {
    const { suites } = this.#compat;
    const list = suites.map(({ id, kind, path }) => ({ id, kind, path }));
    const { stdout } = await this.#launch(native, { list }, 60, context);
    const found = listedModules(stdout);
    return suites.flatMap((suite) => modulesOf(suite, this.#size, found.get(suite.id) ?? []));
  }

  /** All modules in one environment, shard by shard; one that was run before, on the same ground, is read. */
  async #all(driver: Driver, modules: readonly TestModule[], context: ConformContext): Promise<ModuleState[]> {
    const states: ModuleState[] = [];
    const { id } = driver.environment;
    for (const [name, shard] of shardsOf(modules)) {
      const key = this.#ground(driver, shard);
      const file = join(context.dir, 'compat', `${id}-${name}.json`);
      const tests = states.reduce((sum, state) => sum + state.tests.size, 0);
      say(
        `test suites in ${id}: ${name}, ${states.length} of ${modules.length} modules, ${tests} tests; kept in ${context.dir}`,
      );
      const kept = await readShard(file, key);
      const made = kept ?? (await this.#shard(driver, shard, context));
      if (kept === null) await writeShard(file, key, made);
      states.push(...made);
    }
    return states;
  }

  async #shard(driver: Driver, modules: readonly TestModule[], context: ConformContext): Promise<ModuleState[]> {
    const states = new Map(modules.map((module) => [keyOfModule(module), untouched(module)]));
    for (let turn = 0; turn < MOST_PROCESSES; turn++) {
      const open = [...states.values()].filter(({ done }) => !done);
      if (open.length === 0) break;
      const tasks = open.map(({ module, tests }) => ({ module, only: [], skip: [...tests.keys()] }));
      await this.#advance(driver, tasks, states, context);
    }
    return [...states.values()];
  }

  /** One launch. A module that takes its whole sandbox with it is told from those that ran beside it by running them alone. */
  async #advance(
    driver: Driver,
    tasks: readonly Task[],
    states: Map<string, ModuleState>,
    context: ConformContext,
  ): Promise<void> {
    const modules = tasks.map(({ module }) => module);
    const { stdout, how } = await this.#launchTasks(driver, tasks, context);
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
      await this.#advance(driver, [task], states, context);
    }
    // Nothing was even begun: no sandbox to run anything in.
    if (began.length === 0)
      for (const module of modules) states.set(keyOfModule(module), afterLoss(untouched(module), how));
  }

  async #differences(
    native: Driver,
    natively: readonly ModuleState[],
    driver: Driver,
    here: readonly ModuleState[],
    context: ConformContext,
  ): Promise<CompatDifference[]> {
    const { id } = driver.environment;
    const { causes } = this.#compat;
    const rows = natively.flatMap((state, index) => lostModule(state, here[index]!, id, causes) ?? []);
    const suspected = natively.flatMap((state, index) => suspects(state, here[index]!));
    if (suspected.length === 0) return rows;
    say(
      `${suspected.length} tests came out differently in ${id}; running them again, ${AGAIN} times there and natively`,
    );
    const again = {
      native: await this.#again(native, suspected, context),
      here: await this.#again(driver, suspected, context),
    };
    let looked = 0;
    for (const suspect of suspected) {
      const seen = {
        native: again.native.map((run) => run(suspect)),
        here: again.here.map((run) => run(suspect)),
      };
      let row = difference(suspect, id, seen, [], causes);
      if (row.cause === null && !row.flaky && looked < LOOKED_AT[this.#size]) {
        looked++;
        row = difference(suspect, id, seen, await this.#unimplemented(driver, suspect, context), causes);
      }
      rows.push(row);
    }
    return rows;
  }

  /** Runs the suspects and nothing else, some times. @returns for each time, how a suspect came out */
  async #again(
    driver: Driver,
    suspected: readonly Suspect[],
    context: ConformContext,
  ): Promise<((suspect: Suspect) => TestOutcome)[]> {
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
        await this.#advance(driver, tasks, states, context);
      }
      times.push(({ module, test }) => states.get(keyOfModule(module))!.tests.get(test)?.outcome ?? 'absent');
    }
    return times;
  }

  /** System calls that gVisor counts as unimplemented in a sandbox with this test, and not in one that only loads its module. */
  async #unimplemented(driver: Driver, { module, test }: Suspect, context: ConformContext): Promise<readonly number[]> {
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
      const counted = runscDriver({ ...environment, profile: counting }, context.workshop.home);
      await this.#launchTasks(counted, [{ module, only: [only], skip: [] }], context);
      return unimplementedIn(existsSync(file) ? readFileSync(file, 'utf8') : '');
    };
    const before = new Set(await count('none of its tests'));
    return (await count(test)).filter((number) => !before.has(number));
  }

  #launchTasks(
    driver: Driver,
    tasks: readonly Task[],
    context: ConformContext,
  ): Promise<{ readonly stdout: string; readonly how: string }> {
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
    return this.#launch(driver, { run: { modules, jobs, seconds } }, LAUNCH_S[this.#size], context);
  }

  #suite({ suite }: TestModule): TestSuite {
    return this.#compat.suites.find(({ id }) => id === suite)!;
  }

  async #launch(
    driver: Driver,
    work: unknown,
    seconds: number,
    { trials }: ConformContext,
  ): Promise<{ readonly stdout: string; readonly how: string }> {
    writeFileSync(join(this.#scratch, 'work.json'), JSON.stringify(work), { mode: 0o644 });
    const one = caseOf(seconds);
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
function caseOf(seconds: number): Case {
  const size = { params: {}, timeoutMs: seconds * 1000, memoryBytes: MEMORY_BYTES, data: [] };
  const workload: Workload = {
    id: 'compat',
    title: 'Test suites',
    class: 'system',
    description: 'Runs tests that others wrote.',
    dir: PROBES_DIR,
    command: ['/usr/bin/python3', '/workload/compat.py'],
    headline: 'wall_ns',
    workUnit: null,
    digest: false,
    needs: { modules: [], files: ['/usr/bin/python3'] },
    sizes: { smoke: size, quick: size, full: size },
  };
  return { id: workload.id, workload, size: 'smoke', spec: { ...size, params: { work: `${BROUGHT.work}/work.json` } } };
}
