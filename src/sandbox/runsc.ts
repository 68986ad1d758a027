import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { Environment, Platform } from '../model/index.js';
import { SeebenchError } from '../model/index.js';
import type { Driver, DriverHome, LaunchRequest } from './driver.js';
import { OciDriver, type OciRuntime } from './oci.js';
import type { OciSpec } from './spec.js';

const runsc: OciRuntime = {
  globalFlags: (environment, home) => [
    `--platform=${environment.platform}`,
    '--network=none',
    ...(home.rootless ? ['--rootless', '--ignore-cgroups'] : []),
    ...environment.profile.runscFlags.map(({ name, value }) => `--${name}=${value}`),
  ],
  debugFlags: (dir) => [`--debug-log=${dir}/`],
  passEvents: ['--pass-fd=3:3'],
  adapt: withRootfs,
  observePlatform,
};

/** gVisor on the environment's platform. */
export function runscDriver(environment: Environment, home: DriverHome): Driver {
  return new OciDriver(environment, runsc, home);
}

/** Gives the EROFS image of the same tree instead of the directory, where the profile wants it. */
function withRootfs(spec: OciSpec, request: LaunchRequest, environment: Environment): OciSpec {
  if (environment.profile.rootfs !== 'erofs') return spec;
  const { erofs } = request.guest.rootfs;
  if (erofs === null) {
    throw new SeebenchError('erofs-missing', `profile ${environment.profile.id} wants an EROFS image of the root file system, and there is none`, 'run `seebench setup`');
  }
  const annotations = {
    ...(spec['annotations'] as Record<string, string>),
    'dev.gvisor.spec.rootfs.source': erofs,
    'dev.gvisor.spec.rootfs.type': 'erofs',
  };
  return { ...spec, annotations };
}

/**
 * Tells the platform from what the sandbox's processes hold: a KVM machine, or stub processes that are traced (ptrace)
 * or run under gVisor's own seccomp trap (systrap).
 */
function observePlatform(pids: readonly number[]): Platform | null {
  let stubs = 0;
  for (const pid of pids) {
    try {
      if (descriptorsOf(pid).some((target) => target === 'anon_inode:kvm-vm' || target === '/dev/kvm')) return 'kvm';
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const tracer = Number(/^TracerPid:\s*(\d+)/m.exec(status)?.[1] ?? 0);
      if (tracer !== 0 && pids.includes(tracer)) return 'ptrace';
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', '') === '') stubs++;
    } catch {
      // The process ended while it was looked at.
    }
  }
  return stubs > 0 ? 'systrap' : null;
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
