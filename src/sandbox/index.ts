export { TrialCgroup, type CgroupUsage } from './cgroup.js';
export type {
  CgroupHandle,
  Driver,
  DriverHome,
  GuestLimits,
  GuestSpec,
  LaunchRequest,
  Mount,
  Rootfs,
} from './driver.js';
export { fakeDriver, type FakeScript } from './fake.js';
export { removeLeftovers, type Leftovers } from './leftovers.js';
export { probe, type ProbeOptions } from './probe.js';
export { hostView, roleOf, sandboxPss, type HostView, type SandboxPss } from './processes.js';
export { RestoreDriver, WARM } from './restore.js';
export { STAMPS_FILE } from './oci.js';
export { openedDriver, runcDriver } from './runc.js';
export { runscDriver } from './runsc.js';
