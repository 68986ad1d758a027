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

/**
 * Proportional set size of a process: its pages, each shared one divided by how many map it. Shared memory counts, and so
 * gVisor's memory does, which is a memfd. 0 for a process that has ended.
 */
export async function pssBytes(pid: number): Promise<number> {
  try {
    // Waits for the process's memory lock, so it is not read synchronously.
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
