import { z } from 'zod';
import { SCHEMA_VERSION, SeebenchError } from '../model/index.js';
import type { Side } from './side.js';

/** A ratio of two values of which neither lies beyond e^±40. */
const logRatio = z.number().min(-80).max(80);
const count = z.number().int().nonnegative();
const name = z.string().min(1).max(200);
const text = z.string().max(2000);
const record = <T extends z.ZodType>(value: T) => z.record(z.string(), value);

/**
 * A baseline file, as `gate --write-baseline` writes it.
 * @public `scripts/schemas.mjs` publishes it.
 */
export const baselineSchema = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  kind: z.literal('seebench-baseline'),
  run: name,
  seebenchVersion: text,
  fingerprint: text,
  host: text,
  versions: record(text.nullable()),
  unavailable: record(text),
  settings: record(record(text)),
  answers: record(text),
  digests: record(text),
  params: record(record(z.union([text, z.number(), z.boolean()]))),
  // What a gate compares are ratios to native.
  absolute: z.literal(false),
  entries: z.array(
    z.strictObject({
      case: name,
      environment: name,
      metric: name,
      better: z.enum(['lower', 'higher']),
      logRatios: z.array(logRatio),
      unusable: count,
      measured: z.boolean(),
      tally: z.strictObject({ completed: count, other: count, text }),
    }),
  ),
}) satisfies z.ZodType<Side>;

/**
 * Reads a baseline file.
 * @throws SeebenchError `baseline-invalid` (field and what was expected), `schema-unknown` for another version
 */
export function parseBaseline(content: string, file: string): Side {
  let value: unknown;
  try {
    value = JSON.parse(content);
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
  const result = baselineSchema.safeParse(value);
  if (result.success) return result.data;
  // Of a foreign file everything is wrong: its kind says most.
  const issue = result.error.issues.find(({ path }) => path[0] === 'kind') ?? result.error.issues[0]!;
  throw invalid(file, `${issue.path.join('.') || 'file'}: ${issue.message}`);
}

function invalid(file: string, why: string): SeebenchError {
  return new SeebenchError(
    'baseline-invalid',
    `baseline ${file}: ${why}`,
    'make it again with: seebench gate RUN --write-baseline FILE',
  );
}
