import { closeSync, constants, existsSync, openSync, readlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrialWatch } from '../measure/index.js';
import { oneLine, type SandboxRole } from '../model/index.js';
import { exec } from '../process/index.js';
import { roleOf, type Driver } from '../sandbox/index.js';
import { parseCounts, type SyscallCount } from '../study/index.js';
import { makeScratch } from './scratch.js';

/** How often running sandboxes are looked at for new processes. */
const LOOK_MS = 20;

export type Cgroup = Parameters<TrialWatch['begin']>[0];

/** Number of the host's own namespace of processes (PROC_PID_INIT_INO, include/linux/proc_ns.h): the kernel counts by its ids. */
const HOST_PIDS = 'pid:[4026531836]';

/** Why nothing can be counted from here, as far as that is known before; `null` where it can be tried. */
export function uncountable(): string | null {
  return seesHostPids() ? null : 'the namespace of processes that seebench runs in is not the host’s';
}

function seesHostPids(): boolean {
  return readlinkSync('/proc/self/ns/pid') === HOST_PIDS;
}

/** Counts the system calls and page faults of one trial on the host. */
export class Counter implements TrialWatch {
  /** Host's monotonic clock when the guest's first mark came. */
  guestNs = 2n ** 63n;
  readonly #program: string;
  readonly #driver: Driver;
  readonly #scratch = makeScratch('count');
  readonly #ready = join(this.#scratch, 'ready');
  readonly #segments = join(this.#scratch, 'segments');
  /** How often each process was seen in which role. While it starts or ends, a process can look like another. */
  readonly #looks = new Map<number, Map<SandboxRole | null, number>>();
  #fifo: number | null = null;
  #counting: ReturnType<typeof exec> | undefined;
  #ended = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(program: string, driver: Driver) {
    this.#program = program;
    this.#driver = driver;
  }

  async begin(cgroup: Cgroup): Promise<void> {
    if (!seesHostPids()) return;
    const dir = cgroup?.unifiedDir ?? null;
    if (cgroup === null || dir === null) return;
    await exec('mkfifo', ['-m', '600', this.#segments], { deadlineMs: 10_000 });
    this.#counting = exec(this.#program, [dir, this.#ready, this.#segments], {
      deadlineMs: 15 * 60_000,
      env: {},
      maxOutputBytes: 4 * 2 ** 20,
    });
    const ended = this.#counting.finally(() => (this.#ended = true));
    ended.catch(() => {});
    while (!existsSync(this.#ready) && !this.#ended) await sleep(2);
    this.#timer = setInterval(() => {
      for (const pid of cgroup.pids()) {
        const seen = this.#looks.get(pid) ?? new Map<SandboxRole | null, number>();
        const role = roleOf(pid, this.#driver.environment.runtime);
        this.#looks.set(pid, seen.set(role, (seen.get(role) ?? 0) + 1));
      }
    }, LOOK_MS);
  }

  /** What happens from now on belongs to another segment; in the kernel a moment later. */
  begins(segment: number): void {
    if (this.#counting === undefined || this.#ended) return;
    this.#fifo ??= openSync(this.#segments, constants.O_RDWR | constants.O_NONBLOCK);
    writeSync(this.#fifo, `${segment}\n`);
  }

  onEvent(): void {
    const now = process.hrtime.bigint();
    if (now < this.guestNs) this.guestNs = now;
  }

  /** One that was never seen and came after the guest's start lives in the sandbox; what came before is the runtime's. */
  roleOf(pid: number, firstNs: bigint): SandboxRole | null {
    const looks = [...(this.#looks.get(pid) ?? [])].toSorted(([, a], [, b]) => b - a);
    if (looks.length > 0) return looks[0]![0];
    if (firstNs < this.guestNs) return null;
    return this.#driver.environment.runtime === 'runsc' ? 'stub' : 'guest';
  }

  stop(): void {
    clearInterval(this.#timer);
    if (this.#fifo !== null) closeSync(this.#fifo);
    this.#fifo = null;
  }

  /** The trial's cgroup is gone, and so the counter ends. @returns why there are no counts, in place of them */
  async counts(): Promise<SyscallCount[] | string> {
    const reason = uncountable();
    if (reason !== null) return reason;
    if (this.#counting === undefined) return 'the host has no cgroup hierarchy of version 2';
    const { exitCode, stdout, stderr } = await this.#counting;
    if (exitCode !== 0) return oneLine(stderr.trim().split('\n').at(-1) ?? 'no answer', 150);
    const counts = parseCounts(stdout);
    return counts.length > 0 ? counts : 'the counter saw nothing of the trial';
  }
}
