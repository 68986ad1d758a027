import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { readCgroups } from '../host/index.js';
import { runTrial, type TrialContext, type TrialWatch } from '../measure/index.js';
import type { Case, Limit, LimitHost, LimitRow, NeighbourRow, ProbedKind } from '../model/index.js';
import { exec, type StampedLine } from '../process/index.js';
import type { Driver, GuestLimits } from '../sandbox/index.js';
import { median } from '../stats/index.js';
import { lastWords, limitProblems, limitRow, type UsageSample } from '../study/index.js';
import type { ConformContext, ConformStep, Found } from './conform.js';
import { PROBES_DIR } from './places.js';
import { say } from './print.js';
import { probeProgram } from './probe-program.js';
import { makeScratch } from './scratch.js';

const PROGRAM = 'limits.py';
const BLOCK = 'block';
const LOOK_MS = 10;
/** Longer than any of the programs takes that is not stopped. */
const LAUNCH_MS = 60_000;
/** The programs that keep CPUs busy do it for so long. */
const BURN_S = 4;
/** Blocks of 4 MiB that the neighbour hashes: some seconds of work. */
const NEIGHBOUR_WORK = 500;
const NEIGHBOUR_BYTES = 256 * 2 ** 20;
/** Read under a limit of bandwidth: for several seconds. */
const BLOCK_BYTES = 24 * 2 ** 20;

type Cgroup = Parameters<TrialWatch['begin']>[0];

/**
 * Which limits hold in each environment, and what a neighbour feels of a sandbox that runs into one.
 * @param pairs launches of the neighbour, alone and beside, for each limit
 */
export function limitsStep(limits: readonly Limit[], pairs: number): ConformStep {
  return { cases: [], run: (context) => runInto(limits, pairs, context) };
}

async function runInto(limits: readonly Limit[], pairs: number, context: ConformContext): Promise<Found> {
  const host = limitHost();
  const disk = programOnDisk();
  const rows: LimitRow[] = [];
  const neighbours: NeighbourRow[] = [];
  for (const driver of context.drivers) {
    say(`running into the limits of ${driver.environment.id}`);
    for (const limit of limits) rows.push(await rowOf(limit, driver, host, disk, context));
  }
  for (const limit of limits.filter(({ neighbour }) => neighbour)) {
    if (missing(limit, host, disk) !== null) continue;
    say(`a neighbour beside a sandbox that runs into its limit: ${limit.id}`);
    for (const driver of context.drivers) neighbours.push(await neighbourRow(limit, driver, pairs, disk, context));
  }
  return { limits: rows, neighbours, limitHost: host, problems: limitProblems(rows) };
}

function limitHost(): LimitHost {
  const { mode, controllers } = readCgroups();
  const swap = /^SwapTotal:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
  return { cgroup: mode, controllers, swapBytes: Number(swap ?? 0) * 1024 };
}

/** The program with a file on the host's disk beside. */
interface Disk {
  readonly dir: string;
  /** `null` where the file lies on none. */
  readonly device: { readonly major: number; readonly minor: number } | null;
}

function programOnDisk(): Disk {
  const dir = makeScratch('disk');
  const file = join(dir, BLOCK);
  copyFileSync(join(PROBES_DIR, PROGRAM), join(dir, PROGRAM));
  writeFileSync(file, Buffer.alloc(BLOCK_BYTES, 'seebench'));
  const { dev } = statSync(file);
  const [major, minor] = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)];
  return { dir, device: wholeDisk(major, minor) };
}

/** Limits hold for whole disks, not for partitions. */
function wholeDisk(major: number, minor: number): Disk['device'] {
  const entry = `/sys/dev/block/${major}:${minor}`;
  try {
    const isPartition = statSync(join(entry, 'partition'), { throwIfNoEntry: false }) !== undefined;
    const [a = NaN, b = NaN] = readFileSync(join(entry, isPartition ? '../dev' : 'dev'), 'utf8')
      .trim()
      .split(':')
      .map(Number);
    return Number.isNaN(a + b) ? null : { major: a, minor: b };
  } catch {
    return null;
  }
}

/** Writes the file out and takes it out of the page cache; no other file is touched. */
async function dropFromCache(dir: string): Promise<void> {
  const file = join(dir, BLOCK);
  await exec('sync', [file], { deadlineMs: LAUNCH_MS });
  await exec('dd', [`if=${file}`, 'iflag=nocache', 'count=0', 'status=none'], { deadlineMs: LAUNCH_MS });
}

/** Why a limit is not to be had on this host; `null` where it is. */
function missing({ controller, sets }: Limit, host: LimitHost, { device }: Disk): string | null {
  // Version 2 has the same controller under another name.
  const names = controller === 'blkio' ? ['blkio', 'io'] : [controller];
  if (controller !== null && !names.some((name) => name !== null && host.controllers.includes(name)))
    return `the host's cgroups (${host.cgroup}) have no usable controller ${controller}`;
  if (sets === 'readRate' && device === null) return 'the cache lies on no disk of this host';
  if (sets === 'swap' && host.swapBytes === 0) return 'the host has no swap';
  return null;
}

async function rowOf(
  limit: Limit,
  driver: Driver,
  host: LimitHost,
  disk: Disk,
  context: ConformContext,
): Promise<LimitRow> {
  const { id, asked, unit } = limit;
  const environment = driver.environment.id;
  const reason = missing(limit, host, disk);
  if (reason !== null)
    return {
      ...{ limit: id, environment, asked, unit, enforced: null, seen: '', afterMs: null, ok: true },
      answer: 'not-applicable',
      reason,
    };
  if (limit.sets === 'readRate') await dropFromCache(disk.dir);
  const look = new Look();
  const one = caseOf(disk, limit.id, memoryOf(limit), limit.sets === 'deadline' ? asked : LAUNCH_MS, {
    asked,
    threads: cpus().length,
    seconds: BURN_S,
  });
  const { trial, stdout } = await launchOf(driver, one, {
    ...context.trials,
    watch: look,
    limits: guestLimits(limit, disk),
  });
  context.trials.signal?.throwIfAborted();
  const kind: ProbedKind = driver.environment.runtime === 'runsc' ? 'gvisor' : 'native';
  return limitRow(limit, environment, kind, {
    outcome: trial.outcome,
    stdout,
    samples: look.samples,
    beganMs: look.beganMs,
    wallMs: look.wallMs,
  });
}

function memoryOf({ sets, asked, memoryBytes }: Limit): number {
  return sets === 'memory' ? asked : memoryBytes;
}

function guestLimits({ sets, asked }: Limit, { device }: Disk): GuestLimits {
  switch (sets) {
    case 'swap':
      return { swapBytes: asked };
    case 'cpuSet':
      return { cpuSet: firstCpus(asked) };
    case 'readRate':
      return { readRate: { ...device!, rate: asked } };
    case 'memory':
    case 'deadline':
    case 'nothing':
      return {};
    default:
      return { [sets]: asked };
  }
}

/** CPUs of the host that this process may run on, the first of them. */
function firstCpus(count: number): string {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const all = list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
  return all.slice(0, count).join(',');
}

/** Looks at the sandbox's own cgroup while it runs. */
class Look implements TrialWatch {
  readonly samples: UsageSample[] = [];
  beganMs: number | null = null;
  #launchedMs = 0;
  #timer: NodeJS.Timeout | undefined;

  begin(cgroup: Cgroup): Promise<void> {
    this.#launchedMs = performance.now();
    this.#timer = setInterval(() => {
      const usage = cgroup?.boxUsage() ?? null;
      if (usage === null) return;
      const { cpuNs, peakBytes, swapBytes } = usage;
      this.samples.push({ atMs: performance.now(), cpuNs, peakBytes, swapBytes });
    }, LOOK_MS);
    return Promise.resolve();
  }

  onEvent({ text }: StampedLine): void {
    if (text.includes('"imports"')) this.beganMs ??= performance.now();
  }

  /** From the launch until the sandbox was gone. */
  get wallMs(): number | null {
    const last = this.samples.at(-1);
    return last === undefined ? null : Math.round(last.atMs - this.#launchedMs);
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

/** The neighbour alone and beside, one after the other, in turn first. */
async function neighbourRow(
  limit: Limit,
  driver: Driver,
  pairs: number,
  disk: Disk,
  context: ConformContext,
): Promise<NeighbourRow> {
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const times = new Map<boolean, number | null>();
    for (const beside of pair % 2 === 0 ? [false, true] : [true, false])
      times.set(
        beside,
        beside ? await besideTime(limit, driver, disk, context) : await steadyTime(driver, disk, context.trials),
      );
    context.trials.signal?.throwIfAborted();
    const [alone, besides] = [times.get(false) ?? null, times.get(true) ?? null];
    if (alone !== null && besides !== null) ratios.push(besides / alone);
  }
  const { id: environment } = driver.environment;
  return { limit: limit.id, environment, n: ratios.length, slowdown: median(ratios), ratios };
}

async function steadyTime(driver: Driver, disk: Disk, trials: TrialContext): Promise<number | null> {
  const { stdout } = await launchOf(
    driver,
    caseOf(disk, 'steady', NEIGHBOUR_BYTES, LAUNCH_MS, { work: NEIGHBOUR_WORK }),
    trials,
  );
  const { reached, seen } = lastWords(stdout);
  return seen === 'done' ? reached : null;
}

/** The same while another sandbox runs into the limit, again and again. */
async function besideTime(limit: Limit, driver: Driver, disk: Disk, context: ConformContext): Promise<number | null> {
  const stop = new AbortController();
  const { signal } = context.trials;
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const breaking = async (): Promise<void> => {
    const one = caseOf(disk, limit.id, memoryOf(limit), LAUNCH_MS, {
      asked: limit.asked,
      threads: cpus().length,
      seconds: LAUNCH_MS / 1000,
    });
    const trials = {
      ...context.trials,
      signal: either,
      limits: guestLimits(limit, disk),
    };
    while (!either.aborted) await launchOf(driver, one, trials);
  };
  const broken = breaking();
  try {
    return await steadyTime(driver, disk, context.trials);
  } finally {
    stop.abort();
    await broken;
  }
}

let launches = 0;

async function launchOf(driver: Driver, one: Case, trials: TrialContext) {
  const sequence = launches++;
  const key = {
    id: 'limits',
    sequence,
    block: sequence,
    position: 0,
    caseId: one.id,
    environmentId: driver.environment.id,
  };
  try {
    return await runTrial(driver, one, key, { ...trials, idPrefix: `${trials.idPrefix}l` });
  } finally {
    if (trials.watch instanceof Look) trials.watch.end();
  }
}

function caseOf(
  disk: Disk,
  limit: string,
  memoryBytes: number,
  timeoutMs: number,
  params: Case['spec']['params'],
): Case {
  const spec = { params: { limit, ...params }, timeoutMs, memoryBytes, data: [] };
  const named = { id: 'limits', title: 'Limits', description: 'Runs into a limit.' };
  const workload = probeProgram({ ...named, program: PROGRAM, dir: disk.dir }, spec);
  return { id: `limits/${limit}`, workload, size: 'smoke', spec };
}
