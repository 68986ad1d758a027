import { readlinkSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { processStart } from '../host/index.js';
import { runTrial, type TrialContext } from '../measure/index.js';
import {
  NATIVE,
  type Case,
  type ContainmentProbe,
  type ContainmentRow,
  type ProofRow,
  type Workload,
} from '../model/index.js';
import { openedDriver, type Driver } from '../sandbox/index.js';
import {
  containmentProblems,
  containmentRows,
  probeLines,
  proofRows,
  unproved,
  type ProbeLine,
} from '../study/index.js';
import type { ConformContext, ConformStep, Found } from './conform.js';
import { say } from './print.js';
import { probeProgram } from './probe-program.js';
import { makeScratch } from './scratch.js';

const CANARY = 'seebench canary\n';
/** One probe takes 5 s at most; a sandbox that hangs as a whole must not take hours. */
const LAUNCH_MS = 60_000;
const MEMORY_BYTES = 512 * 2 ** 20;

/** What each environment contains. With `prove`, each probe is shown to be able to fail. */
export function containmentStep(probes: readonly ContainmentProbe[], prove: boolean): ConformStep {
  const workload = probingWorkload();
  return { cases: [caseOf(workload, probes, '')], run: (context) => contain(workload, probes, prove, context) };
}

async function contain(
  workload: Workload,
  probes: readonly ContainmentProbe[],
  prove: boolean,
  { workshop, drivers, trials }: ConformContext,
): Promise<Found> {
  // A file of the host that no sandbox may see.
  const hostDir = makeScratch('canary');
  const canary = join(hostDir, 'canary');
  writeFileSync(canary, CANARY, { mode: 0o644 });
  const ask = (driver: Driver) => answersOf(driver, workload, probes, canary, trials);
  const rows: ContainmentRow[] = [];
  let natively: ReadonlyMap<string, ProbeLine> = new Map();
  for (const driver of drivers) {
    const { id, runtime } = driver.environment;
    say(`asking ${id} ${probes.length} questions`);
    const lines = await ask(driver);
    rows.push(...containmentRows(probes, id, runtime === 'runsc' ? 'gvisor' : 'native', lines, natively));
    if (id === NATIVE) natively = lines;
  }
  let proof: ProofRow[] = [];
  if (prove) {
    say('asking a sandbox with its protections off');
    const opened = openedDriver(workshop.drivers.get(NATIVE)!.environment, workshop.home, hostDir);
    proof = proofRows(probes, await ask(opened));
  }
  return { containment: rows, proof, unproved: unproved(rows, proof), problems: containmentProblems(rows) };
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
  const named = { id: 'containment', title: 'Containment probes', description: 'Asks what the sandbox permits.' };
  const spec = { params: {}, timeoutMs: LAUNCH_MS, memoryBytes: MEMORY_BYTES, data: [] };
  return probeProgram({ ...named, program: 'containment.py' }, spec);
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
