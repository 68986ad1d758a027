import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readRun, type StoredRun } from '../../src/store/index.js';

/** The program as users start it. */
const MAIN = resolve('dist/cli/main.js');
/** Hostile workloads, one of them a good neighbour. */
export const WORKLOADS = resolve('test/real/workloads');

/** What a command said, and how it ended. */
export interface Said {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly wallMs: number;
}

/** A command that runs. */
export interface Running {
  readonly pid: number;
  readonly end: Promise<Said>;
  /** Resolves when stderr holds the text; rejects when the command ends before that. */
  says(text: string | RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/** A user of their own: working directory, state directory and temporary directory are nobody else's. */
export class Place {
  /** Short, for the paths of sockets lie below it. */
  readonly dir = mkdtempSync(join(tmpdir(), 'sb-'));
  readonly state = join(this.dir, 'st');
  readonly cwd = join(this.dir, 'cwd');
  readonly #tmp = join(this.dir, 'tmp');
  readonly #running = new Set<ChildProcess>();

  constructor() {
    for (const dir of [this.cwd, this.#tmp]) mkdirSync(dir);
  }

  start(...args: readonly string[]): Running {
    const startedAt = performance.now();
    const env = { ...process.env, SEEBENCH_STATE: this.state, TMPDIR: this.#tmp, NO_COLOR: '1' };
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: this.cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#running.add(child);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const end = new Promise<Said>((done, fail) => {
      child.on('error', fail);
      child.on('close', (status, signal) => {
        this.#running.delete(child);
        done({ status, signal, stdout, stderr, wallMs: performance.now() - startedAt });
      });
    });
    const says = async (text: string | RegExp): Promise<void> => {
      const found = (): boolean => (typeof text === 'string' ? stderr.includes(text) : text.test(stderr));
      const ended = end.then(() => true);
      while (!found()) {
        const more = new Promise<false>((next) => child.stderr.once('data', () => next(false)));
        if ((await Promise.race([ended, more])) && !found())
          throw new Error(`it never said ${String(text)}:\n${stderr}`);
      }
    };
    return { pid: child.pid!, end, says, kill: (signal) => void child.kill(signal) };
  }

  run(...args: readonly string[]): Promise<Said> {
    return this.start(...args).end;
  }

  /** Runs a command that must end with 0 and prints one JSON document. */
  async json(...args: readonly string[]): Promise<Record<string, unknown>> {
    const said = await this.run(...args, '--json');
    if (said.status !== 0) throw new Error(`exit code ${said.status}:\n${said.stderr}`);
    return JSON.parse(said.stdout) as Record<string, unknown>;
  }

  /** The newest run, or the one in a directory. */
  stored(dir = join(this.cwd, 'results/latest')): Promise<StoredRun> {
    return readRun(dir);
  }

  /** What commands of this place left on the host; everything is, for nothing of it may be there between commands. */
  leftovers(): Record<'processes' | 'mounts' | 'cgroups' | 'state' | 'temporary', string[]> {
    const marks = [`${this.dir}/`, ...this.#cgroupNames()];
    const mine = (text: string): boolean => marks.some((mark) => text.includes(mark));
    return {
      processes: processes().filter(mine),
      mounts: readFileSync('/proc/self/mounts', 'utf8').split('\n').filter(mine),
      cgroups: cgroups().filter(mine),
      state: list(this.state).filter((name) => name !== 'instance'),
      temporary: list(this.#tmp),
    };
  }

  #cgroupNames(): string[] {
    const instance = join(this.state, 'instance');
    return existsSync(instance) ? [`seebench-${readFileSync(instance, 'utf8').trim()}`] : [];
  }

  /** Ends what still runs and removes the place; what a failed test left is cleaned as a user would. */
  async remove(): Promise<void> {
    for (const child of this.#running) child.kill('SIGKILL');
    await this.run('clean');
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** What {@link Place.leftovers} must be. */
export const NOTHING = { processes: [], mounts: [], cgroups: [], state: [], temporary: [] };

/** Waits until a condition holds, for what has no event. */
export async function until(holds: () => boolean, deadlineMs: number): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${holds.toString()}`);
    await new Promise((next) => setTimeout(next, 10));
  }
}

/** Rows of a CSV file as objects, read by Python’s csv module: a reader that is not ours. */
export function readCsv(file: string): Record<string, string>[] {
  const script =
    'import csv, json, sys; print(json.dumps(list(csv.DictReader(open(sys.argv[1], newline=""), strict=True))))';
  const { stdout, stderr, status } = spawnSync('python3', ['-c', script, file], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, string>[];
}

function list(dir: string): string[] {
  return existsSync(dir) ? readdirSync(dir) : [];
}

/** Command line and cgroups of every other process, in one text each. */
function processes(): string[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return ids.flatMap((id) => {
    try {
      const read = (file: string): string => readFileSync(`/proc/${id}/${file}`, 'utf8').replaceAll('\0', ' ');
      return [`${id} ${read('cmdline')} ${read('cgroup')}`];
    } catch {
      return [];
    }
  });
}

/** Cgroups of the first two levels of every hierarchy: ours stand at the top of each. */
function cgroups(): string[] {
  const root = '/sys/fs/cgroup';
  return list(root).flatMap((name) => {
    try {
      return [join(root, name), ...readdirSync(join(root, name)).map((below) => join(root, name, below))];
    } catch {
      return [];
    }
  });
}
