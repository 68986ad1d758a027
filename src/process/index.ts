export { BoundedText } from './bounded.js';
export { exec, hostEnv, killGroup, type ExecOptions, type ExecResult } from './exec.js';
export { EVENT_LINE_BYTES, EVENT_TOTAL_BYTES, type StampedLine } from './event-lines.js';
export { launch, type LaunchOptions, type LaunchOutput, type LauncherReport } from './launcher.js';
