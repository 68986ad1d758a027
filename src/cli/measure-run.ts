import { join, resolve } from 'node:path';
import type { Case, EnvironmentRecord, RunManifest, Trial } from '../model/index.js';
import { EXIT, SCHEMA_VERSION, SeebenchError } from '../model/index.js';
import type { EnvironmentSpec } from '../config/index.js';
import { fingerprint, processStart, quietHostWarnings, readHostState, SettingsJournal } from '../host/index.js';
import { calibrate } from '../measure/index.js';
import { RunLock, Session, type SessionEnd } from '../session/index.js';
import { removeLeftovers } from '../sandbox/index.js';
import { linkLatest, readRun, RunWriter } from '../store/index.js';
import { summarize } from '../stats/index.js';
import { interruption } from './interrupt.js';
import { cgroupName, RESULTS_DIR, stateDir, VERSION } from './places.js';
import { plain, printJson, say } from './print.js';
import { Progress } from './progress.js';
import { reportRun } from './report-run.js';
import { openWorkshop, probeAll, requireNative, type RuntimeOptions, type Workshop } from './wire.js';

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
  readonly withHostname: boolean;
  readonly json: boolean;
  /** An interrupted run to go on with. */
  readonly earlier: { readonly manifest: RunManifest; readonly trials: readonly Trial[] } | null;
}

/** Set-up, probes, measurement, results, report: what `run` and `resume` both do. */
export async function measureRun(request: MeasureRequest): Promise<void> {
  const hostSettings = request.specs.flatMap(({ profile }) => profile.hostSettings);
  if (hostSettings.length > 0 && !request.allowHostSettings) {
    throw new SeebenchError(
      'host-settings-not-allowed',
      `these profiles change host settings: ${hostSettings.map(({ name }) => name).join(', ')}`,
      'add --allow-host-settings, or choose other profiles',
    );
  }
  const dir = resolve(request.dir ?? join(RESULTS_DIR, request.id));
  const lock = RunLock.acquire(stateDir(), `run ${request.id}`);
  const journal = new SettingsJournal(join(stateDir(), 'host-settings.json'));
  try {
    const workshop = await openWorkshop(request.specs, request.cases, request.runtime, interruption.signal);
    await removeLeftovers(stateDir(), cgroupName());
    journal.restoreAll();
    journal.apply(hostSettings);
    const end = await measure(request, dir, workshop);
    if (end.interrupted) {
      say(`interrupted; what was measured is kept in ${dir}. Go on with: seebench resume ${request.dir ?? request.id}`);
      process.exitCode = EXIT.interrupted;
      return;
    }
  } finally {
    journal.restoreAll();
    await removeLeftovers(stateDir(), cgroupName());
    lock.release();
  }
  const report = await reportRun([dir]);
  if (request.json)
    printJson({ schemaVersion: SCHEMA_VERSION, run: request.id, results: dir, report: report.indexPath });
  else for (const line of report.lines) process.stdout.write(`${line}\n`);
}

async function measure(request: MeasureRequest, dir: string, workshop: Workshop): Promise<SessionEnd> {
  const { signal } = interruption;
  const progress = new Progress();
  const host = request.earlier?.manifest.fingerprint ?? (await fingerprint({ hostname: request.withHostname }));
  const environments = await probeAll(workshop, {
    emulated: host.emulated,
    signal,
    onEvent: (event) => progress.show(event),
  });
  if (!signal.aborted) requireNative(environments);
  const calibration =
    request.earlier?.manifest.calibration ?? (await calibrate(workshop.home.launcher, workshop.home.stateDir));
  const warnings = quietHostWarnings(readHostState(), host);
  for (const warning of warnings) progress.show({ type: 'warning', warning });
  const started = request.earlier?.manifest.timing ?? { startedAtMs: Date.now(), measuringMs: 0, inTrialsMs: 0 };
  const base: Omit<RunManifest, 'state' | 'timing' | 'warnings'> = {
    schemaVersion: SCHEMA_VERSION,
    id: request.id,
    seebenchVersion: VERSION,
    plan: request.plan,
    fingerprint: host,
    environments,
    digests: workshop.digests,
    calibration,
    command: request.command,
  };
  const running: RunManifest = {
    ...base,
    state: { kind: 'running', pid: process.pid, processStart: processStart(process.pid) ?? '' },
    timing: started,
    warnings,
  };
  if (request.earlier) refuseOtherGround(request.earlier.manifest, running);
  const writer = request.earlier ? await RunWriter.resume(dir) : await RunWriter.create(dir, running);
  await writer.updateManifest(running);
  if (request.dir === null) await linkLatest(RESULTS_DIR, request.id);
  const available = availableIds(environments);
  const session = new Session({
    manifest: running,
    cases: request.cases,
    drivers: new Map([...workshop.drivers].filter(([id]) => available.has(id))),
    context: {
      rootfs: workshop.rootfs,
      dataDirs: workshop.dataDirs,
      cgroupName: cgroupName(),
      idPrefix: `t${process.pid}-`,
      kernelOf: (id) => kernelSeenIn(environments, id),
      signal,
    },
    writer,
    stored: request.earlier?.trials ?? [],
    onEvent: (event) => progress.show(event),
    signal,
  });
  const end = await session.run().finally(() => progress.close());
  const timing = {
    startedAtMs: started.startedAtMs,
    measuringMs: started.measuringMs + end.measuringMs,
    inTrialsMs: started.inTrialsMs + end.inTrialsMs,
  };
  const ended = { ...base, timing, warnings: [...warnings, ...end.warnings] };
  if (end.interrupted) {
    await writer.close();
    await writer.updateManifest({
      ...ended,
      state: { kind: 'interrupted', finishedAtMs: Date.now(), reason: 'stopped by a signal' },
    });
  } else {
    const complete: RunManifest = { ...ended, state: { kind: 'complete', finishedAtMs: Date.now() } };
    const stored = await readRun(dir);
    await writer.finish(complete, summarize({ ...stored, manifest: complete }));
  }
  return end;
}

function availableIds(environments: readonly EnvironmentRecord[]): Set<string> {
  return new Set(environments.filter(({ probe }) => probe.status === 'available').map(({ id }) => id));
}

function kernelSeenIn(environments: readonly EnvironmentRecord[], id: string): string | null {
  const record = environments.find((it) => it.id === id);
  return record?.probe.status === 'available' ? record.probe.inside.kernelRelease : null;
}

/** Trials of one run must stand on the same ground, or they cannot be compared. */
function refuseOtherGround(before: RunManifest, now: RunManifest): void {
  const changed = Object.keys({ ...before.digests, ...now.digests }).filter(
    (name) => before.digests[name] !== now.digests[name],
  );
  const versions = before.environments
    .filter((old) => now.environments.find(({ id }) => id === old.id)?.version !== old.version)
    .map(({ id }) => id);
  const came = before.environments
    .filter((old) => now.environments.find(({ id }) => id === old.id)?.probe.status !== old.probe.status)
    .map(({ id }) => id);
  const all = [...changed, ...versions, ...came].map((it) => plain(it));
  if (all.length === 0) return;
  throw new SeebenchError(
    'ground-changed',
    `since the run began, these changed: ${[...new Set(all)].join(', ')}`,
    'start a new run',
  );
}
