import type { Case, Layer, Outcome, Setting, Trial, TrialKey } from '../model/index.js';
import { readHostCpu } from '../host/index.js';
import type { LaunchOutput, StampedLine } from '../process/index.js';
import { TrialCgroup } from '../sandbox/cgroup.js';
import type { Driver, GuestLimits, Mount, Rootfs } from '../sandbox/driver.js';
import { readGuestEvents, type GuestTale } from './guest-events.js';
import { exitOf, outcomeOf } from './outcome.js';
import { Sampler } from './sampler.js';
import { covariates, trialMetrics, wallOf } from './values.js';

/** Processes and threads that a trial may have at once. */
const PIDS_LIMIT = 512;

/** What trials of one run share. */
export interface TrialContext {
  readonly rootfs: Rootfs;
  /** Root file systems of workloads that name a layer. */
  readonly layers?: Readonly<Partial<Record<Layer, Rootfs>>>;
  /** What workloads in another language find at `/seebench/kit`, by the workload's id. */
  readonly kits?: Readonly<Record<string, string>>;
  /** Directory of each data set, by name. */
  readonly dataDirs: Readonly<Record<string, string>>;
  /** Files and directories of the host that every guest sees besides, read-only. */
  readonly mounts?: readonly Mount[];
  /** The instance's cgroup; see `TrialCgroup.create`. */
  readonly cgroupName: string;
  /** Makes names of sandboxes and cgroups unique on this host; short, for socket paths hold it. */
  readonly idPrefix: string;
  /** Kernel release that guests of each environment must see, as the probe found it. */
  readonly kernelOf: (environmentId: string) => string | null;
  readonly signal?: AbortSignal;
  readonly watch?: TrialWatch;
  /** Its mappings are not looked at, which takes CPU time beside it: for many sandboxes at once. */
  readonly unsampled?: true;
  readonly limits?: GuestLimits;
  /** What is kept of stdout and of stderr, each; see `LaunchOptions`. */
  readonly maxOutputBytes?: number;
}

/** Looks at a sandbox while it runs. That costs time: for trials that are not measured. */
export interface TrialWatch {
  /** The guest tells what it uses, and has these variables besides; and the runtime gets these flags. */
  readonly instrument?: { readonly runtimeFlags: readonly string[]; readonly variables: readonly Setting[] };
  /** Before the launch, which waits for it. */
  begin(cgroup: TrialCgroup | null): Promise<void>;
  /** Something that the guest said. */
  onEvent(line: StampedLine): void;
}

export interface MeasuredTrial {
  readonly trial: Trial;
  readonly stdout: string;
  readonly stderr: string;
  /** The launch was cut off by the signal: the trial is none. */
  readonly aborted: boolean;
}

/** One fresh sandbox launch of one case in one environment, measured. Everything it made on the host is gone when it resolves. */
export async function runTrial(
  driver: Driver,
  one: Case,
  key: TrialKey,
  context: TrialContext,
): Promise<MeasuredTrial> {
  const startedAtMs = Date.now();
  const id = `${context.idPrefix}${key.sequence}`;
  const cgroup = TrialCgroup.create(context.cgroupName, id);
  const cpuBefore = readHostCpu();
  const sampler = new Sampler(() => (context.unsampled ? [] : (cgroup?.pids() ?? [])));
  const { watch } = context;
  const { cpuSet } = one.spec;
  const limits = cpuSet === undefined ? context.limits : { ...context.limits, cpuSet };
  try {
    await watch?.begin(cgroup);
    const output = await driver.launch({
      id,
      guest: {
        command: one.workload.command,
        caseId: one.id,
        params: one.spec.params,
        rootfs: rootfsOf(one, context),
        mounts: [...mountsOf(one, context), ...(context.mounts ?? [])],
        memoryBytes: one.spec.memoryBytes,
        pids: limits?.pids ?? PIDS_LIMIT,
        ...(limits === undefined ? {} : { limits }),
        ...(watch?.instrument === undefined ? {} : { instrumented: watch.instrument.variables }),
      },
      cgroup,
      deadlineMs: one.spec.timeoutMs,
      ...(watch?.instrument === undefined ? {} : { runtimeFlags: watch.instrument.runtimeFlags }),
      ...(context.signal === undefined ? {} : { signal: context.signal }),
      ...(context.maxOutputBytes === undefined ? {} : { maxOutputBytes: context.maxOutputBytes }),
      ...(watch === undefined ? {} : { onEvent: (line: StampedLine) => watch.onEvent(line) }),
    });
    const vmas = sampler.stop();
    const cpuAfter = readHostCpu();
    const usage = cgroup?.usage() ?? null;
    const tale = readGuestEvents(
      output.events,
      { realNs: output.report.spawnRealNs, monoNs: output.report.spawnMonoNs },
      one.workload.workUnit,
    );
    const outcome = verified(
      outcomeOf(one.workload, one.spec.memoryBytes, one.spec.timeoutMs, output, tale, usage),
      tale,
      context.kernelOf(key.environmentId),
    );
    return {
      trial: trialOf(key, startedAtMs, outcome, output, tale, {
        ...trialMetrics(tale, output.report, usage, vmas),
        ...covariates(output.report, usage, cpuBefore, cpuAfter),
      }),
      stdout: output.stdout,
      stderr: output.stderr,
      aborted: output.aborted,
    };
  } finally {
    sampler.stop();
    cgroup?.remove();
  }
}

function rootfsOf({ workload }: Case, { rootfs, layers }: TrialContext): Rootfs {
  return workload.layer ? layers![workload.layer]! : rootfs;
}

/** What every sandbox of a case sees beside the root file system, read-only. */
export function mountsOf(
  { workload, spec }: Case,
  { dataDirs, kits }: Pick<TrialContext, 'dataDirs' | 'kits'>,
): Mount[] {
  const kit = kits?.[workload.id];
  return [
    { source: workload.dir, target: '/workload' },
    ...(kit === undefined ? [] : [{ source: kit, target: '/seebench/kit' }]),
    ...spec.data.map((name) => ({ source: dataDirs[name]!, target: `/data/${name}` })),
  ];
}

/** A trial in an environment that is not what it says is no measurement of it. */
function verified(outcome: Outcome, tale: GuestTale, kernel: string | null): Outcome {
  if (outcome.kind !== 'completed' || tale.inside === null || kernel === null || tale.inside.kernelRelease === kernel)
    return outcome;
  return {
    kind: 'failed',
    exitCode: 0,
    reason: `the guest’s kernel is ${tale.inside.kernelRelease.slice(0, 100)}, not ${kernel} as in the probe`,
  };
}

function trialOf(
  key: TrialKey,
  startedAtMs: number,
  outcome: Outcome,
  output: LaunchOutput,
  tale: GuestTale,
  values: Readonly<Record<string, number>>,
): Trial {
  const wallNs = wallOf(output.report);
  return {
    ...key,
    outcome,
    startedAtMs,
    wallNs,
    marks: { spawn: 0, ...tale.marks, ...(wallNs === null ? {} : { deleted: wallNs }) },
    clockErrorNs: tale.clockErrorNs,
    values,
    samples: tale.samples,
    digest: tale.digest,
    ...exitOf(output.report),
    inside: tale.inside,
    outputBytes: output.outputBytes,
    warnings: [],
  };
}
