import { setTimeout as sleep } from 'node:timers/promises';
import { readHostMemory } from '../host/index.js';
import type { Case, DensityStop, IdleClimb, IdleLook } from '../model/index.js';
import { lastLine } from '../model/index.js';
import type { LaunchOutput } from '../process/index.js';
import { sandboxPss, TrialCgroup, WARM, type Driver, type LaunchRequest, type SandboxPss } from '../sandbox/index.js';
import type { Guard } from './density-guard.js';

/** Between two looks at whether a sandbox has settled, and how many of them have to agree. */
const LOOK_MS = 150;
const AGREEING = 3;
/** What two looks may differ by. */
const SETTLED_SHARE = 0.01;
/** One that still moves after so long is taken as it is. */
const SETTLE_MS = 5_000;

/** What launches of idle sandboxes share. */
export interface IdleContext {
  readonly request: (id: string) => LaunchRequest;
  readonly cgroupName: string;
  readonly idPrefix: string;
  readonly guard: Guard;
  readonly signal: AbortSignal;
}

/** A sandbox that has done its imports and does nothing more until it is ended. */
class IdleSandbox {
  readonly cgroup: TrialCgroup | null;
  readonly #driver: Driver;
  readonly #stop = new AbortController();
  readonly #ended: Promise<LaunchOutput>;
  #warm = false;
  #problem: string | null = null;

  constructor(driver: Driver, request: LaunchRequest, cgroup: TrialCgroup | null, signal: AbortSignal) {
    this.#driver = driver;
    this.cgroup = cgroup;
    // A restored program says nothing at its warm point: it is there already.
    this.#warm = driver.environment.restored === true;
    this.#ended = driver.launch({
      ...request,
      cgroup,
      hold: true,
      signal: AbortSignal.any([signal, this.#stop.signal]),
      onEvent: ({ text }) => void (this.#warm ||= text === WARM),
    });
    this.#ended.then(
      (output) => (this.#problem = saidOf(output)),
      (error: unknown) => (this.#problem = (error as Error).message),
    );
  }

  /** Waits until it is warm and its memory stays as it is. @returns what went wrong, or `null` */
  async settle(timeoutMs: number, signal: AbortSignal): Promise<string | null> {
    const startedAt = performance.now();
    let settling = startedAt;
    let [agreeing, before] = [0, 0];
    while (this.#problem === null && !signal.aborted) {
      await sleep(LOOK_MS);
      if (!this.#warm) {
        settling = performance.now();
        if (settling - startedAt > timeoutMs) return `not warm within ${timeoutMs / 1000} s`;
        continue;
      }
      const { ownBytes: own } = await this.pss();
      agreeing = own > 0 && Math.abs(own - before) <= SETTLED_SHARE * own ? agreeing + 1 : 0;
      before = own;
      if (agreeing >= AGREEING || performance.now() - settling > SETTLE_MS) return null;
    }
    return this.#problem ?? 'interrupted';
  }

  pss(): Promise<SandboxPss> {
    return sandboxPss(this.cgroup?.pids() ?? [], this.#driver.environment.runtime);
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#ended.catch(() => undefined);
    this.cgroup?.remove();
  }
}

function saidOf({ stderr, stdout }: LaunchOutput): string {
  return lastLine(stderr) || lastLine(stdout) || 'it ended before it was idle';
}

/** Adds idle sandboxes one by one, and looks at the memory of all of them after each. All are gone when it resolves. */
export async function idleClimb(
  driver: Driver,
  one: Case,
  most: number,
  untilMs: number,
  context: IdleContext,
): Promise<IdleClimb> {
  const { guard, signal } = context;
  const standing: IdleSandbox[] = [];
  const settledMs: number[] = [];
  const before = readHostMemory().availableBytes;
  const looks: IdleLook[] = [{ n: 0, pssBytes: 0, commandBytes: 0, cgroupBytes: 0, hostBytes: 0 }];
  let stop: Omit<DensityStop, 'at'> | null = null;
  try {
    while (stop === null && standing.length < most) {
      stop = guard.stop(one.spec.memoryBytes, untilMs);
      if (stop !== null) break;
      const launchedAt = performance.now();
      const id = `${context.idPrefix}${standing.length}`;
      const cgroup = TrialCgroup.create(context.cgroupName, id);
      const sandbox = new IdleSandbox(driver, context.request(id), cgroup, signal);
      standing.push(sandbox);
      const problem = await sandbox.settle(one.spec.timeoutMs, signal);
      if (problem !== null) {
        stop = guard.stop(0, Infinity) ?? { kind: 'launch-failed', reason: problem };
        await standing.pop()!.end();
        break;
      }
      settledMs.push(performance.now() - launchedAt);
      looks.push(await look(standing, before));
    }
  } finally {
    await Promise.all(standing.map((sandbox) => sandbox.end()));
  }
  const at = looks.length - 1;
  const { id: environment } = driver.environment;
  return {
    environment,
    looks,
    settledMs,
    stop: { ...(stop ?? { kind: 'most', reason: `as many as were asked for` }), at },
  };
}

async function look(standing: readonly IdleSandbox[], before: number): Promise<IdleLook> {
  const charges = standing.map(({ cgroup }) => cgroup?.boxBytes() ?? null).filter((bytes) => bytes !== null);
  const hostBytes = before - readHostMemory().availableBytes;
  const pss: SandboxPss[] = [];
  for (const sandbox of standing) pss.push(await sandbox.pss());
  return {
    n: standing.length,
    pssBytes: sumOf(pss.map(({ ownBytes }) => ownBytes)),
    commandBytes: sumOf(pss.map(({ commandBytes }) => commandBytes)),
    cgroupBytes: charges.length === standing.length ? sumOf(charges) : null,
    hostBytes,
  };
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
