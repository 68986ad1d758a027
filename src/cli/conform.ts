import { mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';
import type { EnvironmentSpec } from '../config/index.js';
import { processStart } from '../host/index.js';
import { runTrial, type TrialContext } from '../measure/index.js';
import {
  NATIVE,
  type Case,
  type Conformance,
  type ContainmentProbe,
  type ContainmentRow,
  type ProofRow,
  type Workload,
} from '../model/index.js';
import { openedDriver, type Driver } from '../sandbox/index.js';
import { writeConformance } from '../store/index.js';
import { conformance, containmentRows, probeLines, proofRows, type ProbeLine } from '../study/index.js';
import { availableIds, inWorkshop, trialContext } from './measure-run.js';
import type { Catalogue } from './options.js';
import { PROBES_DIR, RESULTS_DIR } from './places.js';
import { say } from './print.js';
import { runId } from './run-id.js';
import { probeAll, requireNative } from './wire.js';

const CANARY = 'seebench canary\n';
/** Below `/tmp`, which every sandbox has of its own: there a mount point can be made without touching the root file system. */
const CANARY_DIR = '/tmp/seebench-canary-';
/** One probe takes 5 s at most; a sandbox that hangs as a whole must not take hours. */
const LAUNCH_MS = 60_000;
const MEMORY_BYTES = 512 * 2 ** 20;

export interface ConformRequest {
  readonly probes: readonly ContainmentProbe[];
  readonly specs: readonly EnvironmentSpec[];
  /** Show of every probe that it can fail. */
  readonly prove: boolean;
  readonly out: string | null;
  readonly catalogue: Catalogue;
}

/** Asks every environment every question, and stores and returns what was found. @returns it and its directory */
export async function conformContainment(request: ConformRequest): Promise<{ result: Conformance; dir: string }> {
  const { probes, specs, catalogue, out, prove } = request;
  const id = runId();
  const dir = resolve(out ?? join(RESULTS_DIR, id));
  const workload = probingWorkload();
  const input = {
    id,
    cases: [caseOf(workload, probes, '')],
    specs,
    runtime: catalogue.runtime,
    allowHostSettings: false,
  };
  const result = await inWorkshop(input, async (workshop) => {
    const records = await probeAll(workshop, { emulated: false });
    requireNative(records);
    const available = availableIds(records);
    // A file of the host that no sandbox may see.
    const hostDir = mkdtempSync(CANARY_DIR);
    try {
      const canary = join(hostDir, 'canary');
      writeFileSync(canary, CANARY, { mode: 0o644 });
      const context = trialContext(workshop, []);
      const ask = (driver: Driver) => answersOf(driver, workload, probes, canary, context);
      const rows: ContainmentRow[] = [];
      for (const [environment, driver] of workshop.drivers) {
        if (!available.has(environment)) continue;
        say(`asking ${environment} ${probes.length} questions`);
        const kind = driver.environment.runtime === 'runsc' ? 'gvisor' : 'native';
        rows.push(...containmentRows(probes, environment, kind, await ask(driver)));
      }
      let proof: ProofRow[] = [];
      if (prove) {
        say('asking a sandbox with its protections off');
        const opened = openedDriver(workshop.drivers.get(NATIVE)!.environment, workshop.home, hostDir);
        proof = proofRows(probes, await ask(opened));
      }
      const environments = records.map(({ id: name, probe }) => ({
        id: name,
        status: probe.status,
        reason: probe.status === 'unavailable' ? probe.reason : null,
      }));
      return conformance(id, environments, rows, proof);
    } finally {
      rmSync(hostDir, { recursive: true, force: true });
    }
  });
  mkdirSync(dir, { recursive: true });
  await writeConformance(dir, result);
  return { result, dir };
}

/**
 * Asks one environment all questions in one sandbox. When that ends before the last answer, the first question without one is asked
 * alone, and the others again without it: what a probe does to its sandbox is that probe's answer.
 */
async function answersOf(
  driver: Driver,
  workload: Workload,
  probes: readonly ContainmentProbe[],
  canary: string,
  context: TrialContext,
): Promise<Map<string, ProbeLine>> {
  const answers = new Map<string, ProbeLine>();
  let sequence = 0;
  /** @returns why some were not answered */
  const launch = async (asked: readonly ContainmentProbe[]): Promise<string> => {
    const one = caseOf(workload, asked, canary);
    const key = {
      id: 'conform',
      sequence,
      block: sequence,
      position: 0,
      caseId: one.id,
      environmentId: driver.environment.id,
    };
    sequence++;
    const { trial, stdout, stderr } = await runTrial(driver, one, key, context);
    context.signal?.throwIfAborted();
    const ids = asked.map(({ id }) => id);
    for (const [id, line] of probeLines(stdout, ids)) answers.set(id, line);
    const { outcome } = trial;
    return 'reason' in outcome
      ? `${outcome.kind}: ${outcome.reason} ${stderr.trim().slice(-150)}`
      : 'it ended without an answer';
  };
  for (;;) {
    const open = probes.filter(({ id }) => !answers.has(id));
    const [suspect] = open;
    if (suspect === undefined) return answers;
    await launch(open);
    if (answers.has(suspect.id)) continue;
    const how = await launch([suspect]);
    if (!answers.has(suspect.id)) answers.set(suspect.id, { answer: 'broken', detail: how });
  }
}

function probingWorkload(): Workload {
  const size = { params: {}, timeoutMs: LAUNCH_MS, memoryBytes: MEMORY_BYTES, data: [] };
  return {
    id: 'containment',
    title: 'Containment probes',
    class: 'system',
    description: 'Asks what the sandbox permits.',
    dir: PROBES_DIR,
    command: ['/usr/bin/python3', '/workload/containment.py'],
    headline: 'wall_ns',
    workUnit: null,
    digest: false,
    needs: { modules: [], files: ['/usr/bin/python3'] },
    sizes: { smoke: size, quick: size, full: size },
  };
}

/** What a probe has to know of the host to tell whether it sees it. */
function hostParams(): Record<string, string> {
  const namespaces = ['ipc', 'user', 'cgroup'].map((kind) => [`ns_${kind}`, readlinkSync(`/proc/self/ns/${kind}`)]);
  const interfaces = Object.keys(networkInterfaces()).filter((name) => name !== 'lo');
  return {
    ...Object.fromEntries(namespaces),
    // Without the host's boot, which is told before the colon.
    harness: `${process.pid} ${processStart(process.pid)?.split(':').at(-1) ?? '0'}`,
    interfaces: interfaces.join(','),
  };
}

function caseOf(workload: Workload, probes: readonly ContainmentProbe[], canary: string): Case {
  const params = { ...hostParams(), probes: probes.map(({ id }) => id).join(','), canary };
  return { id: workload.id, workload, size: 'smoke', spec: { ...workload.sizes.smoke, params } };
}
