import { z } from 'zod';
import type { Outcome } from '../model/index.js';

const reason = z.string();
const OUTCOME = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('completed') }),
  z.object({ kind: z.literal('failed'), exitCode: z.number().nullable(), reason }),
  z.object({ kind: z.literal('timed-out'), afterMs: z.number(), reason }),
  z.object({ kind: z.literal('oom-killed'), limitBytes: z.number(), reason }),
  z.object({ kind: z.literal('crashed'), signal: z.string(), reason }),
  z.object({ kind: z.literal('mismatched'), expected: z.string(), got: z.string(), reason }),
  z.object({ kind: z.literal('skipped'), reason }),
]) satisfies z.ZodType<Outcome>;

const WARNINGS = z.array(z.string());

/** What an outcome holds besides kind and reason, which are columns. @throws RangeError for what cannot be read back */
export function outcomeDetail(outcome: Outcome): string {
  const { kind: _kind, reason: _reason, ...detail } = { reason: null, ...outcome };
  return finiteJson('outcome', detail);
}

/** Whole-trial values as JSON. @throws RangeError for a number that is not finite */
export function valuesJson(entries: readonly (readonly [string, number])[]): string {
  return finiteJson('values', Object.fromEntries(entries));
}

/** JSON would make `null` of NaN, and the run could not be read any more. */
function finiteJson(what: string, value: Readonly<Record<string, unknown>>): string {
  const bad = Object.entries(value).find(([, field]) => typeof field === 'number' && !Number.isFinite(field));
  if (bad) throw new RangeError(`${what}: ${bad[0]} cannot be stored: ${String(bad[1])}`);
  return JSON.stringify(value);
}

export function parseOutcome(kind: string | null, why: string | null, detail: string | null): Outcome {
  const rest: unknown = JSON.parse(detail ?? '{}');
  return OUTCOME.parse({ ...(rest as object), kind, ...(why === null ? {} : { reason: why }) });
}

export function parseValues(json: string | null): Readonly<Record<string, number>> {
  const values: unknown = JSON.parse(json ?? '{}');
  // By hand: zod's records leave a key `__proto__` out.
  const numbers = Object.values(values as object).every((value) => typeof value === 'number');
  if (!numbers) throw new Error('other_values holds what is no number');
  return values as Record<string, number>;
}

export function parseWarnings(json: string | null): readonly string[] {
  return WARNINGS.parse(JSON.parse(json ?? '[]'));
}
