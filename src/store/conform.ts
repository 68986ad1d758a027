import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import { SCHEMA_VERSION, SeebenchError, type Conformance } from '../model/index.js';
import { readPlain, writeText } from './disk.js';

/** What conform found, in the directory of its run. */
export const CONFORM_FILE = 'conform.json';

/** One line, as it goes into tables and onto terminals. */
const text = z
  .string()
  .max(1000)
  .regex(/^\P{Cc}*$/u);
const count = z.number().min(0).max(1e15);
const measured = z.number().min(-1e18).max(1e18).nullable();
const texts = z.array(text).max(100_000);
/** Rows of one part: what was asked, of whom, what came of it, and more. */
const rows = <More extends z.ZodRawShape>(name: string, more: More) =>
  z.array(z.looseObject({ [name]: text, environment: text, answer: text, ok: z.boolean(), ...more })).max(100_000);
const surfaceRow = z.looseObject({
  ...{ environment: text, role: text, processes: count, uid: count, capabilities: texts, namespaces: texts },
  ...{ noNewPrivileges: z.boolean(), intercepted: z.boolean(), filters: count.nullable(), used: texts.nullable() },
  reach: z.looseObject({ always: texts, sometimes: texts }).nullable(),
});
/** What a result holds. Parts that a version before did not know are empty. */
const schema = z.looseObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  run: text,
  environments: z
    .array(z.looseObject({ id: text, status: z.enum(['available', 'unavailable']), reason: text.nullable() }))
    .max(1000),
  containment: rows('probe', { expected: text, detail: text }),
  proof: z.array(z.looseObject({ probe: text, shown: z.boolean(), answer: text, detail: text })).default([]),
  unproved: texts.default([]),
  surface: z
    .looseObject({ known: count, cases: texts, notes: texts, rows: z.array(surfaceRow).max(10_000) })
    .nullable()
    .default(null),
  limits: rows('limit', {
    ...{ asked: count, unit: text, enforced: measured, seen: text, afterMs: measured, reason: text.nullable() },
  }),
  neighbours: z
    .array(z.looseObject({ limit: text, environment: text, n: count, slowdown: measured, ratios: z.array(z.number()) }))
    .default([]),
  limitHost: z.looseObject({ cgroup: text, controllers: texts, swapBytes: count }).nullable().default(null),
  features: rows('feature', {
    detail: text,
    launches: count,
    ns: measured,
    ratio: measured,
    low: measured,
    high: measured,
  }),
  areas: rows('area', { detail: text, digest: text.nullable(), lacks: z.array(z.looseObject({})) }),
  compat: rows('suite', {
    ...{ modules: count, tests: count, passed: count, failed: count, skipped: count, flaky: count, unnamed: count },
    ...{ onlyHere: texts, onlyNative: texts, ms: count },
    causes: z.array(z.looseObject({ cause: text, tests: count })),
  }).default([]),
  differences: z
    .array(
      z.looseObject({
        ...{ suite: text, module: text, test: text, environment: text, native: text, here: text, detail: text },
        ...{ flaky: z.boolean(), cause: text.nullable() },
      }),
    )
    .max(100_000)
    .default([]),
  problems: texts,
});

/** Stores what conform found, also as a table of all answers. @throws SeebenchError `disk-full` */
export async function writeConformance(dir: string, result: Conformance): Promise<void> {
  await writeText(join(dir, CONFORM_FILE), `${JSON.stringify(result, null, 2)}\n`);
  const all = [
    ...result.containment.map((row) => [
      'containment',
      row.probe,
      row.environment,
      row.answer,
      row.expected,
      '',
      row.ok,
      row.detail,
    ]),
    ...result.limits.map((row) => [
      'limits',
      row.limit,
      row.environment,
      row.answer,
      row.asked,
      row.enforced ?? '',
      row.ok,
      row.seen,
    ]),
    ...result.features.map((row) => [
      'features',
      row.feature,
      row.environment,
      row.answer,
      '',
      row.ratio ?? '',
      row.ok,
      row.detail,
    ]),
    ...result.compat.map((row) => [
      'compat',
      row.suite,
      row.environment,
      row.answer,
      row.tests,
      row.passed,
      row.ok,
      row.causes.map(({ cause, tests }) => `${cause} ${tests}`).join(', '),
    ]),
    ...result.differences.map((row) => [
      'compat test',
      row.test,
      row.environment,
      row.here,
      row.native,
      row.flaky ? 'flaky' : (row.cause ?? ''),
      row.flaky || row.cause !== null,
      row.detail,
    ]),
    ...result.areas.map((row) => ['snowpark', row.area, row.environment, row.answer, '', '', row.ok, row.detail]),
  ];
  const columns = ['part', 'name', 'environment', 'answer', 'asked', 'value', 'ok', 'detail'];
  // What begins like a formula is none, in any spreadsheet.
  await writeText(join(dir, 'conform.csv'), stringify([columns, ...all], { escape_formulas: true }));
}

/**
 * Reads what conform found.
 * @param ref the file, or the directory it lies in
 * @throws SeebenchError `conformance-invalid`
 */
export async function readConformance(ref: string): Promise<Conformance> {
  const isDir = await stat(ref).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  const file = isDir ? join(ref, CONFORM_FILE) : ref;
  const invalid = (why: string): SeebenchError =>
    new SeebenchError('conformance-invalid', `${file} is no result of conform: ${why}`, 'make one: seebench conform');
  let value: unknown;
  try {
    value = JSON.parse((await readPlain(file)).toString('utf8'));
  } catch (error) {
    throw invalid((error as Error).message.slice(0, 200));
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw invalid(`${path.join('.')}: ${message}`);
  }
  return parsed.data as unknown as Conformance;
}
