export { HostSettingsDriver, restoreSettings } from './host-settings.js';
export { undoChanges } from './host-changes.js';
export { lockHolder, RunLock, type LockHolder } from './lock.js';
export { Session, type SettledRule, type SessionEnd, type SessionInput } from './session.js';
