export { BoundedText } from './bounded.js';
export { exec, hostEnv, type ExecOptions, type ExecResult } from './exec.js';
export type { StampedLine } from './event-lines.js';
export { launch, type LaunchOptions, type LaunchOutput, type LauncherReport } from './launcher.js';
