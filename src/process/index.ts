export { BoundedText } from './bounded.js';
export { exec, hostEnv, killGroup, type ExecOptions, type ExecResult } from './exec.js';
