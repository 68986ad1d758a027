export { cgroupMode, readCgroups } from './cgroup.js';
export { fingerprint } from './fingerprint.js';
export { processStart } from './process-start.js';
export { rootlessFacts } from './rootless.js';
export { withoutReporting } from './page-reporting.js';
export { quietHostWarnings } from './quiet.js';
export { SettingsJournal, type Restored } from './settings-journal.js';
export { detectChanges, putBack, type SettingChange, type SettingFailure } from './settings.js';
export { readHostCpu, readHostMemory, readHostState, type HostCpu, type HostMemory } from './state.js';
