import { mkdtempSync, openSync, closeSync, constants, rmSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { SeebenchError, EXIT } from '../model/index.js';
import { BoundedText } from './bounded.js';
import { exec, runtimeEnv } from './exec.js';
import { EventLines, type StampedLine } from './event-lines.js';
import { FramedEvents } from './framed-events.js';

/** What the launcher (provision/launcher.c) says when everything it started is gone. Times in nanoseconds. */
export interface LauncherReport {
  readonly spawnErrno: number;
  readonly spawnRealNs: bigint;
  readonly spawnMonoNs: bigint;
  /** 0 when the program did not end by itself: it was killed, or never started. */
  readonly exitMonoNs: bigint;
  /** Wait status as of waitpid(2); means nothing where `exitMonoNs` is 0. */
  readonly status: number;
  /** All was killed: at the deadline, or because the harness wanted an end. */
  readonly killed: boolean;
  readonly timedOut: boolean;
  readonly userNs: number;
  readonly systemNs: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
  /** A fixed piece of arithmetic, and one of memory loads, outside the sandbox: how fast the host was before and after. */
  readonly spinBeforeNs: number;
  readonly spinAfterNs: number;
  readonly spinMemoryBeforeNs: number;
  readonly spinMemoryAfterNs: number;
  /** A cache line from one CPU to another; 0 where that could not be told. */
  readonly coreToCoreBeforeNs: number;
  readonly coreToCoreAfterNs: number;
}

const NOTHING_STARTED: LauncherReport = {
  spawnErrno: 0,
  spawnRealNs: 0n,
  spawnMonoNs: 0n,
  exitMonoNs: 0n,
  status: 0,
  killed: true,
  timedOut: false,
  userNs: 0,
  systemNs: 0,
  minorFaults: 0,
  majorFaults: 0,
  voluntarySwitches: 0,
  involuntarySwitches: 0,
  spinBeforeNs: 0,
  spinAfterNs: 0,
  spinMemoryBeforeNs: 0,
  spinMemoryAfterNs: 0,
  coreToCoreBeforeNs: 0,
  coreToCoreAfterNs: 0,
};

/** How long the launcher may take to reap what it killed: large memory is given back slowly on a busy host. */
const REAP_DEADLINE_MS = 30_000;

export interface LaunchOptions {
  readonly launcher: string;
  /** `cgroup.procs` files that the program joins before its clock starts. */
  readonly join: readonly string[];
  /** Directory for the trial's FIFOs; must exist. */
  readonly scratchDir: string;
  readonly deadlineMs: number;
  /** Ends the launch early: everything is killed and reaped, then the promise resolves. */
  readonly signal?: AbortSignal;
  readonly maxOutputBytes?: number;
  /**
   * For a guest that has stdio alone: what stands on its stdin, at most what a pipe holds, or `held` for a pipe on which nothing comes
   * until the end. Its events are then framed on its stderr; see {@link FramedEvents}.
   */
  readonly stdin?: { readonly line: string } | 'held';
  /** Called as soon as an event line is complete; must be quick. */
  readonly onEvent?: (line: StampedLine) => void;
}

export interface LaunchOutput {
  readonly report: LauncherReport;
  readonly events: readonly StampedLine[];
  /** Why the rest of the events was not read; `null` when all were. */
  readonly eventsProblem: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputBytes: number;
  readonly timedOut: boolean;
  readonly aborted: boolean;
}

/** FIFOs, because Node’s own stdio pipes are sockets: a guest must see on its stdout what every other harness gives it. */
async function makeFifos(scratchDir: string): Promise<{ dir: string; paths: string[] }> {
  const dir = mkdtempSync(join(scratchDir, 'io-'));
  const paths = ['stdout', 'stderr', 'events', 'report', 'stdin'].map((name) => join(dir, name));
  const made = await exec('mkfifo', ['-m', '600', ...paths], { deadlineMs: 10_000 });
  if (made.exitCode !== 0) {
    throw new SeebenchError(
      'scratch-unusable',
      `cannot make FIFOs in ${dir}: ${made.stderr.trim()}`,
      'free some disk space, or set SEEBENCH_STATE to another directory',
    );
  }
  return { dir, paths };
}

interface Reader {
  readonly fd: number;
  readonly socket: Socket;
}

function openReader(path: string): Reader {
  // The reading end first and without blocking; then the writing end can be opened without waiting for anyone.
  const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const fd = openSync(path, constants.O_WRONLY);
  return { fd, socket: new Socket({ fd: read, readable: true, writable: false }) };
}

/** The guest's end of its stdin, and what lets go of ours. */
function openInput(path: string, input: NonNullable<LaunchOptions['stdin']>): { fd: number; close: () => void } {
  // Both ends by one descriptor: neither opening waits for anyone.
  const both = openSync(path, constants.O_RDWR);
  const fd = openSync(path, constants.O_RDONLY);
  if (input === 'held') return { fd, close: () => closeSync(both) };
  writeSync(both, `${input.line}\n`);
  closeSync(both);
  return { fd, close: () => {} };
}

/**
 * Runs a program under the launcher, with descriptor 3 as the guest's channel for events, and resolves when
 * nothing of it is left.
 * @throws SeebenchError `launcher-failed` when the launcher itself could not do its work.
 */
export async function launch(command: readonly string[], options: LaunchOptions): Promise<LaunchOutput> {
  const { dir, paths } = await makeFifos(options.scratchDir);
  try {
    const stdin = options.stdin === undefined ? null : openInput(paths.pop()!, options.stdin);
    const readers = paths.slice(0, 4).map(openReader) as [Reader, Reader, Reader, Reader];
    const [out, err, events, report] = readers;
    const stdout = new BoundedText(options.maxOutputBytes ?? 64 * 1024);
    const stderr = new BoundedText(options.maxOutputBytes ?? 64 * 1024);
    const lines = new EventLines(options.onEvent);
    const framed = new FramedEvents(lines, (chunk) => stderr.push(chunk));
    const reportText = new BoundedText(8192);
    const ended = [
      drain(out.socket, (chunk) => stdout.push(chunk)),
      drain(err.socket, stdin === null ? (chunk) => stderr.push(chunk) : (chunk) => framed.push(chunk)),
      drain(events.socket, (chunk) => lines.push(chunk)),
      drain(report.socket, (chunk) => reportText.push(chunk)),
    ];
    // execa takes any descriptor; its types know only 0…9.
    const stdio = [stdin?.fd ?? 'ignore', ...readers.map(({ fd }) => fd)] as unknown as [
      'ignore',
      'inherit',
      'inherit',
    ];
    const child = execa(
      options.launcher,
      [
        '--report',
        '4',
        '--deadline-ms',
        String(Math.ceil(options.deadlineMs)),
        ...options.join.flatMap((file) => ['--join', file]),
        '--',
        ...command,
      ],
      {
        env: runtimeEnv(),
        extendEnv: false,
        detached: true,
        reject: false,
        buffer: false,
        stdio,
        forceKillAfterDelay: REAP_DEADLINE_MS,
      },
    );
    for (const { fd } of readers) closeSync(fd);
    if (stdin !== null) closeSync(stdin.fd);

    // SIGTERM makes the launcher kill and reap all that it started, as the deadline does; it reports after that.
    const end = (): void => void child.kill('SIGTERM');
    options.signal?.addEventListener('abort', end, { once: true });
    if (options.signal?.aborted) end();
    const result = await child;
    stdin?.close();
    const aborted = options.signal?.aborted ?? false;
    options.signal?.removeEventListener('abort', end);
    // All writers are reaped, so the pipes end by themselves; should one be held elsewhere, what is buffered must do.
    await Promise.race([Promise.all(ended), new Promise((resolve) => setTimeout(resolve, 1000).unref())]);
    for (const { socket } of readers) socket.destroy();
    // Ended before it could watch for the signal: it had started nothing then.
    const unstarted = result.signal === 'SIGTERM' && aborted;
    if (result.exitCode !== 0 && !unstarted) {
      throw new SeebenchError(
        'launcher-failed',
        `the launcher ended with ${result.exitCode ?? result.signal ?? result.code}: ${stderr.text().trim().slice(-500)}`,
        'run `seebench doctor`',
        EXIT.internal,
      );
    }
    const told = unstarted ? NOTHING_STARTED : parseReport(reportText.text());
    return {
      report: told,
      events: lines.lines,
      eventsProblem: lines.problem,
      stdout: stdout.text(),
      stderr: stderr.text(),
      outputBytes: stdout.totalBytes + stderr.totalBytes,
      timedOut: told.timedOut,
      aborted,
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function drain(socket: Socket, onChunk: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve) => {
    socket.on('data', onChunk);
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
    socket.on('end', () => resolve());
  });
}

function parseReport(text: string): LauncherReport {
  const raw = JSON.parse(text) as Record<string, number | string | boolean>;
  const big = (name: string): bigint => BigInt(String(raw[name]));
  return {
    ...(raw as unknown as LauncherReport),
    spawnRealNs: big('spawnRealNs'),
    spawnMonoNs: big('spawnMonoNs'),
    exitMonoNs: big('exitMonoNs'),
  };
}
