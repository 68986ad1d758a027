import { readFileSync, readlinkSync } from 'node:fs';

/** Identifies a process for ever: process numbers are used again, and other namespaces have their own. */
export interface Owner {
  readonly pid: number;
  /** Clock ticks after boot, field 22 of `/proc/<pid>/stat`. */
  readonly startTicks: string;
  /** The boot and the process namespace in which `pid` means something. */
  readonly world: string;
}

/** This process. */
export function thisOwner(): Owner {
  return { pid: process.pid, startTicks: startTicks(process.pid) ?? '', world: world() };
}

/** `alive`, `dead`, or `unknown` for an owner of another boot's or namespace's making. */
export function ownerState(owner: Owner): 'alive' | 'dead' | 'unknown' {
  if (owner.world !== world()) return 'unknown';
  return startTicks(owner.pid) === owner.startTicks ? 'alive' : 'dead';
}

/** Reads an owner that {@link thisOwner} wrote as JSON; `null` when it is missing or half written. */
export function readOwner(file: string): Owner | null {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Owner;
    return typeof value.pid === 'number' && typeof value.world === 'string' ? value : null;
  } catch {
    return null;
  }
}

function startTicks(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name is in parentheses and may hold spaces: count from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie holds nothing any more.
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function world(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}
