import { join } from 'node:path';
import { z } from 'zod';
import {
  LIMIT_MEASURES,
  LIMIT_RULES,
  LIMIT_SETS,
  type ContainmentProbe,
  type Limit,
  type SyscallNames,
} from '../model/index.js';
import { identifier } from './profile.js';
import { loadYaml } from './yaml.js';

const answer = z.enum(['contained', 'allowed']);
const probe: z.ZodType<ContainmentProbe> = z
  .strictObject({
    id: identifier,
    asks: z.string().min(1),
    reference: z.string().min(1),
    expected: z.strictObject({ native: answer, gvisor: answer }),
    reason: z.string().min(1).nullable().default(null),
  })
  .refine(
    ({ expected, reason }) => (reason === null) === !Object.values(expected).includes('allowed'),
    'a reason is given where something is expected to be allowed, and only there',
  );
const schema: z.ZodType<{ readonly probes: readonly ContainmentProbe[] }> = z.strictObject({
  probes: z.array(probe).refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'an id stands twice'),
});

/** Questions to sandboxes, beside the program that asks them. @throws SeebenchError `probes-invalid` */
export function loadProbes(dir: string): readonly ContainmentProbe[] {
  return loadYaml(join(dir, 'containment.yaml'), schema, 'probes').probes;
}

const numbers = z.record(z.string(), z.number().int().min(0));
const syscallNames = z.strictObject({ comment: z.string(), x64: numbers, arm64: numbers });

/** Names of system calls, beside the probes. @throws SeebenchError `probes-invalid` */
export function loadSyscallNames(dir: string): SyscallNames {
  const { x64, arm64 } = loadYaml(join(dir, 'syscalls.json'), syscallNames, 'probes');
  return { x64, arm64 };
}

const limit = z.strictObject({
  id: identifier,
  asks: z.string().min(1),
  reference: z.string().min(1),
  asked: z.number().min(0),
  unit: z.enum(['bytes', 'bytes/s', 'CPUs', 'processes', 'files', 'ms', 'ways out']),
  sets: z.enum(LIMIT_SETS),
  measured: z.enum(LIMIT_MEASURES),
  rule: z.enum(LIMIT_RULES),
  tolerance: z.number().min(0).max(1).default(0),
  memoryBytes: z
    .number()
    .int()
    .positive()
    .default(512 * 2 ** 20),
  controller: z.string().min(1).nullable().default(null),
  neighbour: z.boolean().default(false),
  known: z.record(z.string(), z.string().min(1)).default({}),
});
const limitsSchema = z.strictObject({
  limits: z.array(limit).refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'an id stands twice'),
});

/** Limits that sandboxes run into, beside the program that does it. @throws SeebenchError `probes-invalid` */
export function loadLimits(dir: string): readonly Limit[] {
  return loadYaml(join(dir, 'limits.yaml'), limitsSchema, 'probes').limits;
}
