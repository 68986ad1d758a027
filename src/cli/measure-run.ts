import { join, resolve } from 'node:path';
import type { Case, EnvironmentRecord, RunManifest, Trial } from '../model/index.js';
import { EXIT, SCHEMA_VERSION, SeebenchError } from '../model/index.js';
import type { EnvironmentSpec } from '../config/index.js';
import {
  absentSettings,
  fingerprint,
  observeHost,
  othersAtWork,
  processStart,
  quietHostWarnings,
  readHostState,
  SettingsJournal,
  type Observed,
} from '../host/index.js';
import { calibrate, type TrialContext } from '../measure/index.js';
import {
  HostSettingsDriver,
  restoreSettings,
  RunLock,
  Session,
  undoChanges,
  type SessionEnd,
  type SettledRule,
} from '../session/index.js';
import { removeLeftovers } from '../sandbox/index.js';
import { linkLatest, readRun, RunWriter } from '../store/index.js';
import { cpusOfOthers, summarize } from '../stats/index.js';
import { refuseOtherGround } from './ground.js';
import { makeResultsDir, removeIfEmpty } from './output.js';
import { uncountable } from './counter.js';
import { watchCases } from './instrument.js';
import { interruption } from './interrupt.js';
import { holdMemory } from './memory-hold.js';
import { cgroupName, REPORTS_DIR, RESULTS_DIR, stateDir, VERSION } from './places.js';
import { printJson, say, warningText } from './print.js';
import { Progress } from './progress.js';
import { reportRun } from './report-run.js';
import { bringSnapshots } from './snapshots.js';
import { removeScratch } from './scratch.js';
import { PRICES } from './suites.js';
import { EMULATED_FACTOR, openWorkshop, probeAll, requireNative, type RuntimeOptions, type Workshop } from './wire.js';

export interface MeasureRequest {
  readonly id: string;
  /** Directory of the results; `null` for `results/<id>`. */
  readonly dir: string | null;
  readonly plan: RunManifest['plan'];
  readonly command: string;
  readonly cases: readonly Case[];
  readonly specs: readonly EnvironmentSpec[];
  readonly runtime: RuntimeOptions;
  readonly allowHostSettings: boolean;
  /** How long a profile's host settings hold: for the whole run (the default), or for the launches of its own environment. */
  readonly hostSettingsFor?: 'run' | 'launch';
  readonly withHostname: boolean;
  readonly json: boolean;
  readonly settled?: SettledRule;
  /** An interrupted run to go on with. */
  readonly earlier: { readonly manifest: RunManifest; readonly trials: readonly Trial[] } | null;
}

/** Set-up, probes, measurement, results, report: what `run` and `resume` both do. */
export async function measureRun(request: MeasureRequest): Promise<void> {
  const isWatched = request.plan.instrumented !== undefined;
  const reason = uncountable();
  if (isWatched && reason !== null)
    say(`${reason}: system calls are not counted, and explain will have nothing to explain this run by`);
  const measured = await measureInto(request);
  if (measured.interrupted) {
    say(
      `interrupted; what was measured is kept. Go on with: seebench resume ${measured.dir} (and --config, --workloads-dir, --runsc or --rootfs, where this run had them)`,
    );
    process.exitCode = EXIT.interrupted;
    return;
  }
  const report = await reportRun(measured.dir);
  await linkLatest(REPORTS_DIR, request.id);
  if (request.json)
    printJson({ schemaVersion: SCHEMA_VERSION, run: request.id, results: measured.dir, report: report.indexPath });
  else for (const line of report.lines) process.stdout.write(`${line}\n`);
  if (isWatched && reason === null) say(`where the time goes: seebench explain ${measured.dir}`);
  if (!report.compared) {
    say('nothing was measured that could be compared with native; the report says why');
    process.exitCode = EXIT.noAnswer;
  }
}

/** Set-up, probes, measurement, results: a run on disk, with nothing said about it yet. */
export async function measureInto(
  request: MeasureRequest,
): Promise<{ readonly dir: string; readonly interrupted: boolean }> {
  const name = request.dir ?? join(RESULTS_DIR, request.id);
  const dir = request.earlier ? resolve(name) : makeResultsDir(name);
  // Before set-up and probes work: what the host does now is somebody else's.
  const quiet = await observeHost();
  try {
    const { interrupted } = await inWorkshop(request, (workshop) => measure(request, dir, workshop, quiet));
    return { dir, interrupted };
  } finally {
    removeIfEmpty(dir);
  }
}

/**
 * Sets up, works with what was brought while the lock is held and host settings are as the profiles want them, and leaves
 * nothing behind.
 * @throws SeebenchError `host-settings-not-allowed`, `run-in-progress`, and those of set-up
 */
export async function inWorkshop<T>(
  request: Pick<MeasureRequest, 'id' | 'cases' | 'specs' | 'runtime' | 'allowHostSettings' | 'hostSettingsFor'>,
  work: (workshop: Workshop) => Promise<T>,
): Promise<T> {
  const hostSettings = request.specs.flatMap(({ profile }) => profile.hostSettings);
  if (hostSettings.length > 0 && !request.allowHostSettings) {
    throw new SeebenchError(
      'host-settings-not-allowed',
      `these profiles change host settings: ${hostSettings.map(({ name }) => name).join(', ')}`,
      'add --allow-host-settings, or choose other profiles',
    );
  }
  for (const warning of absentSettings(request.specs.map(({ profile }) => profile))) say(warningText(warning));
  const lock = RunLock.acquire(stateDir(), `run ${request.id}`);
  const journal = new SettingsJournal(join(stateDir(), 'host-settings.json'));
  try {
    const workshop = await openWorkshop(request.specs, request.cases, request.runtime, interruption.signal);
    await removeLeftovers(stateDir(), cgroupName());
    restoreSettings(journal);
    if (request.allowHostSettings) await holdMemory(journal);
    if (request.hostSettingsFor === 'launch') return await work(withOwnHostSettings(workshop, journal));
    journal.apply(hostSettings);
    return await work(workshop);
  } finally {
    try {
      await removeLeftovers(stateDir(), cgroupName());
    } finally {
      lock.release();
      restoreSettings(journal);
    }
  }
}

function withOwnHostSettings(workshop: Workshop, journal: SettingsJournal): Workshop {
  const drivers = [...workshop.drivers].map(([id, driver]) => {
    const changes = driver.environment.profile.hostSettings.length > 0;
    return [id, changes ? new HostSettingsDriver(driver, journal) : driver] as const;
  });
  return { ...workshop, drivers: new Map(drivers) };
}

async function measure(request: MeasureRequest, dir: string, workshop: Workshop, quiet: Observed): Promise<SessionEnd> {
  const { signal } = interruption;
  const progress = new Progress();
  const running = await prepare(request, workshop, quiet, progress);
  const writer = request.earlier ? await RunWriter.resume(dir) : await RunWriter.create(dir, running);
  await writer.updateManifest(running);
  if (request.dir === null) await linkLatest(RESULTS_DIR, request.id);
  const available = availableIds(running.environments);
  const session = new Session({
    manifest: running,
    cases: request.cases.map((one) => (running.fingerprint.emulated ? withMoreTime(one) : one)),
    drivers: new Map([...workshop.drivers].filter(([id]) => available.has(id))),
    context: trialContext(workshop, running.environments, running.plan),
    writer,
    stored: request.earlier?.trials ?? [],
    onEvent: (event) => progress.show(event),
    signal,
    ...(request.settled === undefined ? {} : { settled: request.settled }),
  });
  const measured = await session.run().finally(() => progress.close());
  const watched = measured.interrupted || (await instrument(request, dir, workshop, running));
  const end = { ...measured, interrupted: measured.interrupted || !watched };
  const ended: RunManifest = {
    ...running,
    timing: {
      startedAtMs: running.timing.startedAtMs,
      measuringMs: running.timing.measuringMs + end.measuringMs,
      inTrialsMs: running.timing.inTrialsMs + end.inTrialsMs,
    },
    warnings: [...running.warnings, ...end.warnings],
  };
  const finishedAtMs = Date.now();
  if (end.interrupted) {
    await writer.close();
    await writer.updateManifest({
      ...ended,
      state: { kind: 'interrupted', finishedAtMs, reason: 'stopped by a signal' },
    });
  } else {
    const stored = await readRun(dir);
    const disturbed = othersAtWork(cpusOfOthers(stored), running.fingerprint);
    for (const warning of disturbed) progress.show({ type: 'warning', warning });
    const warnings = [...ended.warnings, ...disturbed];
    const complete: RunManifest = { ...ended, warnings, state: { kind: 'complete', finishedAtMs } };
    await writer.finish(complete, summarize({ ...stored, manifest: complete }));
  }
  return end;
}

/** Watches further trials where the plan says so. @returns false when the signal came */
async function instrument(
  { cases }: MeasureRequest,
  dir: string,
  workshop: Workshop,
  { plan, environments }: RunManifest,
): Promise<boolean> {
  if (plan.instrumented === undefined) return true;
  const available = availableIds(environments);
  return watchCases({
    dir,
    cases: cases.filter(({ workload }) => workload.id !== PRICES),
    drivers: [...workshop.drivers.values()].filter(
      (it) => available.has(it.environment.id) && !it.environment.restored,
    ),
    trialsEach: plan.instrumented,
    syscount: workshop.helpers.syscount,
    context: trialContext(workshop, environments, plan),
  }).finally(removeScratch);
}

/** What trials share that are launched from a workshop. */
export function trialContext(
  workshop: Workshop,
  environments: readonly EnvironmentRecord[],
  { cpuSet }: Pick<RunManifest['plan'], 'cpuSet'> = {},
): TrialContext {
  return {
    rootfs: workshop.rootfs,
    layers: workshop.layers,
    kits: workshop.kits,
    dataDirs: workshop.dataDirs,
    cgroupName: cgroupName(),
    idPrefix: `t${process.pid}-`,
    kernelOf: (id) => kernelSeenIn(environments, id),
    signal: interruption.signal,
    ...(cpuSet === undefined ? {} : { limits: { cpuSet } }),
  };
}

/** All that is found out before the first trial: host, environments, the harness's own cost. @returns the run's first manifest */
async function prepare(
  request: MeasureRequest,
  workshop: Workshop,
  quiet: Observed,
  progress: Progress,
): Promise<RunManifest> {
  const { signal } = interruption;
  const host = await fingerprint({ hostname: request.withHostname });
  const before = readHostState();
  const environments = await probeAll(workshop, {
    emulated: host.emulated,
    signal,
    onEvent: (event) => progress.show(event),
  });
  signal.throwIfAborted();
  requireNative(environments);
  await bringSnapshots(workshop, request.cases, signal, request.plan.tune?.only);
  const calibration = await calibrate(workshop.home.launcher, workshop.home.stateDir);
  signal.throwIfAborted();
  const found = [...quietHostWarnings(quiet, host), ...undoChanges(before, readHostState(), 'the probes')];
  for (const warning of found) progress.show({ type: 'warning', warning });
  const warnings = [...absentSettings(request.specs.map(({ profile }) => profile)), ...found];
  const { earlier } = request;
  const manifest: RunManifest = {
    schemaVersion: SCHEMA_VERSION,
    id: request.id,
    seebenchVersion: VERSION,
    state: { kind: 'running', pid: process.pid, processStart: processStart(process.pid) ?? '' },
    plan: request.plan,
    fingerprint: host,
    environments,
    digests: workshop.digests,
    calibration: earlier?.manifest.calibration ?? calibration,
    timing: earlier ? spentOf(earlier) : { startedAtMs: Date.now(), measuringMs: 0, inTrialsMs: 0 },
    warnings: [...(earlier?.manifest.warnings ?? []), ...warnings],
    command: request.command,
  };
  if (earlier) refuseOtherGround(earlier.manifest, manifest);
  return manifest;
}

/** What earlier sessions spent. One that was killed could not say it: then its trials do. */
function spentOf({ manifest, trials }: NonNullable<MeasureRequest['earlier']>): RunManifest['timing'] {
  const inTrialsMs = trials.reduce((sum, trial) => sum + (trial.wallNs ?? 0), 0) / 1e6;
  const { timing } = manifest;
  return {
    startedAtMs: timing.startedAtMs,
    measuringMs: Math.max(timing.measuringMs, inTrialsMs),
    inTrialsMs: Math.max(timing.inTrialsMs, inTrialsMs),
  };
}

/** An emulated CPU is slower than any deadline was made for. */
function withMoreTime(one: Case): Case {
  return { ...one, spec: { ...one.spec, timeoutMs: one.spec.timeoutMs * EMULATED_FACTOR } };
}

export function availableIds(environments: readonly EnvironmentRecord[]): Set<string> {
  return new Set(environments.filter(({ probe }) => probe.status === 'available').map(({ id }) => id));
}

function kernelSeenIn(environments: readonly EnvironmentRecord[], id: string): string | null {
  const record = environments.find((it) => it.id === id);
  return record?.probe.status === 'available' ? record.probe.inside.kernelRelease : null;
}
