import { basename, dirname, join, resolve } from 'node:path';
import { loadPolicy, type EnvironmentSpec } from '../config/index.js';
import {
  EXIT,
  NATIVE,
  plainId,
  SeebenchError,
  twinOf,
  type Case,
  type PoolRecord,
  type RunManifest,
} from '../model/index.js';
import { writeCertificateReport } from '../report/index.js';
import { readRun, writeCertificate } from '../store/index.js';
import { certify, makePool, reducePilot, type PilotCase } from '../study/index.js';
import { caseInfo } from './case-info.js';
import { interruption } from './interrupt.js';
import { measureInto } from './measure-run.js';
import type { Catalogue } from './options.js';
import { designed, hasIterations, runPilot, specNamed, withIterations, type Pilot } from './pilot.js';
import { REPORTS_DIR, RESULTS_DIR } from './places.js';
import { print, printJson, say } from './print.js';
import { commandLine, runId } from './run-id.js';
import { readFinished } from './sides.js';
import { MIN_BLOCKS } from './suites.js';

export interface NewPool {
  readonly cases: readonly Case[];
  /** Workloads that are slowed down. */
  readonly slowed: readonly string[];
  /** Environments other than native. */
  readonly environments: readonly string[];
  /** In each trial; `null` for as many as a pilot finds best. */
  readonly iterations: number | null;
  readonly policy: string | undefined;
  readonly budgetMs: number;
  readonly seed: number;
  readonly out: string | null;
  readonly catalogue: Catalogue;
}

/** Collects a new pool of trials. @throws SeebenchError as a run does, and `pilot-failed` */
export async function newPool(request: NewPool): Promise<{ readonly dir: string; readonly interrupted: boolean }> {
  const { catalogue, iterations } = request;
  const policy = loadPolicy(request.policy, new Date().toISOString().slice(0, 10));
  const id = runId();
  const environments = request.environments.filter((it) => it !== NATIVE);
  const slowed = request.cases.filter(({ workload }) => request.slowed.includes(workload.id));
  const deaf = slowed.find(({ workload }) => workload.layer);
  if (deaf !== undefined)
    throw new SeebenchError(
      'not-injectable',
      `work cannot be added inside ${deaf.workload.id}: only the guest module of Python knows how`,
      'slow down a Python workload',
    );
  const calibrate = Object.fromEntries(slowed.map((one) => [one.id, { calibrate: true }]));
  const pilot = await runPilot(
    id,
    request.cases.filter((one) => slowed.includes(one) || (iterations === null && hasIterations(one))),
    environments.map((name) => injecting(specNamed(name, catalogue), name, calibrate)),
    catalogue,
  );
  const cases = request.cases.map((one) =>
    iterations === null ? designed(one, pilot, policy) : withIterations(one, iterations),
  );
  const pilots = Object.fromEntries(slowed.map((one) => [one.id, pilotCases(one, pilot)]));
  const pool = makePool({ cases: cases.map((one) => one.id), environments, pilots });
  const specs = poolSpecs(pool, environments, catalogue);
  return measureInto({
    id,
    dir: request.out,
    plan: {
      suite: 'certify',
      seed: request.seed,
      blocks: null,
      budgetMs: request.budgetMs,
      minBlocks: MIN_BLOCKS,
      cases: cases.map(caseInfo),
      environments: specs.map((spec) => spec.id),
      pool,
    },
    command: commandLine(request.seed),
    cases,
    specs,
    runtime: catalogue.runtime,
    allowHostSettings: false,
    withHostname: false,
    json: false,
    earlier: null,
  });
}

/**
 * Goes on with a pool for some more time.
 * @returns whether it was interrupted
 * @throws SeebenchError `no-pool` for a run that is none, `ground-changed` as `resume`
 */
export async function addToPool(dir: string, budgetMs: number, catalogue: Catalogue): Promise<boolean> {
  const { manifest, trials } = await readRun(dir);
  const { pool, cases } = manifest.plan;
  if (!pool)
    throw new SeebenchError('no-pool', `${manifest.id} is no pool of certify`, 'make one with: seebench certify');
  const environments = [...new Set(manifest.plan.environments.map(plainId))].filter((id) => id !== NATIVE);
  const { interrupted } = await measureInto({
    id: manifest.id,
    dir: resolve(dir) === join(RESULTS_DIR, basename(dir)) ? null : dir,
    plan: { ...manifest.plan, budgetMs: manifest.timing.measuringMs + budgetMs },
    command: manifest.command,
    cases: cases.map((info) => caseOf(info, catalogue)),
    specs: poolSpecs(pool, environments, catalogue),
    runtime: catalogue.runtime,
    allowHostSettings: false,
    withHostname: manifest.fingerprint.hostname !== null,
    json: false,
    earlier: { manifest, trials },
  });
  return interrupted;
}

function caseOf({ id, workload, size, params }: RunManifest['plan']['cases'][number], catalogue: Catalogue): Case {
  const found = catalogue.workloads.find((it) => it.id === workload);
  if (!found)
    throw new SeebenchError(
      'unknown-workload',
      `workload \`${workload}\` of the pool is not there any more`,
      'give its directory with --workloads-dir',
    );
  return { id, workload: found, size, spec: { ...found.sizes[size], params } };
}

/** What a unit of each kind of work takes inside a slowed case, by environment, and what the case takes without. */
function pilotCases({ id, workload }: Case, pilot: Pilot): Record<string, PilotCase> {
  return Object.fromEntries(
    [...pilot.get(id)!].map(([environment, trials]) => [environment, reducePilot(trials, workload.headline)]),
  );
}

/** Environments of a pool: the plain ones, their twins, and those that are slowed down. */
function poolSpecs(pool: PoolRecord, environments: readonly string[], catalogue: Catalogue): EnvironmentSpec[] {
  const plain = [NATIVE, ...environments].map((id) => specNamed(id, catalogue));
  const twins = plain.map((spec) => ({ ...spec, id: twinOf(spec.id) }));
  const slowed = new Map<string, Record<string, unknown>>();
  for (const [caseId, added] of Object.entries(pool.injections)) {
    const at = catalogue.workloads.find(({ id }) => caseId.startsWith(`${id}@`))?.headline;
    for (const [id, { kind, units }] of Object.entries(added)) {
      const entry = { at: at === 'iteration_ns' ? 'iteration' : 'imports', kind, units };
      slowed.set(id, { ...slowed.get(id), [caseId]: entry });
    }
  }
  return [
    ...plain,
    ...twins,
    ...[...slowed].map(([id, byCase]) => injecting(specNamed(plainId(id), catalogue), id, byCase)),
  ];
}

function injecting(spec: EnvironmentSpec, id: string, byCase: Record<string, unknown>): EnvironmentSpec {
  const setting = {
    name: 'SEEBENCH_INJECT',
    value: JSON.stringify(byCase),
    reason: 'Work that certify adds inside the sandbox.',
  };
  return { ...spec, id, profile: { ...spec.profile, guestEnv: [...spec.profile.guestEnv, setting] } };
}

/** Judges what a pool holds, stores the certificate, and tells it. */
export async function judgePool(
  dir: string,
  options: { readonly interrupted: boolean; readonly policy?: string; readonly json?: boolean },
): Promise<void> {
  if (options.interrupted) {
    say(`interrupted; what was measured is kept. Go on with: seebench certify ${dir} --budget 30m`);
    process.exitCode = EXIT.interrupted;
    return;
  }
  const run = await readFinished(dir);
  if (!run.manifest.plan.pool)
    throw new SeebenchError('no-pool', `${run.manifest.id} is no pool of certify`, 'make one with: seebench certify');
  const policy = loadPolicy(options.policy, new Date().toISOString().slice(0, 10));
  say(`judging ${run.trials.length} trials …`);
  const certificate = await interruption.around(() => certify(run, policy, Date.now()));
  await writeCertificate(dir, certificate);
  const page = await writeCertificateReport(certificate, run.manifest.fingerprint, join(REPORTS_DIR, run.manifest.id));
  if (dirname(resolve(dir)) !== RESULTS_DIR)
    say(`gates and reports look for certificates below ${RESULTS_DIR}; to have this one quoted, copy ${dir} there`);
  if (options.json) return printJson({ ...certificate, report: page });
  const { falsePositiveRate: rate } = certificate;
  print(certificate.sentence);
  process.stdout.write(
    `${rate.comparisons} comparisons of identical pairs from ${rate.independentTrials} independent trials\n\nreport: ${page}\n`,
  );
}
