import { oneLine, type StartStep } from '../model/index.js';

/** A log of one process of a launch, as its file holds it. */
export interface StartLog {
  /** Its file's name: runsc writes `runsc.log.<date>-<time>.<command>.txt`. */
  readonly file: string;
  readonly text: string;
}

/** What the parent's log says on the way; the first line of each. */
const RUNTIME_STEPS: readonly (readonly [name: string, line: RegExp])[] = [
  ['cgroup being joined', /\bJoining cgroup "/],
  ['gofer being started', /\bStarting gofer: /],
  ['gofer started', /\bGofer started, PID/],
  ['sandbox being started', /\bStarting sandbox: /],
  ['sandbox started', /\bSandbox started, PID/],
  ['create returned', /\bSave container, cid/],
  ['start called', /\bStart container, cid/],
  ['restore called', /\bRestore sandbox "/],
  ['wait called', /\bWait on container, cid/],
  ['gofer gone', /\bGofer process \(PID=\d+\) reaped/],
  ['end', /\bExiting with status/],
];
const GOFER_STEPS: typeof RUNTIME_STEPS = [
  ['seccomp filters installed', /\bSeccomp filters installed/],
  ['serving', /\bServing "\/" mapped/],
  ['connections closed', /\bAll lisafs servers exited/],
];

/** A line of gVisor's text log: level, month and day, time of day in microseconds. */
const LINE = /^[A-Z](\d{2})(\d{2}) (\d{2}):(\d{2}):(\d{2})\.(\d{6})\s+\d+ (\S+\] .*)$/;
const MIDPOINT = /Timer for [^:]+: Timeline (.+?) reached midpoint (.+) at [\d:.]+ \(unix nanos: (\d+)\)$/;
const GO_STARTED = /spawned at [\d:.]+, Go started execution at (\d{2}):(\d{2}):(\d{2})\.(\d{6})/;

const DAY_NS = 86_400_000_000_000n;

/**
 * Moments of a launch by the debug logs of runsc's processes, in their order. Stamps are the host's real time: to the nanosecond
 * in the timeline of the sandbox process, to the microsecond in all other lines.
 * @param spawnRealNs real time of the spawn, which is the zero of the answer
 */
export function startSteps(logs: readonly StartLog[], spawnRealNs: bigint): StartStep[] {
  return logs.flatMap((log) => stepsOf(log, spawnRealNs)).toSorted((a, b) => a.ns - b.ns);
}

function stepsOf({ file, text }: StartLog, spawnRealNs: bigint): StartStep[] {
  const log = processOf(file);
  const wanted = log === 'gofer' ? GOFER_STEPS : log === 'boot' ? [] : RUNTIME_STEPS;
  const steps: StartStep[] = [];
  const seen = new Set<string>();
  const add = (name: string, ns: bigint): void => {
    if (seen.has(name)) return;
    seen.add(name);
    steps.push({ name: oneLine(name, 120), ns: Number(ns - spawnRealNs) });
  };
  for (const line of text.split('\n')) {
    const parts = LINE.exec(line);
    if (!parts) continue;
    const [, , , hour, minute, second, micros, said] = parts as unknown as string[];
    const midpoint = MIDPOINT.exec(said!);
    if (midpoint) {
      const [, timeline, name, nanos] = midpoint;
      add(`${timelineOf(timeline!)}/${name!}`, BigInt(nanos!));
      continue;
    }
    const go = GO_STARTED.exec(said!);
    if (go && log !== 'boot') add(`${log}/Go code running`, atNs(go.slice(1), spawnRealNs));
    // The answer to the call that waits for the container, by `run` and by `restore`.
    if (seen.has('runtime/wait called') && /\burpc: unmarshal success/.test(said!))
      add('runtime/exit seen', atNs([hour!, minute!, second!, micros!], spawnRealNs));
    const step = wanted.find(([, pattern]) => pattern.test(said!));
    if (step) add(`${log}/${step[0]}`, atNs([hour!, minute!, second!, micros!], spawnRealNs));
  }
  return steps;
}

/** Stamps of `provision/steps.c`. @returns none for what it did not write */
export function steppedStart(text: string, spawnRealNs: bigint): StartStep[] {
  const names = { begin: 'begin', created: 'created', started: 'start returned', ended: 'exit seen' } as const;
  return Object.entries(names).flatMap(([key, name]) => {
    const ns = new RegExp(`"${key}":"(\\d{1,20})"`).exec(text)?.[1];
    return ns === undefined ? [] : [{ name: `runtime/${name}`, ns: Number(BigInt(ns) - spawnRealNs) }];
  });
}

function processOf(file: string): 'runtime' | 'boot' | 'gofer' {
  const command = /\.([a-z-]+)\.txt$/.exec(file)?.[1];
  return command === 'boot' || command === 'gofer' ? command : 'runtime';
}

/** `runsc boot` and its children are `boot`, those of the restore `restore`. */
function timelineOf(name: string): string {
  return /restore/i.test(name) ? 'restore' : 'boot';
}

/**
 * The moment of a time of day. Logs are in local time and the spawn is not: of the offsets by quarters of an hour that a time zone can
 * have, the one that puts it nearest after the spawn.
 */
function atNs([hour, minute, second, micros]: readonly string[], spawnRealNs: bigint): bigint {
  const quarter = 900_000_000_000n;
  const ofDay =
    (BigInt(hour!) * 3600n + BigInt(minute!) * 60n + BigInt(second!)) * 1_000_000_000n + BigInt(micros!) * 1000n;
  const past = (((ofDay - (spawnRealNs % DAY_NS)) % quarter) + quarter) % quarter;
  // A process that began just before the launcher's stamp, by its own clock.
  return spawnRealNs + (past > quarter / 2n ? past - quarter : past);
}
