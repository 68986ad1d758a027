import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { Environment, Platform } from '../model/index.js';
import { SeebenchError } from '../model/index.js';
import type { Driver, DriverHome, GuestSpec, LaunchRequest } from './driver.js';
import { OciDriver, type OciRuntime } from './oci.js';
import { RestoreDriver } from './restore.js';
import type { OciSpec } from './spec.js';

const runsc: OciRuntime = {
  globalFlags: (environment, home) => [
    `--platform=${environment.platform}`,
    '--network=none',
    ...(home.rootless ? ['--rootless', '--ignore-cgroups'] : []),
    ...environment.profile.runscFlags.map(({ name, value }) => `--${name}=${value}`),
  ],
  debugFlags: (dir) => [`--debug-log=${dir}/`],
  timelineFlags: (dir) => ['--debug', `--debug-log=${dir}/`],
  passEvents: ['--pass-fd=3:3'],
  adapt: (spec, request, environment, home) =>
    withRootfs(withHostTasks(spec, request.guest), request, environment, home),
  observePlatform,
};

/** gVisor on the environment's platform. */
export function runscDriver(environment: Environment, home: DriverHome): Driver {
  const driver = new OciDriver(environment, runsc, home);
  return environment.restored ? new RestoreDriver(driver) : driver;
}

/** What the host allows gVisor for each process of the guest, and for itself: at most 8.3 for each were seen, on ptrace. */
const HOST_TASKS_EACH = 16;
const HOST_TASKS_OF_GVISOR = 64;

/**
 * The limit of the guest's processes and threads is RLIMIT_NPROC: the sentry counts both, and answers EAGAIN beyond it, as Linux does at `pids.max`
 * (`incRLimitNProc` in gVisor's pkg/sentry/kernel/kernel.go). The host counts others: a process of the guest takes a process there and threads of stubs
 * and sentry, a waiting thread none, and a sentry that is refused a thread dies. So the host's limit is the bound of what they may take.
 */
function withHostTasks(spec: OciSpec, { pids }: GuestSpec): OciSpec {
  const linux = spec['linux'] as { readonly resources?: object };
  if (linux.resources === undefined) return spec;
  const limit = HOST_TASKS_EACH * pids + HOST_TASKS_OF_GVISOR;
  return { ...spec, linux: { ...linux, resources: { ...linux.resources, pids: { limit } } } };
}

/** Gives the EROFS image of the same tree instead of the directory, where the profile wants it. */
function withRootfs(spec: OciSpec, request: LaunchRequest, environment: Environment, home: DriverHome): OciSpec {
  const kind = environment.profile.rootfs;
  if (kind === 'directory') return spec;
  const { erofs } = request.guest.rootfs;
  if (erofs === null) {
    throw new SeebenchError(
      'erofs-missing',
      `profile ${environment.profile.id} wants an EROFS image of the root file system, and there is none`,
      'run `seebench setup`',
    );
  }
  const annotations = {
    ...(spec['annotations'] as Record<string, string>),
    'dev.gvisor.spec.rootfs.source': erofs,
    'dev.gvisor.spec.rootfs.type': 'erofs',
  };
  const mounts = spec['mounts'] as readonly OciMount[];
  return { ...spec, annotations, mounts: kind === 'erofs' ? mounts : mounts.map((it) => asImage(it, home)) };
}

interface OciMount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** The image of a directory instead of the directory; a mount that has none stays, and with it the gofer. */
function asImage(mount: OciMount, home: DriverHome): OciMount {
  const image = mount.type === 'bind' ? home.images?.get(mount.source) : undefined;
  if (image === undefined) return mount;
  return { ...mount, type: 'erofs', source: image, options: mount.options.filter((option) => option !== 'rbind') };
}

/**
 * Tells the platform from what the sandbox's processes hold: a KVM machine, or stub processes (they have no command line),
 * which are traced all the time on ptrace and run free under gVisor's own seccomp trap on systrap.
 */
function observePlatform(pids: readonly number[]): Platform | null {
  let [traced, free] = [0, 0];
  for (const pid of pids) {
    try {
      if (descriptorsOf(pid).some((target) => target === 'anon_inode:kvm-vm' || target === '/dev/kvm')) return 'kvm';
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      // A zombie has no command line either.
      if (/^State:\s*[ZX]/m.test(status) || readFileSync(`/proc/${pid}/cmdline`).some((byte) => byte !== 0)) continue;
      if (field(status, 'TracerPid') === 0) free++;
      else if (pids.includes(processOf(field(status, 'TracerPid')))) traced++;
    } catch {
      // The process ended while it was looked at.
    }
  }
  if (free > 0) return 'systrap';
  return traced > 0 ? 'ptrace' : null;
}

/** The process of a thread: whoever traces is one thread of the sentry. */
function processOf(thread: number): number {
  return field(readFileSync(`/proc/${thread}/status`, 'utf8'), 'Tgid');
}

function field(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? 0);
}

function descriptorsOf(pid: number): string[] {
  const dir = `/proc/${pid}/fd`;
  return readdirSync(dir).map((fd) => {
    try {
      return readlinkSync(`${dir}/${fd}`);
    } catch {
      return '';
    }
  });
}
