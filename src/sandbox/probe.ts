import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { lastLine, oneLine, type EnvironmentStatus, type InsideView, type Platform } from '../model/index.js';
import type { LaunchOutput } from '../process/index.js';
import { TrialCgroup, type CgroupUsage } from './cgroup.js';
import { PROBE_CASE, type Driver, type Rootfs } from './driver.js';

/** Long enough after the answer that the host can look at the processes of the running sandbox. */
const STAY_SECONDS = 0.25;
const LOOK_PERIOD_MS = 25;

/** Asks a guest what it sees. Standard library only, no site-packages: any Python will do. */
const QUESTION = `
import json, os, time
u = os.uname()
mem = int(next(l for l in open('/proc/meminfo') if l.startswith('MemTotal')).split()[1]) * 1024
print(json.dumps({'kernelRelease': u.release, 'kernelVersion': u.version, 'machine': u.machine,
  'cpus': len(os.sched_getaffinity(0)), 'memTotalBytes': mem, 'uid': os.getuid()}), flush=True)
os.write(3, b'{"e":"answered"}\\n')
time.sleep(${STAY_SECONDS})
`;

const answer = z.object({
  kernelRelease: z.string().max(256),
  kernelVersion: z.string().max(256),
  machine: z.string().max(64),
  cpus: z.number().int().positive(),
  memTotalBytes: z.number().positive(),
  uid: z.number().int().nonnegative(),
});

export interface ProbeOptions {
  readonly id: string;
  readonly rootfs: Rootfs;
  /** Where the runtime's own log stands while it is read; must exist. */
  readonly scratchDir: string;
  /** Name of the instance's cgroup; see `TrialCgroup.create`. */
  readonly cgroupName: string;
  readonly memoryBytes: number;
  /** CPUs that the guest must see. */
  readonly cpus: number;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

/** Launches an environment for real, under a deadline, and checks from inside and outside that it is what it says. */
export async function probe(driver: Driver, options: ProbeOptions): Promise<EnvironmentStatus> {
  const logDir = mkdtempSync(join(options.scratchDir, 'probe-'));
  const cgroup = TrialCgroup.create(options.cgroupName, options.id);
  const seen: (Platform | null)[] = [];
  let answered = false;
  const looking = setInterval(() => {
    if (answered) seen.push(driver.observePlatform(cgroup?.pids() ?? []));
  }, LOOK_PERIOD_MS);
  try {
    const output = await driver.launch({
      id: options.id,
      guest: {
        command: ['/usr/bin/python3', '-I', '-S', '-c', QUESTION],
        caseId: PROBE_CASE,
        params: {},
        rootfs: options.rootfs,
        mounts: [],
        memoryBytes: options.memoryBytes,
        pids: 512,
      },
      cgroup,
      deadlineMs: options.deadlineMs,
      debugLogDir: logDir,
      onEvent: () => (answered = true),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    clearInterval(looking);
    return judge(driver, output, options, mostSeen(seen), readLogs(logDir), cgroup?.usage() ?? null);
  } finally {
    clearInterval(looking);
    cgroup?.remove();
    rmSync(logDir, { recursive: true, force: true });
  }
}

/** Of several looks the most frequent answer: a stub that is just being made or ended looks like that of another platform. */
function mostSeen(seen: readonly (Platform | null)[]): Platform | null {
  const times = (platform: Platform | null): number => seen.filter((it) => it === platform).length;
  const known = seen.filter((it) => it !== null);
  return known.toSorted((a, b) => times(b) - times(a))[0] ?? null;
}

function judge(
  driver: Driver,
  output: LaunchOutput,
  options: ProbeOptions,
  platform: Platform | null,
  log: string,
  usage: CgroupUsage | null,
): EnvironmentStatus {
  const ended = output.report.exitMonoNs !== 0n;
  const launchMs = Number(output.report.exitMonoNs - output.report.spawnMonoNs) / 1e6;
  const no = (reason: string): EnvironmentStatus => ({
    status: 'unavailable',
    reason: oneLine(reason),
    log: `${log}\n${output.stderr}`.trim().slice(-4000),
    launchMs: ended ? launchMs : null,
  });
  const wanted = driver.environment.platform;
  if (output.report.spawnErrno !== 0)
    return no(
      `${driver.environment.binary ?? driver.environment.runtime} cannot be started (errno ${output.report.spawnErrno})`,
    );
  if (output.timedOut) {
    return no(
      `the sandbox did not finish its start within ${options.deadlineMs / 1000} s and was killed${wanted === 'kvm' ? ': /dev/kvm opens, but the guest never runs' : ''}`,
    );
  }
  const panic = /^panic: (.+)$/m.exec(log)?.[1];
  if (panic !== undefined && output.report.status !== 0) {
    const why = wanted === 'kvm' ? '; this host’s /dev/kvm does not give it what it needs' : '';
    return no(`gVisor’s sentry panicked at its start: ${panic.slice(0, 200)}${why}`);
  }
  if (output.report.status !== 0 || !ended)
    return no(
      (causeOf(log) ?? causeOf(output.stderr) ?? lastLine(output.stderr)) || `exit status ${output.report.status >> 8}`,
    );
  const parsed = answer.safeParse(safeJson(output.stdout));
  if (!parsed.success) return no('the sandbox ran, but its answer cannot be read');
  const inside: InsideView = { ...parsed.data, platform };
  const isGvisor = /gvisor/i.test(inside.kernelRelease + inside.kernelVersion) || isOldGvisor(inside);
  if ((driver.environment.runtime === 'runsc') !== isGvisor)
    return no(`the guest’s kernel says ${inside.kernelRelease}: this is not ${driver.environment.runtime}`);
  if (usage !== null && platform !== wanted)
    return no(`asked for platform ${wanted}, but the processes of the sandbox show ${platform ?? 'none'}`);
  if (inside.cpus !== options.cpus) return no(`the guest sees ${inside.cpus} CPUs instead of ${options.cpus}`);
  // Natively /proc/meminfo is the host's. Where no memory is counted, none can be limited either.
  if (isGvisor && usage?.peakBytes != null && inside.memTotalBytes > options.memoryBytes) {
    return no(`the guest sees ${inside.memTotalBytes} bytes of memory, more than its limit of ${options.memoryBytes}`);
  }
  return { status: 'available', launchMs, inside };
}

/** Until 2025 gVisor did not name itself: it claimed this release, with the date of this build (pkg/sentry/syscalls/linux/linux64.go). */
function isOldGvisor({ kernelRelease, kernelVersion }: InsideView): boolean {
  return kernelRelease === '4.4.0' && kernelVersion === '#1 SMP Sun Jan 10 15:06:54 PST 2016';
}

/** gVisor's logs of one launch, the sandbox process's own last: it knows why it died. */
function readLogs(dir: string): string {
  const files = readdirSync(dir).toSorted((a, b) => Number(a.includes('boot')) - Number(b.includes('boot')));
  return files.map((file) => readFileSync(join(dir, file), 'utf8').slice(-1_000_000)).join('\n');
}

/** The line in a log that names the cause: a panic before a fatal error before the runtime's own message. */
function causeOf(log: string): string | null {
  for (const pattern of [/^fatal error: (.+)$/m, /\bFATAL ERROR: (.+)$/m, /level=error msg="(.+?)"\s*$/m]) {
    const found = pattern.exec(log)?.[1];
    if (found !== undefined) return found;
  }
  return null;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
