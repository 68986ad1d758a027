export { cgroupMode, readCgroups } from './cgroup.js';
export { fingerprint } from './fingerprint.js';
export { processStart } from './process-start.js';
export { rootlessFacts } from './rootless.js';
export { withoutReporting } from './page-reporting.js';
export { othersAtWork, quietHostWarnings } from './quiet.js';
export { SettingsJournal, type Restored } from './settings-journal.js';
export { absentSettings, detectChanges, putBack, type SettingChange, type SettingFailure } from './settings.js';
export {
  observeHost,
  readHostCpu,
  readHostMemory,
  readHostState,
  type Observed,
  type HostCpu,
  type HostMemory,
} from './state.js';
