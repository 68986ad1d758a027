import { describe, expect, it } from 'vitest';
import type { LaunchOutput, LauncherReport } from '../../src/process/index.js';
import type { CgroupUsage } from '../../src/sandbox/index.js';
import type { GuestTale } from '../../src/measure/guest-events.js';
import { exitOf, outcomeOf } from '../../src/measure/outcome.js';
import { output } from '../sandbox/fixture.js';
import { workload } from './fixture.js';

const LIMIT = 100 * 2 ** 20;
const GOOD: GuestTale = {
  marks: {},
  samples: [],
  values: {},
  digest: `sha256:${'a'.repeat(64)}`,
  inside: null,
  clockErrorNs: null,
  problem: null,
};
const IDLE: CgroupUsage = { cpuNs: 1, cpuUserNs: 1, cpuSystemNs: 0, peakBytes: 1e6, faults: 1, oomKills: 0 };

interface Ending {
  readonly output?: Partial<LaunchOutput>;
  readonly report?: Partial<LauncherReport>;
  readonly tale?: Partial<GuestTale>;
  readonly usage?: Partial<CgroupUsage> | null;
  readonly digest?: boolean;
}

function outcome({ output: change, report, tale, usage, digest = true }: Ending) {
  const used = usage === null ? null : { ...IDLE, ...usage };
  return outcomeOf(workload({ digest }), LIMIT, 5000, output(change, report), { ...GOOD, ...tale }, used);
}

const status = (code: number): Partial<LauncherReport> => ({ status: code << 8 });

describe('the exit of a runtime', () => {
  const ended = { exitMonoNs: 1n };
  it.each([
    [0, { exitCode: 0, signal: null }],
    [3 << 8, { exitCode: 3, signal: null }],
    [127 << 8, { exitCode: 127, signal: null }],
    [128 << 8, { exitCode: 128, signal: null }],
    [137 << 8, { exitCode: 137, signal: 'SIGKILL' }],
    [139 << 8, { exitCode: 139, signal: 'SIGSEGV' }],
    [(128 + 34) << 8, { exitCode: 162, signal: 'signal 34' }],
    [255 << 8, { exitCode: 255, signal: null }],
    [9, { exitCode: null, signal: 'SIGKILL' }],
    [11 | 0x80, { exitCode: null, signal: 'SIGSEGV' }],
  ])('of wait status %i', (wait, expected) => {
    expect(exitOf({ status: wait, ...ended })).toEqual(expected);
  });

  it('is unknown where the runtime was killed by the launcher, or never started', () => {
    expect(exitOf({ status: 0, exitMonoNs: 0n })).toEqual({ exitCode: null, signal: null });
  });
});

describe('the outcome of a trial', () => {
  it('is completed when nothing speaks against it', () => {
    expect(outcome({})).toEqual({ kind: 'completed' });
    expect(outcome({ digest: false, tale: { digest: null } })).toEqual({ kind: 'completed' });
    expect(outcome({ usage: null })).toEqual({ kind: 'completed' });
  });

  // Each row has all troubles of the rows below it as well: the first decides.
  const killed = { status: 137 << 8 };
  it.each<[string, Ending]>([
    ['timed-out', { output: { timedOut: true }, report: killed, usage: { oomKills: 1 }, tale: { problem: 'x' } }],
    ['oom-killed', { report: killed, usage: { oomKills: 1 }, tale: { problem: 'x' } }],
    ['oom-killed', { report: killed, usage: { oomKills: null, peakBytes: LIMIT - 4096 }, tale: { problem: 'x' } }],
    ['crashed', { report: killed, tale: { problem: 'x' } }],
    ['crashed', { report: { status: 11 }, tale: { digest: null } }],
    ['failed', { report: status(1), output: { eventsProblem: 'cut off' } }],
    ['failed', { output: { eventsProblem: 'cut off' }, tale: { problem: 'x' } }],
    ['failed', { tale: { problem: 'x', digest: null } }],
    ['failed', { tale: { digest: null } }],
  ])('is %s', (kind, ending) => {
    expect(outcome(ending).kind).toBe(kind);
  });

  it.each<[string, Ending, Record<string, unknown>]>([
    [
      'deadline',
      { output: { timedOut: true, stderr: 'still at it\n' } },
      { afterMs: 5000, reason: 'killed after 5 s; last output: still at it' },
    ],
    [
      'memory limit',
      { usage: { oomKills: 2 }, report: status(1) },
      { limitBytes: LIMIT, reason: 'killed at its memory limit of 100 MiB' },
    ],
    ['signal', { report: { status: 139 << 8 } }, { signal: 'SIGSEGV', reason: 'SIGSEGV' }],
    ['exit code', { report: status(7) }, { exitCode: 7, reason: 'exit code 7' }],
    [
      'last words',
      { report: status(1), output: { stdout: 'noise', stderr: 'Traceback:\nModuleNotFoundError: x\n\n' } },
      { reason: 'ModuleNotFoundError: x' },
    ],
    ['only stdout', { report: status(1), output: { stdout: 'said here\n' } }, { reason: 'said here' }],
    [
      'channel before a single event',
      { output: { eventsProblem: 'too long' }, tale: { problem: 'x' } },
      { exitCode: 0, reason: 'events: too long' },
    ],
    [
      'event',
      { tale: { problem: 'event 3 is not valid: no JSON' } },
      { reason: 'events: event 3 is not valid: no JSON' },
    ],
    ['no digest', { tale: { digest: null } }, { reason: 'events: the workload sent no digest' }],
    [
      'runtime',
      { report: { spawnErrno: 13, exitMonoNs: 0n } },
      { kind: 'failed', exitCode: null, reason: 'the runtime could not be started (errno 13)' },
    ],
  ])('says why: %s', (_what, ending, expected) => {
    expect(outcome(ending)).toMatchObject(expected);
  });

  it('is not completed when the runtime never came to an end by itself', () => {
    const lost = { report: { exitMonoNs: 0n, killed: true }, digest: false } satisfies Ending;
    expect(outcome(lost)).toEqual({ kind: 'failed', exitCode: null, reason: 'the runtime was killed from outside' });
    const join = { ...lost, output: { stderr: 'launcher: cannot join cgroup /x: No such file or directory\n' } };
    expect(outcome(join)).toMatchObject({ reason: 'launcher: cannot join cgroup /x: No such file or directory' });
  });

  it('is no lack of memory when a killed guest was far from its limit, or a full one ended by itself', () => {
    expect(outcome({ report: { status: 137 << 8 }, usage: { oomKills: null, peakBytes: LIMIT / 2 } }).kind).toBe(
      'crashed',
    );
    expect(outcome({ usage: { oomKills: null, peakBytes: LIMIT } }).kind).toBe('completed');
  });

  it.each([
    '\u001b[31mred\u0007',
    'a\u2028b\u2029c',
    '\u202etxt.exe',
    'x'.repeat(100_000),
    '😀'.repeat(400),
    'a\rb\tc\u0000',
  ])('has a reason of one bounded line, whatever was printed (%#)', (printed) => {
    const { reason } = outcome({ report: status(1), output: { stderr: printed } }) as { reason: string };
    expect(reason).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(reason).not.toMatch(/\p{Cs}/u);
    expect(reason.length).toBeGreaterThan(0);
    expect(reason.length).toBeLessThan(400);
  });
});
