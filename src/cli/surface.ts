import { arch } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { runTrial, type TrialContext, type TrialWatch } from '../measure/index.js';
import {
  oneLine,
  type Case,
  type FilterReach,
  type SandboxRole,
  type Surface,
  type SurfaceRow,
  type SyscallNames,
  type Workload,
} from '../model/index.js';
import { exec } from '../process/index.js';
import { hostView, roleOf, type Driver } from '../sandbox/index.js';
import { FAULT_USER, parseFilters, reachOf } from '../study/index.js';
import { Counter, type Cgroup } from './counter.js';
import type { ConformContext, ConformStep, Found } from './conform.js';
import { PROBES_DIR } from './places.js';
import { say } from './print.js';

/** From the guest's first instruction until it is looked at: its sentry and stubs are at rest then. */
const SETTLE_MS = 300;
const ASLEEP_S = 2;
const TOOL_MS = 10_000;
const MEMORY_BYTES = 512 * 2 ** 20;
/** Processes of one role that are looked at; the one that reaches most counts. */
const LOOKED_AT = 4;
const ROLES: readonly SandboxRole[] = ['guest', 'sentry', 'gofer', 'stub'];

type Seen = Omit<SurfaceRow, 'environment' | 'used'>;

/** How much of the host's kernel each environment can reach: looked at from the host, beside what cases really use of it. */
export function surfaceStep(names: SyscallNames, cases: readonly Case[]): ConformStep {
  return { cases, run: (context) => look(names, cases, context) };
}

async function look(names: SyscallNames, cases: readonly Case[], context: ConformContext): Promise<Found> {
  const machine = arch() as keyof SyscallNames;
  const rows: SurfaceRow[] = [];
  const notes = new Set<string>();
  for (const driver of context.drivers) {
    const { id } = driver.environment;
    say(`looking at ${id} from the host`);
    const seen = await processesOf(driver, names, context, notes);
    const used = await usedBy(driver, cases, context, notes);
    for (const role of ROLES) {
      const row = seen.get(role);
      const numbers = used?.get(role);
      if (row === undefined) continue;
      const own = used === null ? null : namesOf(numbers ?? new Set(), names[machine]);
      const past = own?.filter((name) => !lets(row.reach, name)) ?? [];
      // Counted and read off the filters by different ways: they have to agree.
      if (past.length > 0) notes.add(`${role} of ${id} made calls that its filters refuse: ${past.join(', ')}`);
      rows.push({ ...row, environment: id, used: own });
    }
  }
  const surface: Surface = {
    known: Object.keys(names[machine]).length,
    cases: cases.map(({ id }) => id),
    rows,
    notes: [...notes],
  };
  return { surface, problems: [] };
}

function lets(reach: FilterReach | null, name: string): boolean {
  return reach === null || reach.always.includes(name) || reach.sometimes.includes(name);
}

function namesOf(numbers: ReadonlySet<number>, table: Readonly<Record<string, number>>): string[] {
  const byNumber = new Map(Object.entries(table).map(([name, number]) => [number, name]));
  return [...numbers].toSorted((a, b) => a - b).map((number) => byNumber.get(number) ?? `#${number}`);
}

/** One sandbox that sleeps, and what its processes are allowed on the host. */
async function processesOf(
  driver: Driver,
  names: SyscallNames,
  context: ConformContext,
  notes: Set<string>,
): Promise<Map<SandboxRole, Seen>> {
  let cgroup: Cgroup = null;
  let looked: Promise<Map<SandboxRole, Seen>> | undefined;
  const watch: TrialWatch = {
    begin: (own) => {
      cgroup = own;
      return Promise.resolve();
    },
    onEvent: () => {
      looked ??= sleep(SETTLE_MS).then(() => inspect(cgroup?.pids() ?? [], driver, names, context, notes));
    },
  };
  const { trial } = await launchOf(driver, sleeping(), { ...context.trials, watch });
  const found = (await looked) ?? new Map<SandboxRole, Seen>();
  if (found.size === 0) {
    const why = 'reason' in trial.outcome ? trial.outcome.reason : 'none of its processes was seen';
    notes.add(`${driver.environment.id} was not looked at: ${oneLine(why, 150)}`);
  }
  return found;
}

async function inspect(
  pids: readonly number[],
  driver: Driver,
  names: SyscallNames,
  { workshop }: ConformContext,
  notes: Set<string>,
): Promise<Map<SandboxRole, Seen>> {
  const roles = pids.map((pid) => ({ pid, role: roleOf(pid, driver.environment.runtime) }));
  const found = new Map<SandboxRole, Seen>();
  for (const role of ROLES) {
    const own = roles.filter((it) => it.role === role).map(({ pid }) => pid);
    for (const pid of own.slice(0, LOOKED_AT)) {
      const view = hostView(pid);
      if (view === null) continue;
      const { traced, ...host } = view;
      // Who is traced already cannot be traced again; nothing of what it calls reaches the kernel then.
      const filters = traced ? null : await filtersOf(pid, workshop.helpers.filters, notes);
      const reach = filters === null ? null : reachOf(filters, arch() as keyof SyscallNames, names);
      const seen: Seen = {
        ...host,
        role,
        processes: own.length,
        intercepted: traced,
        filters: filters?.length ?? null,
        reach,
      };
      if (widthOf(seen) > widthOf(found.get(role))) found.set(role, seen);
    }
  }
  return found;
}

function widthOf(seen: Seen | undefined): number {
  if (seen === undefined) return -1;
  return seen.reach === null ? 0 : seen.reach.always.length + seen.reach.sometimes.length;
}

async function filtersOf(pid: number, program: string, notes: Set<string>) {
  const { exitCode, stdout, stderr } = await exec(program, [String(pid)], {
    deadlineMs: TOOL_MS,
    env: {},
    maxOutputBytes: 4 * 2 ** 20,
  });
  const filters = exitCode === 0 ? parseFilters(stdout) : null;
  if (filters === null) notes.add(`seccomp filters cannot be read here: ${oneLine(stderr.trim() || 'no answer', 150)}`);
  return filters;
}

/** System calls by role that the cases made after the guest's first instruction; `null` where the host does not let them be counted. */
async function usedBy(
  driver: Driver,
  cases: readonly Case[],
  context: ConformContext,
  notes: Set<string>,
): Promise<Map<SandboxRole, Set<number>> | null> {
  const used = new Map<SandboxRole, Set<number>>();
  for (const one of cases) {
    const counter = new Counter(context.workshop.helpers.syscount, driver);
    const { trial } = await launchOf(driver, one, { ...context.trials, watch: counter }).finally(() => counter.stop());
    const counts = await counter.counts();
    if (typeof counts === 'string') {
      notes.add(`system calls cannot be counted here: ${counts}`);
      return null;
    }
    if (trial.outcome.kind !== 'completed')
      notes.add(`${one.id} in ${driver.environment.id} is counted as far as it came: ${trial.outcome.kind}`);
    for (const { pid, number, firstNs, lastNs } of counts) {
      const role = counter.roleOf(pid, firstNs);
      if (role === null || lastNs < counter.guestNs || number >= FAULT_USER) continue;
      used.set(role, (used.get(role) ?? new Set()).add(number));
    }
  }
  return used;
}

let launches = 0;

async function launchOf(driver: Driver, one: Case, trials: TrialContext) {
  const sequence = launches++;
  const key = {
    id: 'surface',
    sequence,
    block: sequence,
    position: 0,
    caseId: one.id,
    environmentId: driver.environment.id,
  };
  const measured = await runTrial(driver, one, key, { ...trials, idPrefix: `${trials.idPrefix}s` });
  trials.signal?.throwIfAborted();
  return measured;
}

function sleeping(): Case {
  const spec = { params: {}, timeoutMs: 60_000, memoryBytes: MEMORY_BYTES, data: [] };
  const workload: Workload = {
    id: 'asleep',
    title: 'Asleep',
    class: 'system',
    description: 'Sleeps while it is looked at.',
    dir: PROBES_DIR,
    command: ['/bin/sleep', String(ASLEEP_S)],
    headline: 'wall_ns',
    workUnit: null,
    digest: false,
    needs: { modules: [], files: ['/bin/sleep'] },
    sizes: { smoke: spec, quick: spec, full: spec },
  };
  return { id: workload.id, workload, size: 'smoke', spec };
}
