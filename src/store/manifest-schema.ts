import { z } from 'zod';
import {
  INJECTION_KINDS,
  ROOTFS_KINDS,
  RUNSC_BUILDS,
  SIZES,
  WORKLOAD_CLASSES,
  type RunManifest,
} from '../model/index.js';
import { RUN_ID } from './resolve.js';

const number = z.number();
const text = z.string();
/** What stands in every line, table and file name: short, and nothing in it steers a terminal or breaks a line. */
const name = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'expected a name without control characters');
const record = <T extends z.ZodType>(value: T) => z.record(z.string(), value);

const setting = z.object({ name: text, value: text, reason: text, optional: z.boolean().exactOptional() });
const platform = z.enum(['systrap', 'kvm', 'ptrace']).nullable();
const profile = z.object({
  id: text,
  description: text,
  isolation: z.union([z.literal('same'), z.templateLiteral(['weaker: ', z.string()])]),
  runscFlags: z.array(setting),
  annotations: z.array(setting),
  guestEnv: z.array(setting),
  hostSettings: z.array(setting),
  rootfs: z.enum(ROOTFS_KINDS),
  // Runs of before there were several.
  runscBuild: z.enum(RUNSC_BUILDS).default('module'),
  allowedSyscalls: z
    .array(
      z.object({
        names: z.array(text),
        reason: text,
        when: z.object({ argument: number, mask: number, value: number }).optional(),
      }),
    )
    .optional(),
  checkpointFlags: z.array(setting).exactOptional(),
  restoreFlags: z.array(setting).exactOptional(),
});
const probe = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('available'),
    launchMs: number,
    inside: z.object({
      kernelRelease: text,
      kernelVersion: text,
      machine: text,
      cpus: number,
      memTotalBytes: number,
      uid: number,
      platform,
    }),
  }),
  z.object({ status: z.literal('unavailable'), reason: text, log: text, launchMs: number.nullable() }),
]);
const environment = z.object({
  id: name,
  runtime: z.enum(['runc', 'runsc', 'fake']),
  platform,
  profile,
  binary: text.nullable(),
  version: text.nullable(),
  restored: z.literal(true).exactOptional(),
  probe,
});
const caseInfo = z.object({
  id: name,
  workload: text,
  title: text,
  class: z.enum(WORKLOAD_CLASSES),
  description: text,
  size: z.enum(SIZES),
  headline: name,
  headlineBetter: z.enum(['lower', 'higher']),
  workUnit: text.nullable(),
  params: record(z.union([text, number, z.boolean()])),
});
const fingerprint = z.object({
  id: text,
  cpuModel: text,
  cpuVendor: text,
  cores: number,
  arch: text,
  memoryBytes: number,
  kernel: text,
  distro: text,
  virtualization: text,
  emulated: z.boolean(),
  cgroup: z.enum(['v1', 'hybrid', 'v2', 'none']),
  thp: text,
  shmemThp: text,
  governor: text.nullable(),
  mitigations: record(text),
  rootless: z.boolean(),
  hostname: text.nullable(),
});
const state = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('running'), pid: number, processStart: text }),
  z.object({ kind: z.literal('complete'), finishedAtMs: number }),
  z.object({ kind: z.literal('interrupted'), finishedAtMs: number, reason: text }),
]);
const pool = z.object({
  arms: record(z.array(z.array(text)).min(1)),
  injections: record(record(z.object({ kind: z.enum(INJECTION_KINDS), slowdown: number, units: number }))),
  shares: record(number.positive()),
});

const tune = z.object({
  base: name,
  tuned: name,
  arms: record(
    z.object({
      setting: name,
      kind: z.enum(['alone', 'left-out']),
      value: text,
      isolation: profile.shape.isolation,
      over: name.optional(),
    }),
  ),
  candidates: record(z.array(name)).optional(),
  only: record(z.array(name)).optional(),
});
const cliffs = z.object({
  platforms: z.array(name),
  cells: record(z.object({ threads: number, cpus: number })),
  settings: record(z.object({ setting: name, platform: name, value: text })),
  only: record(z.array(name)).optional(),
});

const MANIFEST = z.object({
  schemaVersion: number,
  // It names directories: of the report, too.
  id: text.regex(RUN_ID, 'expected the id of a run'),
  seebenchVersion: text,
  state,
  plan: z.object({
    suite: text,
    seed: number,
    budgetMs: number.nullable(),
    blocks: number.nullable(),
    minBlocks: number,
    cases: z.array(caseInfo),
    environments: z.array(name),
    pool: pool.optional(),
    instrumented: number.optional(),
    cpuSet: z.string().max(100).optional(),
    tune: tune.optional(),
    cliffs: cliffs.optional(),
  }),
  fingerprint,
  environments: z.array(environment),
  digests: record(text),
  calibration: z.object({ spawnNs: z.array(number), clockNs: z.array(number) }).nullable(),
  timing: z.object({ startedAtMs: number, measuringMs: number, inTrialsMs: number }),
  warnings: z.array(z.object({ code: text, message: text, remedy: text })),
  command: text,
}) satisfies z.ZodType<RunManifest>;

const psi = number.nullable();
const hostState = z.object({
  atMs: number,
  load1: number,
  steal: number.nullable(),
  psi: z.object({ cpu: psi, memory: psi, io: psi }),
  settings: record(text),
});
/** One line of `host.jsonl`. */
export const BLOCK_WATCH = z.object({ caseId: text, block: number, before: hostState, after: hostState });

/** What is wrong with a value that should be a run's manifest, in lines for people; `null` when nothing is. */
export function manifestProblem(value: unknown): string | null {
  const result = MANIFEST.safeParse(value);
  return result.success ? null : z.prettifyError(result.error);
}
