import { join } from 'node:path';
import { z } from 'zod';
import type { ContainmentProbe, SyscallNames } from '../model/index.js';
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
