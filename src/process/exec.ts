import { createWriteStream, readdirSync, readFileSync } from 'node:fs';
import { execa } from 'execa';
import { SeebenchError } from '../model/index.js';
import { BoundedText } from './bounded.js';

export interface ExecOptions {
  readonly cwd?: string;
  /** The whole environment of the program; nothing is inherited but what stands here. */
  readonly env?: Readonly<Record<string, string>>;
  /** After this many milliseconds the program, its process group and all of its descendants are killed. */
  readonly deadlineMs: number;
  /** Everything that the program prints is appended to this file too. */
  readonly logFile?: string;
  /** How much of each stream is kept in memory, bytes: its beginning and its end. Default 256 KiB. */
  readonly maxOutputBytes?: number;
  /** Ends the program early, like the deadline. */
  readonly signal?: AbortSignal;
  /** Goes on when this process ends; for what an end in the middle would leave broken (dpkg). */
  readonly outlives?: boolean;
  /** Written to stdin, which is else empty. */
  readonly input?: string;
}

export interface ExecResult {
  /** `null` when a signal ended the program. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** What was kept of the stream. */
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly durationMs: number;
}

/** Groups that run now. A Ctrl-C of the terminal does not reach them, so this process takes them along when it ends. */
const running = new Set<number>();
process.on('exit', () => running.forEach(killTree));

/** Environment variables that a host program may see: what finds programs, proxies and certificates, no more. */
export function hostEnv(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept =
    /^(PATH|HOME|TMPDIR|LANG|XDG_[A-Z_]+|GO[A-Z]+|PIP_[A-Z_]+|(HTTPS?|NO|ALL|FTP)_PROXY|(https?|no|all|ftp)_proxy|[A-Z_]*(CERT|CERTS|CA_BUNDLE|CAINFO)[A-Z_]*)$/;
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && kept.test(name)) env[name] = value;
  }
  return { ...env, ...extra };
}

/** What a measured runtime sees of the user's environment: nothing that would change its speed (GOMAXPROCS, GOGC, …). */
export function runtimeEnv(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'XDG_RUNTIME_DIR'];
  return Object.fromEntries(
    kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/**
 * Runs a host program to its end: never throws for what the program does, kills it with its process group and all of its descendants at the deadline.
 * @throws SeebenchError `program-not-found` when there is no such program.
 */
export async function exec(file: string, args: readonly string[], options: ExecOptions): Promise<ExecResult> {
  const startedAt = performance.now();
  const stdout = new BoundedText(options.maxOutputBytes ?? 256 * 1024);
  const stderr = new BoundedText(options.maxOutputBytes ?? 256 * 1024);
  const log = options.logFile === undefined ? undefined : createWriteStream(options.logFile, { flags: 'a' });
  // A full disk must not take the program down: the log is a convenience.
  log?.on('error', () => {});
  const child = execa(file, args, {
    env: options.env ?? hostEnv(),
    extendEnv: false,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    // A group of its own, so that a deadline reaches its descendants.
    detached: true,
    reject: false,
    buffer: false,
  });
  if (child.pid !== undefined && options.outlives !== true) running.add(child.pid);
  child.stdout?.on('data', (chunk: Buffer) => (stdout.push(chunk), log?.write(chunk)));
  child.stderr?.on('data', (chunk: Buffer) => (stderr.push(chunk), log?.write(chunk)));
  let timedOut = false;
  const kill = (): void => {
    killTree(child.pid);
    // One who is nobody's child any more may hold the pipes; the wait must end all the same.
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  const timer = setTimeout(() => ((timedOut = true), kill()), options.deadlineMs);
  options.signal?.addEventListener('abort', kill, { once: true });
  if (options.signal?.aborted) kill();
  try {
    const result = await child;
    if (result.code === 'ENOENT' || result.code === 'EACCES') {
      throw new SeebenchError(
        'program-not-found',
        `cannot run ${file}: ${result.code === 'ENOENT' ? 'no such program' : 'permission denied'}`,
        'run `seebench setup`, or name the program’s path',
      );
    }
    return {
      exitCode: result.exitCode ?? null,
      signal: result.signal ?? null,
      stdout: stdout.text(),
      stderr: stderr.text(),
      timedOut,
      durationMs: performance.now() - startedAt,
    };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', kill);
    if (child.pid !== undefined) running.delete(child.pid);
    // Whoever is told that the program failed finds all of its output in the log.
    if (log) await new Promise<void>((resolve) => log.end(() => resolve()));
  }
}

/** Most processes that are looked for below one. */
const MOST_DESCENDANTS = 10_000;

/** Kills a program's process group, and those of its descendants that left it, whom the kernel knows by their parents. */
function killTree(pid: number | undefined): void {
  if (pid === undefined) return;
  const found = [pid];
  for (let i = 0; i < found.length && found.length < MOST_DESCENDANTS; i++) found.push(...childrenOf(found[i]!));
  for (const one of [-pid, ...found.slice(1)]) killOne(one);
}

/** Children of all threads of a process; none where the kernel does not list them (CONFIG_PROC_CHILDREN). */
function childrenOf(pid: number): number[] {
  return entriesOf(`/proc/${pid}/task`).flatMap((thread) => {
    try {
      return readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    } catch {
      return [];
    }
  });
}

function entriesOf(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

/** A process, or with a negative number its group; silent when it is gone. */
function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // ESRCH: it ended by itself.
  }
}
