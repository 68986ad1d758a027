import { accessSync, constants } from 'node:fs';
import { readCgroups } from './cgroup.js';
import { readKernelFile } from './read.js';

/** What the host tells about sandboxes without root. `null` where a setting does not exist. */
export interface RootlessReading {
  readonly maxUserNamespaces: string | null;
  /** Debian's switch. */
  readonly unprivilegedClone: string | null;
  /** Ubuntu's switch. */
  readonly apparmorRestricts: string | null;
  readonly kvm: boolean;
  readonly controllers: readonly string[];
}

/** What a user without root can do here, and what not; one line each, for `doctor`. */
export function rootlessFacts(): string[] {
  return rootlessLines({
    maxUserNamespaces: readKernelFile('/proc/sys/user/max_user_namespaces'),
    unprivilegedClone: readKernelFile('/proc/sys/kernel/unprivileged_userns_clone'),
    apparmorRestricts: readKernelFile('/proc/sys/kernel/apparmor_restrict_unprivileged_userns'),
    kvm: readable('/dev/kvm'),
    controllers: readCgroups().controllers,
  });
}

/** The same from readings alone. */
export function rootlessLines(reading: RootlessReading): string[] {
  return [
    userNamespaces(reading),
    reading.kvm ? '/dev/kvm can be opened' : '/dev/kvm cannot be opened: the platform kvm is not possible',
    reading.controllers.length > 0
      ? `cgroup controllers delegated to this user: ${reading.controllers.join(', ')}`
      : 'no cgroup is delegated to this user: memory limits are not enforced, and CPU and memory figures are missing',
    'host packages are not installed and the root file system is not made: bring one with --rootfs, or run `setup` as root once',
  ];
}

function userNamespaces(reading: RootlessReading): string {
  const off = (what: string): string => `user namespaces are off (${what}): no sandbox can be started`;
  if (reading.maxUserNamespaces === null) return off('this kernel has none');
  if (reading.maxUserNamespaces === '0') return off('user.max_user_namespaces = 0');
  if (reading.unprivilegedClone === '0') return off('kernel.unprivileged_userns_clone = 0');
  if (reading.apparmorRestricts === '1') return off('kernel.apparmor_restrict_unprivileged_userns = 1');
  return 'user namespaces can be used: runc and `runsc --rootless` can start sandboxes';
}

function readable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
