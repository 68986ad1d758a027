import { readFileSync } from 'node:fs';
import { arch, constants } from 'node:os';
import type { Profile } from '../model/index.js';
import { BOX } from './cgroup.js';
import type { CgroupHandle, DriverHome, GuestSpec, Mount } from './driver.js';

/** The part of the OCI runtime specification that is written here. */
export type OciSpec = Record<string, unknown>;

/** What Docker and containerd grant, without raw sockets and device nodes. */
const CAPABILITIES = [
  'CAP_AUDIT_WRITE',
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_NET_BIND_SERVICE',
  'CAP_SETFCAP',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_SETUID',
  'CAP_SYS_CHROOT',
];

/** What usual container profiles refuse: the rest of the kernel stays open, as in a container host of today. */
const REFUSED_SYSCALLS = [
  'acct',
  'add_key',
  'bpf',
  'clock_adjtime',
  'clock_settime',
  'create_module',
  'delete_module',
  'fanotify_init',
  'finit_module',
  'fsconfig',
  'fsmount',
  'fsopen',
  'fspick',
  'get_kernel_syms',
  'init_module',
  'io_uring_enter',
  'io_uring_register',
  'io_uring_setup',
  'ioperm',
  'iopl',
  'kcmp',
  'kexec_file_load',
  'kexec_load',
  'keyctl',
  'lookup_dcookie',
  'mount',
  'mount_setattr',
  'move_mount',
  'move_pages',
  'name_to_handle_at',
  'nfsservctl',
  'open_by_handle_at',
  'open_tree',
  'perf_event_open',
  'personality',
  'pivot_root',
  'process_vm_readv',
  'process_vm_writev',
  'ptrace',
  'query_module',
  'quotactl',
  'quotactl_fd',
  'reboot',
  'request_key',
  'setns',
  'settimeofday',
  'stime',
  'swapoff',
  'swapon',
  'sysfs',
  '_sysctl',
  'umount',
  'umount2',
  'unshare',
  'userfaultfd',
  'uselib',
  'ustat',
  'vhangup',
  'vm86',
  'vm86old',
];

const SECCOMP_ARCH: Record<string, string> = { x64: 'SCMP_ARCH_X86_64', arm64: 'SCMP_ARCH_AARCH64' };

/** Paths that are hidden or read-only in the usual container. */
const MASKED = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/firmware',
];
const READONLY = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** Open files at most; less where the host allows less, for all environments alike. */
const OPEN_FILES = 65_536;

function openFilesLimit(): number {
  const hard = /^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return Math.min(OPEN_FILES, Number(hard ?? OPEN_FILES));
}

/** The guest's whole environment; nothing of the host's is passed on. */
export function guestEnvironment(guest: GuestSpec, profile: Profile): string[] {
  const variables: Record<string, string> = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/tmp',
    LANG: 'C.UTF-8',
    PYTHONPATH: '/seebench',
    PYTHONHASHSEED: '0',
    PYTHONDONTWRITEBYTECODE: '1',
    SEEBENCH_EVENTS_FD: '3',
    SEEBENCH_CASE: guest.caseId,
    SEEBENCH_PARAMS: JSON.stringify(guest.params),
    ...(guest.instrumented ? { SEEBENCH_INSTRUMENT: '1' } : {}),
  };
  for (const { name, value } of [...profile.guestEnv, ...(guest.instrumented ?? [])]) variables[name] = value;
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`);
}

/**
 * The OCI specification of a trial: the same for every environment but for the profile's guest environment and annotations.
 * Source of the fields: opencontainers/runtime-spec, config.md and config-linux.md.
 */
export function ociSpec(guest: GuestSpec, profile: Profile, home: DriverHome, cgroup: CgroupHandle | null): OciSpec {
  const annotations = Object.fromEntries(profile.annotations.map(({ name, value }) => [name, value]));
  const { limits = {} } = guest;
  const openFiles = limits.openFiles ?? openFilesLimit();
  const rlimit = (type: string, value: number | undefined): unknown[] =>
    value === undefined ? [] : [{ type, hard: value, soft: value }];
  const namespaces = ['pid', 'mount', 'ipc', 'uts', 'network', ...(home.rootless ? ['user'] : [])];
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      args: ['/seebench/bin/first', ...guest.command],
      env: guestEnvironment(guest, profile),
      cwd: '/tmp',
      capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
      rlimits: [
        ...rlimit('RLIMIT_NOFILE', openFiles),
        ...rlimit('RLIMIT_CORE', 0),
        // Natively the cgroup counts, from which user 0 is not exempt; gVisor's kernel counts by this one.
        ...rlimit('RLIMIT_NPROC', guest.pids),
        ...rlimit('RLIMIT_FSIZE', limits.fileBytes),
        ...rlimit('RLIMIT_AS', limits.addressBytes),
      ],
      noNewPrivileges: true,
    },
    root: { path: guest.rootfs.dir, readonly: true },
    hostname: 'sandbox',
    mounts: mountsOf(guest, home),
    annotations,
    linux: {
      namespaces: namespaces.map((type) => ({ type })),
      ...(home.rootless
        ? {
            uidMappings: [{ containerID: 0, hostID: process.getuid?.() ?? 0, size: 1 }],
            gidMappings: [{ containerID: 0, hostID: process.getgid?.() ?? 0, size: 1 }],
          }
        : {}),
      ...(cgroup === null ? {} : { cgroupsPath: `${cgroup.path}/${BOX}` }),
      ...(cgroup === null ? {} : { resources: resourcesOf(guest) }),
      seccomp: seccompOf(profile),
      maskedPaths: MASKED,
      readonlyPaths: READONLY,
    },
  };
}

/** A period of the CPU quota, as containers usually have it: microseconds. */
const CPU_PERIOD_US = 100_000;

function resourcesOf({ memoryBytes, pids, limits = {} }: GuestSpec): unknown {
  const { cpus, cpuSet, swapBytes, readRate } = limits;
  return {
    // What OCI calls swap is memory and swap together.
    memory: { limit: memoryBytes, ...(swapBytes === undefined ? {} : { swap: memoryBytes + swapBytes }) },
    pids: { limit: pids },
    ...(cpus === undefined && cpuSet === undefined
      ? {}
      : {
          cpu: {
            ...(cpus === undefined ? {} : { quota: Math.round(cpus * CPU_PERIOD_US), period: CPU_PERIOD_US }),
            ...(cpuSet === undefined ? {} : { cpus: cpuSet }),
          },
        }),
    ...(readRate === undefined ? {} : { blockIO: { throttleReadBpsDevice: [readRate] } }),
  };
}

/** What the host's kernel answers to system calls of the guest: the usual container's filter, or a profile's own list. */
function seccompOf({ allowedSyscalls }: Profile): unknown {
  const architectures = [SECCOMP_ARCH[arch()]].filter((name) => name !== undefined);
  const refuse = (names: readonly string[], errnoRet: number): unknown => ({
    names,
    action: 'SCMP_ACT_ERRNO',
    errnoRet,
  });
  if (allowedSyscalls === undefined)
    return {
      defaultAction: 'SCMP_ACT_ALLOW',
      architectures,
      syscalls: [refuse(REFUSED_SYSCALLS, constants.errno.EPERM)],
    };
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: constants.errno.EPERM,
    architectures,
    syscalls: [
      // A filter cannot look into its arguments, which lie in memory; with ENOSYS C libraries fall back to clone.
      refuse(['clone3'], constants.errno.ENOSYS),
      ...allowedSyscalls.map(({ names, when }) => ({
        names,
        action: 'SCMP_ACT_ALLOW',
        ...(when === undefined
          ? {}
          : {
              args: [{ index: when.argument, value: when.mask, valueTwo: when.value, op: 'SCMP_CMP_MASKED_EQ' }],
            }),
      })),
    ],
  };
}

/** The same for a guest that has a snapshot made of it: it stops at its warm point, and its events go to stderr. */
export function warmSpec(spec: OciSpec): OciSpec {
  const guest = spec['process'] as { readonly env: readonly string[] };
  const env = guest.env.filter((variable) => !variable.startsWith('SEEBENCH_EVENTS_FD='));
  return { ...spec, process: { ...guest, env: [...env, 'SEEBENCH_EVENTS_FD=2', 'SEEBENCH_WARM_POINT=imports'] } };
}

function mountsOf(guest: GuestSpec, home: DriverHome): unknown[] {
  const tmpfs = (
    destination: string,
    mode: string,
    extra: readonly string[] = [],
    size = guest.memoryBytes,
  ): unknown => ({
    destination,
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'nodev', `mode=${mode}`, `size=${size}`, ...extra],
  });
  const bind = ({ source, target }: Mount): unknown => ({
    destination: target,
    type: 'bind',
    source,
    options: ['rbind', 'ro', 'nosuid', 'nodev'],
  });
  return [
    { destination: '/proc', type: 'proc', source: 'proc' },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'],
    },
    tmpfs('/dev/shm', '1777', ['noexec']),
    ...(home.rootless
      ? []
      : [{ destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] }]),
    tmpfs('/tmp', '1777', [], guest.limits?.tmpBytes),
    tmpfs('/out', '755'),
    bind({ source: home.guestDir, target: '/seebench' }),
    bind({ source: home.guestBinDir, target: '/seebench/bin' }),
    ...guest.mounts.map(bind),
  ];
}
