import { constants } from 'node:os';
import { lastLine, type Outcome, type Workload } from '../model/index.js';
import type { LaunchOutput, LauncherReport } from '../process/index.js';
import type { CgroupUsage } from '../sandbox/cgroup.js';
import type { GuestTale } from './guest-events.js';

/** A killed guest whose memory came this close to its limit was killed for lack of memory (cgroup v1 keeps no counter). */
const OOM_SHARE = 0.95;
const SIGKILL_EXIT = 128 + constants.signals.SIGKILL;

export interface ExitStatus {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/**
 * The end of the runtime, which repeats the guest's: 128 + n when signal n ended the guest. Nothing where the runtime did not
 * end by itself.
 */
export function exitOf({ status, exitMonoNs }: Pick<LauncherReport, 'status' | 'exitMonoNs'>): ExitStatus {
  if (exitMonoNs === 0n) return { exitCode: null, signal: null };
  const signal = status & 0x7f;
  if (signal !== 0) return { exitCode: null, signal: signalName(signal) };
  const code = (status >> 8) & 0xff;
  const fromGuest = code > 128 && code <= 128 + 64 ? signalName(code - 128) : null;
  return { exitCode: code, signal: fromGuest };
}

function signalName(number: number): string {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return found?.[0] ?? `signal ${number}`;
}

/** Decides how a trial ended; whether its answer equals native's is not known here. */
export function outcomeOf(
  workload: Workload,
  limitBytes: number,
  deadlineMs: number,
  output: LaunchOutput,
  tale: GuestTale,
  usage: CgroupUsage | null,
): Outcome {
  const { exitCode, signal } = exitOf(output.report);
  const said = lastLine(output.stderr) || lastLine(output.stdout);
  if (output.report.spawnErrno !== 0) {
    return {
      kind: 'failed',
      exitCode: null,
      reason: `the runtime could not be started (errno ${output.report.spawnErrno})`,
    };
  }
  if (output.timedOut) {
    const breach = output.eventsProblem === null ? '' : `; events: ${output.eventsProblem}`;
    return {
      kind: 'timed-out',
      afterMs: deadlineMs,
      reason: `killed after ${deadlineMs / 1000} s${said ? `; last output: ${said}` : breach}`,
    };
  }
  const full = usage?.peakBytes != null && usage.peakBytes >= OOM_SHARE * limitBytes;
  if ((usage?.oomKills ?? 0) > 0 || (exitCode === SIGKILL_EXIT && full)) {
    return {
      kind: 'oom-killed',
      limitBytes,
      reason: `killed at its memory limit of ${Math.round(limitBytes / 2 ** 20)} MiB`,
    };
  }
  // The launcher says on stderr why it could not begin.
  if (output.report.exitMonoNs === 0n)
    return { kind: 'failed', exitCode, reason: said || 'the runtime was killed from outside' };
  if (signal !== null) return { kind: 'crashed', signal, reason: said ? `${signal}: ${said}` : signal };
  if (exitCode !== 0) return { kind: 'failed', exitCode, reason: said || `exit code ${exitCode}` };
  const problem = output.eventsProblem ?? tale.problem;
  if (problem !== null) return { kind: 'failed', exitCode, reason: `events: ${problem}` };
  if (workload.digest && tale.digest === null)
    return { kind: 'failed', exitCode, reason: 'events: the workload sent no digest' };
  return { kind: 'completed' };
}
