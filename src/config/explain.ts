import { join } from 'node:path';
import { z } from 'zod';
import { PART_NAMES, type CallPrice, type ExplainCatalogue } from '../model/index.js';
import { identifier } from './profile.js';
import { loadYaml } from './yaml.js';

const name = z.string().regex(/^[a-z0-9_]+$/);
const call: z.ZodType<CallPrice> = z.strictObject({
  names: z.array(name),
  operations: z.record(name, z.number()),
  part: z.enum(PART_NAMES),
  reason: z.string().min(1),
});
const schema: z.ZodType<ExplainCatalogue> = z.strictObject({
  heldOut: z.array(identifier).min(1),
  calls: z
    .array(call)
    .refine(
      (all) => new Set(all.flatMap((it) => it.names)).size === all.flatMap((it) => it.names).length,
      'a call stands twice',
    ),
  firstOpen: call,
  bySignal: call,
  crowdedFutex: call,
  otherwise: call,
});

/** What explain knows beforehand, beside the probes. @throws SeebenchError `explanation-invalid` */
export function loadExplainCatalogue(dir: string): ExplainCatalogue {
  return loadYaml(join(dir, 'explain.yaml'), schema, 'explanation');
}
