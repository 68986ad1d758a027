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
const rows = (name: string) =>
  z.array(z.looseObject({ [name]: text, environment: text, answer: text, ok: z.boolean() })).max(100_000);
/** What others read of it; the rest is as it was written. */
const schema = z.looseObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  run: text,
  containment: rows('probe'),
  limits: rows('limit'),
  features: rows('feature'),
  areas: rows('area'),
  compat: z
    .array(z.looseObject({ suite: text, environment: text, answer: text, tests: z.number(), ok: z.boolean() }))
    .max(10_000)
    .default([]),
  differences: z
    .array(z.looseObject({ suite: text, test: text, environment: text, here: text, flaky: z.boolean(), detail: text }))
    .max(100_000)
    .default([]),
  environments: z.array(z.looseObject({ id: text })),
  problems: z.array(text),
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
