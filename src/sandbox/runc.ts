import type { Environment } from '../model/index.js';
import type { Driver, DriverHome } from './driver.js';
import { OciDriver, type OciRuntime } from './oci.js';

const runc: OciRuntime = {
  globalFlags: (_environment, home) => (home.rootless ? ['--rootless=true'] : []),
  debugFlags: () => [],
  passEvents: ['--preserve-fds=1'],
  adapt: (spec) => spec,
  observePlatform: () => null,
};

/** The native-namespace sandbox: namespaces, cgroups, seccomp, pivot_root. */
export function runcDriver(environment: Environment, home: DriverHome): Driver {
  return new OciDriver(environment, runc, home);
}
