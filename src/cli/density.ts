import { cpus } from 'node:os';
import { join } from 'node:path';
import type { EnvironmentSpec } from '../config/index.js';
import { fingerprint, readHostMemory } from '../host/index.js';
import {
  SCHEMA_VERSION,
  SeebenchError,
  type Case,
  type DensityHost,
  type DensityResult,
  type DensitySamples,
  type EnvironmentRecord,
  type IdleClimb,
} from '../model/index.js';
import { writeDensityReport } from '../report/index.js';
import { RestoreDriver, TrialCgroup, type Driver } from '../sandbox/index.js';
import { rng, shuffle } from '../stats/index.js';
import { writeDensity } from '../store/index.js';
import { densityFindings, idleRows, neighbourRows, workRows } from '../study/index.js';
import { Guard, MOST_PRESSURE } from './density-guard.js';
import { idleClimb, type IdleContext } from './density-idle.js';
import { workRounds } from './density-rounds.js';
import { interruption } from './interrupt.js';
import { availableIds, inWorkshop, trialContext } from './measure-run.js';
import type { Catalogue } from './options.js';
import { makeResultsDir } from './output.js';
import { cgroupName, REPORTS_DIR, RESULTS_DIR } from './places.js';
import { say } from './print.js';
import { runId } from './run-id.js';
import { bringSnapshots, requestOf } from './snapshots.js';
import { probeAll, requireNative, type Workshop } from './wire.js';

/** Of the budget, for idle sandboxes; the rest is for working ones. */
const IDLE_SHARE = 0.5;

export interface DensityRequest {
  /** Idle sandboxes have done its imports. */
  readonly idleCase: Case;
  /** What working ones do; the first is the steady neighbour, the last the noisy one. */
  readonly workCases: readonly Case[];
  readonly specs: readonly EnvironmentSpec[];
  /** The most idle sandboxes, and the most working ones. */
  readonly most: number;
  readonly working: number;
  readonly windowMs: number;
  readonly budgetMs: number;
  readonly seed: number;
  readonly out: string | null;
  readonly catalogue: Catalogue;
}

/**
 * Adds idle sandboxes and lets several work at once, in every environment, until something says stop.
 * @returns what was found, its directory and its page; what was measured until a signal is kept
 */
export async function density(
  request: DensityRequest,
): Promise<{ result: DensityResult; dir: string; page: string | null }> {
  const id = runId();
  const dir = makeResultsDir(request.out ?? join(RESULTS_DIR, id));
  const { idleCase, workCases, specs, catalogue } = request;
  const input = { id, cases: [idleCase, ...workCases], specs, runtime: catalogue.runtime, allowHostSettings: false };
  const { result, samples } = await inWorkshop(input, (workshop) => collect(id, request, workshop));
  await writeDensity(dir, result, samples);
  const measured = samples.idle.length + samples.windows.length > 0;
  const host = await fingerprint({ hostname: false });
  const page = measured ? await writeDensityReport(result, samples, host, join(REPORTS_DIR, id)) : null;
  return { result, dir, page };
}

async function collect(
  id: string,
  request: DensityRequest,
  workshop: Workshop,
): Promise<{ result: DensityResult; samples: DensitySamples }> {
  const { signal } = interruption;
  const startedAt = performance.now();
  const records = await probeAll(workshop, { emulated: false, signal });
  signal.throwIfAborted();
  requireNative(records);
  const available = availableIds(records);
  const drivers = [...workshop.drivers.values()].filter(({ environment }) => available.has(environment.id));
  await bringSnapshots(workshop, [request.idleCase], signal);
  requireCgroups();
  const guard = new Guard(signal);
  const { totalBytes, availableBytes } = readHostMemory();
  const host: DensityHost = {
    cpus: cpus().length,
    totalBytes,
    availableBytes,
    reserveBytes: guard.reserveBytes,
    mostPressure: MOST_PRESSURE,
  };
  const idle = await idlePart(drivers, startedAt + IDLE_SHARE * request.budgetMs, request, workshop, guard);
  const work = await workRounds({
    // What is restored starts warm, and works as what it was restored from does.
    drivers: drivers.filter((driver) => !(driver instanceof RestoreDriver)),
    cases: request.workCases,
    most: request.working,
    endsAt: startedAt + request.budgetMs,
    random: rng(`density/${request.seed}/work`),
    context: { trials: trialContext(workshop, records), guard, signal, windowMs: request.windowMs },
  });
  const samples: DensitySamples = { schemaVersion: SCHEMA_VERSION, run: id, idle, ...work };
  return { result: resultOf(id, request, records, host, samples), samples };
}

/** @throws SeebenchError `no-cgroups`: nobody could say which processes are a sandbox's */
function requireCgroups(): void {
  const cgroup = TrialCgroup.create(cgroupName(), `d${process.pid}-try`);
  cgroup?.remove();
  if (cgroup !== null) return;
  throw new SeebenchError(
    'no-cgroups',
    'density needs cgroups of its own, and this user may not make them here',
    'run it as root, or have cgroup controllers delegated to this user',
  );
}

async function idlePart(
  drivers: readonly Driver[],
  endsAt: number,
  { idleCase, most, seed }: DensityRequest,
  workshop: Workshop,
  guard: Guard,
): Promise<IdleClimb[]> {
  const { signal } = interruption;
  const climbs: IdleClimb[] = [];
  const context = (name: string): IdleContext => ({
    request: (id) => requestOf(idleCase, workshop, id),
    cgroupName: cgroupName(),
    idPrefix: `d${process.pid}${name}-`,
    guard,
    signal,
  });
  for (const [i, driver] of shuffle(drivers, rng(`density/${seed}/idle`)).entries()) {
    if (signal.aborted) break;
    say(`idle sandboxes in ${driver.environment.id}: up to ${most}`);
    // The first touches files that nobody has in memory, and would be charged for them.
    await idleClimb(driver, idleCase, 1, Infinity, context(`p${i}`));
    if (signal.aborted) break;
    const untilMs = performance.now() + (endsAt - performance.now()) / (drivers.length - i);
    climbs.push(await idleClimb(driver, idleCase, most, untilMs, context(`i${i}`)));
    const { stop } = climbs.at(-1)!;
    if (stop.kind !== 'most') say(`stopped at ${stop.at} by ${stop.kind}: ${stop.reason}`);
  }
  const order = drivers.map(({ environment }) => environment.id);
  return climbs.toSorted((a, b) => order.indexOf(a.environment) - order.indexOf(b.environment));
}

function resultOf(
  run: string,
  { idleCase, workCases, seed }: DensityRequest,
  records: readonly EnvironmentRecord[],
  host: DensityHost,
  samples: DensitySamples,
): DensityResult {
  const units = new Map(workCases.map(({ id, workload }) => [id, workload.workUnit]));
  const facts = {
    schemaVersion: SCHEMA_VERSION,
    run,
    seed,
    interrupted: interruption.came,
    environments: records.map(({ id, probe }) => ({
      id,
      status: probe.status,
      reason: probe.status === 'unavailable' ? probe.reason : null,
    })),
    host,
    idleCase: idleCase.id,
    workCases: workCases.map(({ id }) => id),
    idle: idleRows(samples.idle, host),
    working: workRows(samples.windows, (name) => units.get(name) ?? null),
    neighbours: neighbourRows(samples, host.cpus),
    stops: samples.stops,
  };
  return { ...facts, findings: densityFindings(facts) };
}
