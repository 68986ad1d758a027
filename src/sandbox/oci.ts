import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastLine, type Environment, type Platform, type Setting } from '../model/index.js';
import { exec, hostEnv, launch, type LaunchOptions, type LaunchOutput } from '../process/index.js';
import type { Driver, DriverHome, LaunchRequest } from './driver.js';
import { ociSpec, warmSpec, type OciSpec } from './spec.js';

/**
 * How long a runtime may take to remove what is left of a sandbox, whose processes are gone by then. A runtime that hangs
 * in everything must not take much of the 10 s in which it has to be known as unavailable.
 */
const REMOVE_DEADLINE_MS = 1_500;

/** What `provision/steps.c` stamps, in a timeline's directory. */
export const STAMPS_FILE = 'stamps.json';

type Timeline = NonNullable<LaunchRequest['timeline']>;

/** What differs between runtimes that take an OCI bundle. */
export interface OciRuntime {
  /** Flags before the subcommand, the runtime's root directory excluded. */
  globalFlags(environment: Environment, home: DriverHome): string[];
  /** Flags that make it write a log into a directory; none where it has no such log. */
  debugFlags(dir: string): string[];
  /** Flags that make it stamp every step of a start into a directory; `null` where it has to be run step by step for that. */
  timelineFlags(dir: string): string[] | null;
  /** Flags of `run` that hand descriptor 3 to the guest. */
  readonly passEvents: readonly string[];
  /** Last changes to the specification that this runtime needs. */
  adapt(spec: OciSpec, request: LaunchRequest, environment: Environment, home: DriverHome): OciSpec;
  observePlatform(pids: readonly number[]): Platform | null;
}

/** A driver for any runtime with the command line of runc. */
export class OciDriver implements Driver {
  readonly environment: Environment;
  readonly #runtime: OciRuntime;
  readonly #home: DriverHome;

  constructor(environment: Environment, runtime: OciRuntime, home: DriverHome) {
    this.environment = environment;
    this.#runtime = runtime;
    this.#home = home;
  }

  get #rootDir(): string {
    return join(this.#home.stateDir, 'roots', this.environment.runtime);
  }

  #bundleDir(id: string): string {
    return join(this.#home.stateDir, 'bundles', id);
  }

  #command(extraFlags: readonly string[], ...args: readonly string[]): string[] {
    const flags = this.#runtime.globalFlags(this.environment, this.#home);
    return [
      this.environment.binary ?? this.environment.runtime,
      `--root=${this.#rootDir}`,
      ...flags,
      ...extraFlags,
      ...args,
    ];
  }

  /** Writes the bundle; also used by people who want to run it by hand. @returns the command that runs it. */
  prepare(request: LaunchRequest): readonly string[] {
    const bundle = this.#bundleDir(request.id);
    mkdirSync(bundle, { recursive: true, mode: 0o711 });
    mkdirSync(this.#rootDir, { recursive: true, mode: 0o711 });
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(this.specOf(request)));
    const { snapshot, timeline } = request;
    const stamps = timeline === undefined ? [] : this.#runtime.timelineFlags(timeline.dir);
    const pass = speaksByStdio(request) ? [] : this.#runtime.passEvents;
    if (stamps === null) return this.#stepByStep(request.id, timeline!, bundle, pass);
    const debug = [
      ...(request.debugLogDir === undefined ? [] : this.#runtime.debugFlags(request.debugLogDir)),
      ...stamps,
      ...(request.runtimeFlags ?? []),
    ];
    if (snapshot?.use === 'restore') {
      const flags = flagsOf(this.environment.profile.restoreFlags);
      return this.#command(
        debug,
        'restore',
        `--bundle=${bundle}`,
        `--image-path=${snapshot.dir}`,
        ...flags,
        request.id,
      );
    }
    return this.#command(debug, 'run', `--bundle=${bundle}`, ...pass, request.id);
  }

  /** Create, start and delete as three commands, stamped by `provision/steps.c`. */
  #stepByStep(id: string, { dir, steps }: Timeline, bundle: string, pass: readonly string[]): readonly string[] {
    const pidFile = join(bundle, 'pid');
    return [
      steps,
      join(dir, STAMPS_FILE),
      pidFile,
      ...['---', ...this.#command([], 'create', `--bundle=${bundle}`, `--pid-file=${pidFile}`, ...pass, id)],
      ...['---', ...this.#command([], 'start', id)],
      ...['---', ...this.#command([], 'delete', id)],
    ];
  }

  /** The specification of a launch as this runtime gets it. */
  specOf(request: LaunchRequest): OciSpec {
    const spec = ociSpec(request.guest, this.environment.profile, this.#home, request.cgroup);
    return this.#runtime.adapt(speaksByStdio(request) ? warmSpec(spec) : spec, request, this.environment, this.#home);
  }

  /** Saves a running sandbox into an empty directory, and with that ends it. @returns what went wrong, or `null` */
  async checkpoint(id: string, dir: string, deadlineMs: number): Promise<string | null> {
    const flags = flagsOf(this.environment.profile.checkpointFlags);
    const [file, ...args] = this.#command([], 'checkpoint', `--image-path=${dir}`, ...flags, id);
    const made = await exec(file!, args, { deadlineMs, env: hostEnv() });
    return made.exitCode === 0 ? null : lastLine(made.stderr) || `exit code ${made.exitCode}`;
  }

  async launch(request: LaunchRequest): Promise<LaunchOutput> {
    const command = this.prepare(request);
    const output = await launch(command, {
      launcher: this.#home.launcher,
      join: request.cgroup?.procsFiles ?? [],
      scratchDir: this.#bundleDir(request.id),
      deadlineMs: request.deadlineMs,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
      ...(request.maxOutputBytes === undefined ? {} : { maxOutputBytes: request.maxOutputBytes }),
      ...(request.onEvent === undefined ? {} : { onEvent: request.onEvent }),
      ...(speaksByStdio(request) ? { stdin: stdinOf(request) } : {}),
    });
    // A runtime that ended by itself has deleted its sandbox; one that was killed has not.
    const { killed, status, exitMonoNs, spawnErrno } = output.report;
    const unfinished = spawnErrno === 0 && exitMonoNs === 0n;
    if (killed || status !== 0 || unfinished) await this.remove(request.id);
    else rmSync(this.#bundleDir(request.id), { recursive: true, force: true });
    return output;
  }

  async remove(id: string): Promise<void> {
    const [file, ...args] = this.#command([], 'delete', '--force', id);
    await exec(file!, args, { deadlineMs: REMOVE_DEADLINE_MS, env: hostEnv() });
    rmSync(this.#bundleDir(id), { recursive: true, force: true });
    // What the runtime knew of it: runc keeps `<id>/`, runsc `<id>_sandbox:<id>.{state,lock}`.
    for (const entry of readdirSync(this.#rootDir)) {
      if (entry === id || entry.startsWith(`${id}_`))
        rmSync(join(this.#rootDir, entry), { recursive: true, force: true });
    }
  }

  observePlatform(pids: readonly number[]): Platform | null {
    return this.#runtime.observePlatform(pids);
  }
}

function flagsOf(settings: readonly Setting[] = []): string[] {
  return settings.map(({ name, value }) => `--${name}=${value}`);
}

/** A guest that stops at its warm point has stdin for its input, and no descriptor of its own for events. */
function speaksByStdio({ snapshot, hold }: LaunchRequest): boolean {
  return snapshot !== undefined || hold === true;
}

/** Nothing while a snapshot is made, or where it is to stay idle; the input when it is restored. */
function stdinOf({ snapshot, hold, guest }: LaunchRequest): NonNullable<LaunchOptions['stdin']> {
  return hold || snapshot?.use === 'make'
    ? 'held'
    : { line: JSON.stringify({ case: guest.caseId, params: guest.params }) };
}
