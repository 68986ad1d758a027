import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EnvironmentSpec } from '../config/index.js';
import { fingerprint } from '../host/index.js';
import { runTrial, type TrialContext } from '../measure/index.js';
import {
  COLD_KINDS,
  NATIVE,
  SeebenchError,
  EXIT,
  type Case,
  type DroppedPages,
  type StartKind,
  type StartStep,
  type StartTrial,
  type StartupResult,
} from '../model/index.js';
import { exec } from '../process/index.js';
import { writeStartupReport } from '../report/index.js';
import { RestoreDriver, STAMPS_FILE, type Driver } from '../sandbox/index.js';
import { rng, shuffle } from '../stats/index.js';
import { startSteps, startupResult, steppedStart } from '../study/index.js';
import { appendStart, writeStartup } from '../store/index.js';
import { interruption } from './interrupt.js';
import { availableIds, inWorkshop, trialContext } from './measure-run.js';
import type { Catalogue } from './options.js';
import { makeResultsDir } from './output.js';
import { GUEST_DIR, REPORTS_DIR, RESULTS_DIR } from './places.js';
import { say } from './print.js';
import { commandLine, runId } from './run-id.js';
import { makeScratch, removeScratch } from './scratch.js';
import { bringSnapshots } from './snapshots.js';
import { probeAll, requireNative, type Workshop } from './wire.js';

/** Reading the attributes of some ten thousand files, and dropping their pages. */
const DROP_DEADLINE_MS = 60_000;

export interface StartupRequest {
  readonly cases: readonly Case[];
  readonly specs: readonly EnvironmentSpec[];
  readonly kinds: readonly StartKind[];
  readonly blocks: number;
  readonly seed: number;
  readonly out: string | null;
  readonly allowHostSettings: boolean;
  readonly catalogue: Catalogue;
}

/** One way in which a block starts a case. */
interface Arm {
  readonly driver: Driver;
  readonly kind: StartKind;
  readonly instrumented: boolean;
}

/**
 * Starts every case in every environment with a cold and a warm page cache, or from a snapshot, with and without the runtime's log, in
 * interleaved blocks; and takes the starts apart.
 * @returns what was found and its page; `null` when it was interrupted
 */
export async function startup(
  request: StartupRequest,
): Promise<{ readonly result: StartupResult; readonly page: string } | null> {
  const { specs, cases, catalogue, allowHostSettings, out } = request;
  const id = runId();
  const dir = makeResultsDir(out ?? join(RESULTS_DIR, id));
  const input = { id, cases, specs, runtime: catalogue.runtime, allowHostSettings };
  const trials = await inWorkshop(input, async (workshop) => {
    const records = await probeAll(workshop, { emulated: false, signal: interruption.signal });
    requireNative(records);
    const available = availableIds(records);
    for (const { id: name, probe } of records)
      if (probe.status === 'unavailable') say(`${name} is left out: ${probe.reason}`);
    const drivers = [...workshop.drivers.values()].filter(({ environment }) => available.has(environment.id));
    await bringSnapshots(workshop, cases.filter(isWarmable), interruption.signal);
    try {
      return await collect(request, dir, drivers, workshop, trialContext(workshop, records));
    } finally {
      removeScratch();
    }
  });
  if (trials === null) return null;
  const result = startupResult(
    id,
    commandLine(request.seed),
    specs.map((spec) => spec.id),
    trials,
  );
  if (result.rows.length === 0)
    throw new SeebenchError(
      'nothing-measured',
      'no start completed',
      `see ${join(dir, 'startup-trials.jsonl')} for what failed`,
      EXIT.noAnswer,
    );
  await writeStartup(dir, result);
  const page = await writeStartupReport(result, await fingerprint({ hostname: false }), join(REPORTS_DIR, id));
  return { result, page };
}

const isWarmable = ({ workload }: Case): boolean => workload.warmPoint === 'imports';
const isCold = ({ kind }: Pick<Arm, 'kind'>): boolean => COLD_KINDS.includes(kind);

async function collect(
  { cases, kinds, blocks, seed }: StartupRequest,
  dir: string,
  drivers: readonly Driver[],
  workshop: Workshop,
  context: TrialContext,
): Promise<StartTrial[] | null> {
  const trials: StartTrial[] = [];
  const launches = new Launches(workshop, context);
  for (let block = 0; block < blocks; block++) {
    for (const one of cases) {
      const random = rng(`${seed}/${block}/${one.id}`);
      const arms = armsOf(one, drivers, kinds);
      say(`block ${block + 1} of ${blocks}: ${one.id}, ${arms.length} starts`);
      // Warm starts need the cache that cold ones empty: a block has both halves, in random order.
      for (const half of shuffle([arms.filter(isCold), arms.filter((arm) => !isCold(arm))], random)) {
        if (half.some((arm) => !isCold(arm)))
          for (const driver of new Set(half.map((arm) => arm.driver))) await launches.warmUp(driver, one);
        for (const arm of shuffle(half, random)) {
          const trial = await launches.measure(arm, one, block);
          if (trial === null) return null;
          trials.push(trial);
          await appendStart(dir, trial);
        }
      }
    }
  }
  // Others find the cache as they left it.
  for (const one of cases)
    for (const driver of new Set(armsOf(one, drivers, kinds).map((arm) => arm.driver)))
      await launches.warmUp(driver, one);
  return interruption.signal.aborted ? null : trials;
}

function armsOf(one: Case, drivers: readonly Driver[], kinds: readonly StartKind[]): Arm[] {
  return drivers.flatMap((driver) => {
    const restored = driver instanceof RestoreDriver;
    if (restored && !isWarmable(one)) return [];
    return kinds
      .filter((kind) => kind.startsWith('restored') === restored)
      .flatMap((kind) => [false, true].map((instrumented): Arm => ({ driver, kind, instrumented })));
  });
}

/** Makes the launches of a study, each with a name of its own. */
class Launches {
  readonly #workshop: Workshop;
  readonly #context: TrialContext;
  #sequence = 0;
  /** By case: the digest of native's answer. */
  readonly #answers = new Map<string, string>();

  constructor(workshop: Workshop, context: TrialContext) {
    this.#workshop = workshop;
    this.#context = context;
  }

  /** A launch that is not kept: whatever it reads is in the page cache then. */
  async warmUp(driver: Driver, one: Case): Promise<void> {
    if (!interruption.signal.aborted) await this.#launch(driver, one, 0);
  }

  /** @returns `null` when the signal cut it off */
  async measure({ driver, kind, instrumented }: Arm, one: Case, block: number): Promise<StartTrial | null> {
    const dropped = COLD_KINDS.includes(kind) ? await this.#drop(driver, one) : null;
    const watched = instrumented ? withTimeline(driver, this.#workshop.helpers.steps) : null;
    const measured = await this.#launch(watched?.driver ?? driver, one, block);
    if (measured.aborted || interruption.signal.aborted) return null;
    const { outcome, digest, wallNs, marks, clockErrorNs } = measured.trial;
    if (driver.environment.id === NATIVE && digest !== null && outcome.kind === 'completed')
      this.#answers.set(one.id, this.#answers.get(one.id) ?? digest);
    const answer = this.#answers.get(one.id);
    const mismatched = answer !== undefined && digest !== null && digest !== answer;
    const reason =
      outcome.kind === 'completed' ? (mismatched ? 'another answer than native’s' : null) : reasonOf(outcome);
    return {
      caseId: one.id,
      environment: driver.environment.id,
      kind,
      block,
      instrumented,
      completed: reason === null,
      reason,
      wallNs,
      marks,
      clockErrorNs,
      steps: watched?.steps() ?? [],
      dropped,
    };
  }

  #launch(driver: Driver, one: Case, block: number): ReturnType<typeof runTrial> {
    const sequence = this.#sequence++;
    const key = { id: `start-${sequence}`, sequence, block, position: 0, caseId: one.id };
    return runTrial(driver, one, { ...key, environmentId: driver.environment.id }, this.#context);
  }

  /** Drops the pages of what a launch reads. @throws SeebenchError `cache-not-dropped` */
  async #drop(driver: Driver, one: Case): Promise<DroppedPages> {
    const { helpers, home, rootfs, dataDirs } = this.#workshop;
    const { binary, profile } = driver.environment;
    const image = driver instanceof RestoreDriver ? driver.imageOf(one.id) : null;
    const paths = [
      profile.rootfs !== 'directory' && rootfs.erofs !== null ? rootfs.erofs : rootfs.dir,
      one.workload.dir,
      GUEST_DIR,
      home.guestBinDir,
      ...one.spec.data.map((name) => dataDirs[name]!),
      ...(binary === null ? [] : [binary, join(dirname(binary), 'gvisor-bin')].filter((path) => existsSync(path))),
      ...(image === null ? [] : [image]),
    ];
    const done = await exec(helpers.dropcache, paths, { deadlineMs: DROP_DEADLINE_MS, env: {} });
    const dropped = done.exitCode === 0 ? (JSON.parse(done.stdout) as DroppedPages) : null;
    if (dropped !== null && dropped.before > 0) return dropped;
    // A launch has just read these files: that none of their pages is seen means that this file system does not show them.
    const why =
      dropped === null
        ? done.stderr.trim() || `exit code ${done.exitCode}`
        : `none of the pages of its ${dropped.files} files is seen in the cache, though it has just run; it lies on a file system that does not tell`;
    throw new SeebenchError(
      'cache-not-dropped',
      `cannot drop the pages of ${driver.environment.id}: ${why}`,
      'leave cold starts out: --kind warm,restored',
    );
  }
}

function reasonOf(outcome: { readonly kind: string }): string {
  return 'reason' in outcome ? `${outcome.kind}: ${String(outcome.reason)}` : outcome.kind;
}

/** The driver with its runtime's log switched on, and what the log of the last launch says. */
function withTimeline(driver: Driver, steps: string): { driver: Driver; steps: () => StartStep[] } {
  const dir = makeScratch('timeline');
  let spawnRealNs = 0n;
  return {
    driver: {
      environment: driver.environment,
      launch: async (request) => {
        const output = await driver.launch({ ...request, timeline: { dir, steps } });
        ({ spawnRealNs } = output.report);
        return output;
      },
      remove: (id) => driver.remove(id),
      observePlatform: (pids) => driver.observePlatform(pids),
    },
    steps: () => {
      const files = readdirSync(dir);
      const read = (file: string): string => readFileSync(join(dir, file), 'utf8');
      if (files.includes(STAMPS_FILE)) return steppedStart(read(STAMPS_FILE), spawnRealNs);
      return startSteps(
        files.map((file) => ({ file, text: read(file) })),
        spawnRealNs,
      );
    },
  };
}
