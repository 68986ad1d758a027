import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { runTrial, type TrialContext, type TrialWatch } from '../measure/index.js';
import {
  NATIVE,
  SEGMENTS,
  type Case,
  type GuestUsage,
  type HostUsage,
  type InstrumentedTrial,
  type SandboxRole,
  type Setting,
} from '../model/index.js';
import type { Driver } from '../sandbox/index.js';
import { roleOf } from '../sandbox/index.js';
import type { StampedLine } from '../process/index.js';
import { callCounts, parseMetrics } from '../study/index.js';
import { writeInstrumented } from '../store/index.js';
import { Counter, type Cgroup } from './counter.js';
import { say } from './print.js';
import { makeScratch } from './scratch.js';

const amount = z.number().min(0).max(1e18);
/** What an instrumented guest says of itself; see workloads/_guest/seebench_instrument.py. */
const usageEvent = z.object({
  e: z.literal('usage'),
  segment: z.int32().nonnegative(),
  user_ns: amount,
  system_ns: amount,
  faults: amount,
  waits: amount,
  preemptions: amount,
  read_bytes: amount,
  written_bytes: amount,
  vmas: amount,
});
/** More segments than any workload has iterations. */
const MOST_USAGES = 4096;

const GUEST_MARK = '{"e":"mark","name":"guest"';

let launches = 0;

/** What is watched, and how often. */
export interface Watched {
  /** Of the results. */
  readonly dir: string;
  readonly cases: readonly Case[];
  readonly drivers: readonly Driver[];
  /** Trials of each case in each environment, and natively with each set of variables. */
  readonly trialsEach: number;
  readonly syscount: string;
  readonly context: TrialContext;
}

/** Watches trials of every case in every environment, after all that is measured, and stores what they tell. @returns false when the signal came */
export async function watchCases({ dir, cases, drivers, trialsEach, syscount, context }: Watched): Promise<boolean> {
  const ways = drivers.flatMap((driver) =>
    driver.environment.id === NATIVE
      ? [[], ...variableSets(drivers)].map((variables) => ({ driver, variables }))
      : [{ driver, variables: [] }],
  );
  const found: InstrumentedTrial[] = [];
  for (const one of cases) {
    say(`watching ${one.id} in ${drivers.map(({ environment }) => environment.id).join(', ')}`);
    for (const { driver, variables } of ways)
      for (let i = 0; i < trialsEach; i++) {
        const trial = await instrumentedTrial(driver, one, syscount, context, variables);
        if (trial === null) return false;
        found.push(trial);
      }
    await writeInstrumented(dir, found);
  }
  return true;
}

/** Variables that profiles set for guests, each set of them once: a program does other things with them natively, too. */
function variableSets(drivers: readonly Driver[]): (readonly Setting[])[] {
  const sets = drivers.map(({ environment }) => environment.profile.guestEnv).filter(({ length }) => length > 0);
  return [...new Map(sets.map((set) => [JSON.stringify(set), set])).values()];
}

/**
 * One more launch of a case in an environment, watched from inside and outside. Its times are no measurement.
 * @param variables of the guest beside its profile's: natively, those of a profile that is to be explained
 * @returns `null` when the signal came
 */
async function instrumentedTrial(
  driver: Driver,
  one: Case,
  syscount: string,
  trials: TrialContext,
  variables: readonly Setting[],
): Promise<InstrumentedTrial | null> {
  const watch = new Instrument(driver, syscount, variables);
  const sequence = launches++;
  const key = {
    id: `instrumented-${sequence}`,
    sequence,
    block: sequence,
    position: 0,
    caseId: one.id,
    environmentId: driver.environment.id,
  };
  const { trial, aborted } = await runTrial(driver, one, key, {
    ...trials,
    idPrefix: `${trials.idPrefix}i`,
    watch,
  }).finally(() => watch.stop());
  if (aborted || trials.signal?.aborted) return null;
  const counted = await watch.counts();
  return {
    case: one.id,
    environment: driver.environment.id,
    variables: Object.fromEntries(variables.map(({ name, value }) => [name, value])),
    outcome: trial.outcome.kind,
    wallNs: trial.wallNs,
    marks: trial.marks,
    iterationNs: trial.samples.filter(({ metric }) => metric === 'iteration_ns').map(({ value }) => value),
    usage: watch.usage,
    host: watch.host,
    ...(typeof counted === 'string' ? { counts: null, uncounted: counted } : { counts: counted, uncounted: null }),
    gvisor: watch.metrics(),
  };
}

/** Looks at a trial segment by segment. */
class Instrument implements TrialWatch {
  readonly instrument: { readonly runtimeFlags: readonly string[]; readonly variables: readonly Setting[] };
  readonly usage: GuestUsage[] = [];
  readonly host: HostUsage[] = [];
  readonly #driver: Driver;
  readonly #counter: Counter;
  readonly #metricsFile: string | null;
  #cgroup: Cgroup = null;

  constructor(driver: Driver, syscount: string, variables: readonly Setting[]) {
    this.#driver = driver;
    this.#counter = new Counter(syscount, driver);
    const isGvisor = driver.environment.runtime === 'runsc';
    this.#metricsFile = isGvisor ? join(makeScratch('metrics'), 'metrics') : null;
    const runtimeFlags = this.#metricsFile === null ? [] : [`--final-metrics-log=${this.#metricsFile}`];
    this.instrument = { runtimeFlags, variables };
  }

  async begin(cgroup: Cgroup): Promise<void> {
    this.#cgroup = cgroup;
    await this.#counter.begin(cgroup);
  }

  onEvent(line: StampedLine): void {
    this.#counter.onEvent();
    if (line.text.startsWith(GUEST_MARK)) this.#begins(SEGMENTS.guest);
    const event = parsed(line.text);
    if (event === null || this.usage.length >= MOST_USAGES) return;
    this.#begins(event.segment);
    this.usage.push(event);
    this.#look(event.segment);
  }

  /** A native guest begins its segments itself, in the kernel. */
  #begins(segment: number): void {
    if (this.#driver.environment.runtime === 'runsc') this.#counter.begins(segment);
  }

  #look(segment: number): void {
    const byRole = new Map<SandboxRole, HostUsage>();
    for (const pid of this.#cgroup?.pids() ?? []) {
      const role = roleOf(pid, this.#driver.environment.runtime);
      const own = role === null ? null : usedBy(pid);
      if (role === null || own === null) continue;
      const known = byRole.get(role);
      byRole.set(role, {
        segment,
        role,
        processes: (known?.processes ?? 0) + 1,
        userNs: (known?.userNs ?? 0) + own.userNs,
        systemNs: (known?.systemNs ?? 0) + own.systemNs,
        faults: (known?.faults ?? 0) + own.faults,
        switches: (known?.switches ?? 0) + own.switches,
      });
    }
    this.host.push(...byRole.values());
  }

  stop(): void {
    this.#counter.stop();
  }

  async counts() {
    const counts = await this.#counter.counts();
    return typeof counts === 'string'
      ? counts
      : callCounts(counts, (pid, firstNs) => this.#counter.roleOf(pid, firstNs));
  }

  metrics(): Record<string, number> | null {
    if (this.#metricsFile === null) return null;
    try {
      return parseMetrics(readFileSync(this.#metricsFile, 'utf8'));
    } catch {
      return {};
    }
  }
}

function parsed(text: string): GuestUsage | null {
  if (!text.startsWith('{"e":"usage"')) return null;
  try {
    const it = usageEvent.parse(JSON.parse(text));
    return {
      segment: it.segment,
      userNs: it.user_ns,
      systemNs: it.system_ns,
      faults: it.faults,
      waits: it.waits,
      preemptions: it.preemptions,
      readBytes: it.read_bytes,
      writtenBytes: it.written_bytes,
      vmas: it.vmas,
    };
  } catch {
    return null;
  }
}

/** Of a second; what Linux counts CPU time in for programs, whatever its own tick (USER_HZ, include/asm-generic/param.h). */
const TICK_NS = 1e7;
/** More threads than a sentry has. */
const MOST_THREADS = 256;

function usedBy(pid: number): { userNs: number; systemNs: number; faults: number; switches: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // After the name, which may hold anything: state is field 3.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    let switches = 0;
    for (const thread of readdirSync(`/proc/${pid}/task`).slice(0, MOST_THREADS)) {
      const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
      for (const match of status.matchAll(/ctxt_switches:\s*(\d+)/g)) switches += Number(match[1]);
    }
    return {
      userNs: fields[11]! * TICK_NS,
      systemNs: fields[12]! * TICK_NS,
      faults: fields[7]! + fields[9]!,
      switches,
    };
  } catch {
    return null;
  }
}
