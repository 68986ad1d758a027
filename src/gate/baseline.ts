import { z } from 'zod';
import { SCHEMA_VERSION, SeebenchError } from '../model/index.js';
import type { Side } from './side.js';

/** A ratio beyond e^±40 is no measurement. */
const logRatio = z.number().min(-40).max(40);
const count = z.number().int().nonnegative();
const record = <T extends z.ZodType>(value: T) => z.record(z.string(), value);

const sideSchema = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  kind: z.literal('seebench-baseline'),
  run: z.string().min(1).max(200),
  seebenchVersion: z.string(),
  fingerprint: z.string(),
  host: z.string(),
  versions: record(z.string().nullable()),
  unavailable: record(z.string()),
  digests: record(z.string()),
  params: record(record(z.union([z.string(), z.number(), z.boolean()]))),
  absolute: z.boolean(),
  entries: z.array(
    z.strictObject({
      case: z.string().min(1),
      environment: z.string().min(1),
      metric: z.string().min(1),
      better: z.enum(['lower', 'higher']),
      logRatios: z.array(logRatio),
      tally: z.strictObject({ completed: count, other: count, text: z.string() }),
    }),
  ),
}) satisfies z.ZodType<Side>;

/**
 * Reads a baseline file.
 * @throws SeebenchError `baseline-invalid` (field and what was expected), `schema-unknown` for another version
 */
export function parseBaseline(text: string, file: string): Side {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(file, `it is no JSON: ${(error as Error).message}`);
  }
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === 'number' && version !== SCHEMA_VERSION)
    throw new SeebenchError(
      'schema-unknown',
      `baseline ${file} has schema version ${version}; this seebench knows ${SCHEMA_VERSION}`,
      'make it again with: seebench gate RUN --write-baseline FILE',
    );
  const result = sideSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw invalid(file, `${issue.path.join('.') || 'file'}: ${issue.message}`);
}

function invalid(file: string, why: string): SeebenchError {
  return new SeebenchError(
    'baseline-invalid',
    `baseline ${file}: ${why}`,
    'make it again with: seebench gate RUN --write-baseline FILE',
  );
}
