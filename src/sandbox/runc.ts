import type { Environment } from '../model/index.js';
import type { Driver, DriverHome } from './driver.js';
import { OciDriver, type OciRuntime } from './oci.js';
import { openedSpec } from './opened.js';

const runc: OciRuntime = {
  globalFlags: (_environment, home) => (home.rootless ? ['--rootless=true'] : []),
  debugFlags: () => [],
  // Its log tells seconds.
  timelineFlags: () => null,
  passEvents: ['--preserve-fds=1'],
  adapt: (spec) => spec,
  observePlatform: () => null,
};

/** runc with its protections off; see {@link openedSpec}. */
export function openedDriver(environment: Environment, home: DriverHome, hostDir: string): Driver {
  return new OciDriver(environment, { ...runc, adapt: (spec) => openedSpec(spec, hostDir) }, home);
}

/** The native-namespace sandbox: namespaces, cgroups, seccomp, pivot_root. */
export function runcDriver(environment: Environment, home: DriverHome): Driver {
  return new OciDriver(environment, runc, home);
}
