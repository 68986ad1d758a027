import { readFileSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Runtime, SandboxRole } from '../model/index.js';
import { CAPABILITIES } from './opened.js';

/** What `/proc` of the host says of one process of a sandbox. */
export interface HostView {
  readonly uid: number;
  readonly capabilities: readonly string[];
  readonly noNewPrivileges: boolean;
  /** Kinds of namespaces other than this process's own. */
  readonly namespaces: readonly string[];
  /** Traced by another process all the time. */
  readonly traced: boolean;
}

const NAMESPACES = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'];

/** The role of a process in its sandbox; `null` for the runtime's own command, which stays outside, and for one that has ended. */
export function roleOf(pid: number, runtime: Runtime): SandboxRole | null {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    if (/^State:\s*[ZX]/m.test(statusOf(pid))) return null;
    if (runtime !== 'runsc') return isOutside(pid) ? null : 'guest';
    if (args.every((arg) => arg === '')) return 'stub';
    if (args.includes('boot')) return 'sentry';
    return args.includes('gofer') ? 'gofer' : null;
  } catch {
    return null;
  }
}

/** The runtime's command and the launcher share the harness's namespace of processes. */
function isOutside(pid: number): boolean {
  return readlinkSync(`/proc/${pid}/ns/pid`) === readlinkSync('/proc/self/ns/pid');
}

function statusOf(pid: number): string {
  return readFileSync(`/proc/${pid}/status`, 'utf8');
}

/** @returns `null` when the process has ended */
export function hostView(pid: number): HostView | null {
  try {
    const status = statusOf(pid);
    const field = (name: string): string => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? '';
    const mask = BigInt(`0x${field('CapEff') || '0'}`);
    return {
      uid: Number(field('Uid')),
      capabilities: CAPABILITIES.filter((_, bit) => (mask >> BigInt(bit)) & 1n).map((name) =>
        name.slice('CAP_'.length),
      ),
      noNewPrivileges: field('NoNewPrivs') === '1',
      namespaces: NAMESPACES.filter(
        (kind) => readlinkSync(`/proc/${pid}/ns/${kind}`) !== readlinkSync(`/proc/self/ns/${kind}`),
      ),
      traced: Number(field('TracerPid')) > 0,
    };
  } catch {
    return null;
  }
}

/** Memory of a sandbox's processes by PSS: each shared page divided by how many map it. Bytes. */
export interface SandboxPss {
  /** Guest under runc; sentry, gofer and stubs under gVisor, whose memory is a memfd and so counts as shared memory. */
  readonly ownBytes: number;
  /** The runtime's command and the launcher, which wait outside. */
  readonly commandBytes: number;
}

/** Reads it from `/proc`; a process that has ended has none. */
export async function sandboxPss(pids: readonly number[], runtime: Runtime): Promise<SandboxPss> {
  const views = pids.map(async (pid) => {
    // Waits for the process's memory lock, so it is not read synchronously.
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    return { role: roleOf(pid, runtime), rollup };
  });
  return sumPss(await Promise.all(views));
}

/**
 * The same from what was read. Stubs of one guest process share its address space without being threads (gVisor clones them with CLONE_VM
 * alone, `systrap_unsafe.go`): the kernel tells of each all that is mapped there, to the byte the same, and it counts once.
 */
export function sumPss(views: readonly { readonly role: SandboxRole | null; readonly rollup: string }[]): SandboxPss {
  const sum = { ownBytes: 0, commandBytes: 0 };
  const spaces = new Set<string>();
  for (const { role, rollup } of views) {
    if (role === 'stub' && spaces.has(rollup)) continue;
    if (role === 'stub') spaces.add(rollup);
    const bytes = Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1024;
    sum[role === null ? 'commandBytes' : 'ownBytes'] += bytes;
  }
  return sum;
}
