import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { readPlain, writeText } from './disk.js';

const outcome = z.enum(['passed', 'skipped', 'failed', 'hung', 'crashed', 'absent']);
/** As launches of tests are read: one line. */
const line = z.string().regex(/^\P{Cc}*$/u);
const schema = z.strictObject({
  key: z.string(),
  modules: z.array(
    z.strictObject({
      suite: z.string(),
      name: z.string(),
      said: z.string(),
      ms: z.number(),
      tests: z.array(z.tuple([line, outcome, line])),
    }),
  ),
});

/** What became of the tests of one module; the part of it that is kept. */
interface KeptModule {
  readonly module: { readonly suite: string; readonly name: string };
  readonly tests: ReadonlyMap<string, { readonly outcome: z.infer<typeof outcome>; readonly detail: string }>;
  readonly done: boolean;
  readonly said: string;
  readonly ms: number;
}

/** Keeps the outcomes of some modules, as lists of name, outcome and what was said. @throws SeebenchError `disk-full` */
export async function writeShard(file: string, key: string, states: readonly KeptModule[]): Promise<void> {
  const modules = states.map(({ module, said, ms, tests }) => ({
    ...module,
    said,
    ms,
    tests: [...tests].map(([name, test]) => [name, test.outcome, test.detail]),
  }));
  await mkdir(dirname(file), { recursive: true });
  await writeText(file, `${JSON.stringify({ key, modules })}\n`);
}

/** What was kept under this key; `null` where there is nothing, or something else. */
export async function readShard(file: string, key: string): Promise<KeptModule[] | null> {
  let value: unknown;
  try {
    value = JSON.parse((await readPlain(file)).toString('utf8'));
  } catch {
    return null;
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success || parsed.data.key !== key) return null;
  return parsed.data.modules.map(({ suite, name, said, ms, tests }) => ({
    module: { suite, name },
    said,
    ms,
    done: true,
    tests: new Map(tests.map(([test, how, detail]) => [test, { outcome: how, detail }])),
  }));
}
