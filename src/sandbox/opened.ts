import { readFileSync } from 'node:fs';
import type { OciSpec } from './spec.js';

/** Capabilities by their number (include/uapi/linux/capability.h), as far as runc 1.1 knows them all. */
export const CAPABILITIES = [
  ...['CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP'],
  ...['LINUX_IMMUTABLE', 'NET_BIND_SERVICE', 'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER'],
  ...['SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_NICE'],
  ...['SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'MKNOD', 'LEASE', 'AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP'],
  ...['MAC_OVERRIDE', 'MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ'],
].map((name) => `CAP_${name}`);

/** Those that this process may hand on: a host of somebody else's can lack some, and then nobody on it has them. */
function ownCapabilities(): string[] {
  const hex = /^CapBnd:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const mask = BigInt(`0x${hex}`);
  return CAPABILITIES.filter((_, bit) => (mask >> BigInt(bit)) & 1n);
}

/**
 * The same sandbox with its protections off: every capability that there is, no seccomp filter, nothing hidden or read-only below `/proc` and `/sys`, the
 * host's namespaces except that of mounts, its devices and cgroups, and one directory of the host at its own path. For probes that
 * are to be shown to fail, and for nothing else: what runs in it is this tool's own.
 * @param hostDir is bound read-only
 */
export function openedSpec(spec: OciSpec, hostDir: string): OciSpec {
  const { process, linux, mounts } = spec as {
    readonly process: Record<string, unknown>;
    readonly linux: Record<string, unknown>;
    readonly mounts: readonly { readonly destination: string; readonly options: readonly string[] }[];
  };
  const { hostname: _, ...rest } = spec;
  const own = ownCapabilities();
  const all = Object.fromEntries(
    ['bounding', 'effective', 'permitted', 'inheritable', 'ambient'].map((set) => [set, own]),
  );
  const writable = mounts.map((mount) =>
    mount.destination === '/sys' ? { ...mount, options: mount.options.filter((option) => option !== 'ro') } : mount,
  );
  return {
    ...rest,
    process: { ...process, capabilities: all, noNewPrivileges: false },
    mounts: [
      ...writable,
      { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['nosuid', 'noexec', 'nodev', 'rw'] },
      { destination: hostDir, type: 'bind', source: hostDir, options: ['rbind', 'ro'] },
    ],
    linux: {
      cgroupsPath: linux['cgroupsPath'],
      resources: { ...(linux['resources'] as object), devices: [{ allow: true, access: 'rwm' }] },
      devices: [{ path: '/dev/mem', type: 'c', major: 1, minor: 1, fileMode: 0o600, uid: 0, gid: 0 }],
      namespaces: [{ type: 'mount' }],
    },
  };
}
