import type { CallCount, SandboxRole } from '../model/index.js';
import type { SyscallCount } from './surface.js';

/** Sums what single processes did by role; what the runtime's own command did is left out. */
export function callCounts(
  counts: readonly SyscallCount[],
  roleOf: (pid: number, firstNs: bigint) => SandboxRole | null,
): CallCount[] {
  const firstOf = new Map<number, bigint>();
  for (const { pid, firstNs } of counts) {
    const known = firstOf.get(pid);
    if (known === undefined || firstNs < known) firstOf.set(pid, firstNs);
  }
  const roles = new Map([...firstOf].map(([pid, firstNs]) => [pid, roleOf(pid, firstNs)]));
  const sums = new Map<string, CallCount>();
  for (const { pid, segment, number, count } of counts) {
    const role = roles.get(pid) ?? null;
    if (role === null) continue;
    const key = `${segment} ${role} ${number}`;
    sums.set(key, { segment, role, number, count: (sums.get(key)?.count ?? 0) + count });
  }
  return [...sums.values()].toSorted((a, b) => a.segment - b.segment || a.number - b.number);
}

/** More lines than gVisor has metrics. */
const MOST_METRICS = 2000;

/** Counters of gVisor's `--final-metrics-log`: OpenMetrics text, the sandbox's own labels left out. */
export function parseMetrics(text: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const line of text.split('\n', MOST_METRICS)) {
    const match = /^([a-zA-Z_:][\w:]{0,100})(?:\{([^}]{0,500})\})?\s+([-+.\deE]+)(?:\s|$)/.exec(line);
    if (match === null) continue;
    const labels = [...(match[2] ?? '').matchAll(/(\w+)="([^"]*)"/g)].filter(
      ([, name]) => !/^(sandbox|iteration|pod|namespace)/.test(name!),
    );
    const name = [match[1], ...labels.map(([, label, value]) => `${label}=${value}`)].join(' ');
    const value = Number(match[3]);
    if (Number.isFinite(value)) found[name] = value;
  }
  return found;
}
