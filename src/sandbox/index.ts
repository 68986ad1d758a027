export { removeCgroupTree, TrialCgroup, type CgroupUsage } from './cgroup.js';
export type { CgroupHandle, Driver, DriverHome, GuestSpec, LaunchRequest, Mount, Rootfs } from './driver.js';
export { fakeDriver, type FakeScript } from './fake.js';
export { probe, type ProbeOptions } from './probe.js';
export { runcDriver } from './runc.js';
export { runscDriver } from './runsc.js';
