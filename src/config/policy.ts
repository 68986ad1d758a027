import { z } from 'zod';
import { metricOf, oneLine, SeebenchError, type Policy } from '../model/index.js';
import { loadYaml } from './yaml.js';

const share = z.number().min(0).max(10);

/** A gate's policy as people write it; every field may be left out. */
export const policySchema = z.strictObject({
  metric: z.string().min(1).max(80).nullable().default(null),
  direction: z.enum(['both', 'worse']).default('both'),
  confidence: z.number().gt(0.5).lt(1).default(0.99),
  smallestEffect: share.default(0.03),
  equivalence: share.default(0.05),
  control: z.enum(['benjamini-hochberg', 'holm', 'none']).default('benjamini-hochberg'),
  ignore: z
    .array(
      z.strictObject({
        case: z.string().min(1),
        metric: z.string().nullable().default(null),
        reason: z.string().min(1, 'expected a reason: every ignored case has one'),
        expires: z.iso.date('expected a day such as 2027-01-31'),
      }),
    )
    .default([]),
  onInconclusive: z.enum(['pass', 'fail']).default('pass'),
}) satisfies z.ZodType<Policy>;

/**
 * The policy of a file; without one the default.
 * @param today ISO date: what is ignored is ignored until its day
 * @throws SeebenchError `policy-unreadable`, `policy-invalid` (file, line, field), `unknown-metric`, `ignore-expired`
 */
export function loadPolicy(file: string | undefined, today: string): Policy {
  const policy = file === undefined ? policySchema.parse({}) : loadYaml(file, policySchema, 'policy');
  if (policy.metric !== null && metricOf(policy.metric) === undefined)
    throw new SeebenchError(
      'unknown-metric',
      `${file}: there is no metric ${oneLine(policy.metric, 80)}`,
      'see `seebench list metrics`',
    );
  const expired = policy.ignore.find(({ expires }) => expires < today);
  if (expired)
    throw new SeebenchError(
      'ignore-expired',
      `${file}: ${expired.case} was to be ignored until ${expired.expires} (${expired.reason})`,
      'mend the case, or give the entry a new day and say why',
    );
  return policy;
}
