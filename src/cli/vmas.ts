import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';
import type { EnvironmentSpec } from '../config/index.js';
import { fingerprint } from '../host/index.js';
import { countMappings, progressOf, runTrial, type TrialWatch } from '../measure/index.js';
import {
  SeebenchError,
  type Case,
  type Runtime,
  type VmaLook,
  type VmaSeries,
  type VmasResult,
} from '../model/index.js';
import { planBlock } from '../plan/index.js';
import type { StampedLine } from '../process/index.js';
import { writeVmasReport } from '../report/index.js';
import { roleOf } from '../sandbox/index.js';
import { writeVmas } from '../store/index.js';
import { vmasResult } from '../study/index.js';
import { availableIds, inWorkshop, trialContext } from './measure-run.js';
import type { Catalogue } from './options.js';
import { makeResultsDir } from './output.js';
import { REPORTS_DIR, RESULTS_DIR } from './places.js';
import { say } from './print.js';
import { commandLine, runId } from './run-id.js';
import { probeAll, requireNative } from './wire.js';

/** The first look, and how far it is from one to the next. */
const PERIOD_MS = 200;
/** Reading a process's mappings holds its memory lock: at most this share of the trial. */
const LOOKING = 0.05;
/** How often the program is asked to tell how far it is. */
const REPORTS = 200;
/** For everything else on the host. */
const SPARE_BYTES = 2 ** 30;

type Cgroup = Parameters<TrialWatch['begin']>[0];

export interface VmasRequest {
  readonly one: Case;
  readonly specs: readonly EnvironmentSpec[];
  readonly blocks: number;
  readonly seed: number;
  readonly out: string | null;
  readonly catalogue: Catalogue;
}

/**
 * Watches the host's memory mappings of a sandbox while a program runs, in every environment in turn. @returns what was seen, and where it is
 * @throws SeebenchError `not-enough-memory` before anything is launched
 */
export async function vmas(request: VmasRequest): Promise<{ result: VmasResult; dir: string; page: string }> {
  const { one, specs, seed, blocks, catalogue } = request;
  requireMemory(one.spec.memoryBytes);
  const id = runId();
  const dir = makeResultsDir(request.out ?? join(RESULTS_DIR, id));
  const watched = { ...one, spec: { ...one.spec, params: { ...one.spec.params, reports: REPORTS } } };
  const input = { id, cases: [watched], specs, runtime: catalogue.runtime, allowHostSettings: false };
  const { environments, series } = await inWorkshop(input, async (workshop) => {
    const records = await probeAll(workshop, { emulated: false });
    requireNative(records);
    const available = availableIds(records);
    const context = trialContext(workshop, records);
    const plan = { environments: specs.map((spec) => spec.id).filter((name) => available.has(name)), seed };
    const found: VmaSeries[] = [];
    for (let block = 0; block < blocks; block++) {
      for (const key of planBlock(plan, one.id, block, found.length)) {
        say(`block ${block + 1}/${blocks}: ${one.id} in ${key.environmentId}`);
        const driver = workshop.drivers.get(key.environmentId)!;
        const look = new Look(driver.environment.runtime);
        const { trial } = await runTrial(driver, watched, key, { ...context, watch: look }).finally(() => look.end());
        context.signal?.throwIfAborted();
        const wallMs = trial.wallNs === null ? null : trial.wallNs / 1e6;
        found.push({
          environment: key.environmentId,
          block,
          outcome: trial.outcome,
          wallMs,
          looks: look.looks,
          looking: wallMs === null ? 0 : look.spentMs / wallMs,
        });
      }
    }
    return { environments: records, series: found };
  });
  const result = vmasResult({
    run: id,
    one,
    seed,
    command: commandLine(seed),
    maxMapCount: maxMapCount(),
    environments,
    series,
  });
  await writeVmas(dir, result);
  const page = await writeVmasReport(result, await fingerprint({ hostname: false }), join(REPORTS_DIR, id));
  return { result, dir, page };
}

/** A program that may take what the host does not have would take it from others. */
function requireMemory(wanted: number): void {
  const kib = /^MemAvailable:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
  const available = kib === undefined ? freemem() : Number(kib) * 1024;
  if (available >= wanted + SPARE_BYTES) return;
  const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  throw new SeebenchError(
    'not-enough-memory',
    `the program may take ${gib(wanted)}, and the host has ${gib(available)} to give`,
    'choose a smaller --suite',
  );
}

function maxMapCount(): number | null {
  try {
    return Number(readFileSync('/proc/sys/vm/max_map_count', 'utf8')) || null;
  } catch {
    return null;
  }
}

/** Looks at a sandbox's processes while it runs. */
class Look implements TrialWatch {
  readonly looks: VmaLook[] = [];
  spentMs = 0;
  readonly #runtime: Runtime;
  #cgroup: Cgroup = null;
  #beganMs = 0;
  #done: number | null = null;
  #ended = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  begin(cgroup: Cgroup): Promise<void> {
    this.#cgroup = cgroup;
    this.#beganMs = performance.now();
    this.#next(PERIOD_MS);
    return Promise.resolve();
  }

  onEvent(line: StampedLine): void {
    this.#done = progressOf(line) ?? this.#done;
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #next(afterMs: number): void {
    if (!this.#ended) this.#timer = setTimeout(() => void this.#look(), afterMs);
  }

  async #look(): Promise<void> {
    const startMs = performance.now();
    const done = this.#done;
    const largest: Partial<Record<'guest' | 'sentry' | 'gofer' | 'stub', number>> = {};
    for (const pid of this.#cgroup?.pids() ?? []) {
      if (this.#ended) return;
      const role = roleOf(pid, this.#runtime);
      if (role !== null) largest[role] = Math.max(largest[role] ?? 0, await countMappings(pid));
    }
    const tookMs = performance.now() - startMs;
    this.spentMs += tookMs;
    if (Object.values(largest).some((count) => count > 0)) {
      const bytes = this.#cgroup?.usage().peakBytes ?? null;
      this.looks.push({ atMs: startMs - this.#beganMs, done, bytes, vmas: largest });
    }
    this.#next(Math.max(PERIOD_MS, tookMs / LOOKING));
  }
}
