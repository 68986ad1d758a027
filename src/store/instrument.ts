import { join } from 'node:path';
import { z } from 'zod';
import { MARK_NAMES, OUTCOME_KINDS, SeebenchError, type InstrumentedTrial } from '../model/index.js';
import { readPlain, writeText } from './disk.js';

/** What instrumented trials told, in the directory of their run: one a line. */
export const INSTRUMENTED_FILE = 'instrumented.jsonl';

/** Larger is no file of ours. */
const MOST_BYTES = 256 * 2 ** 20;
const amount = z.number().min(0).max(1e18);
/** Of one number in one segment: no trial lasts long enough for more. */
const MOST_CALLS = 1e12;
const whole = z
  .int()
  .min(0)
  .max(2 ** 32);
const name = z
  .string()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u);
const role = z.enum(['guest', 'sentry', 'gofer', 'stub']);
const usage = {
  segment: whole,
  userNs: amount,
  systemNs: amount,
  faults: amount,
};

const schema: z.ZodType<InstrumentedTrial> = z.object({
  case: name,
  environment: name,
  // Not in runs before there were any.
  variables: z.record(name, z.string().max(4096)).default({}),
  outcome: z.enum(OUTCOME_KINDS),
  wallNs: amount.nullable(),
  marks: z.partialRecord(z.enum(MARK_NAMES), amount),
  iterationNs: z.array(amount).max(100_000),
  usage: z
    .array(
      z.object({
        ...usage,
        waits: amount,
        preemptions: amount,
        readBytes: amount,
        writtenBytes: amount,
        vmas: amount,
      }),
    )
    .max(10_000),
  host: z.array(z.object({ ...usage, role, processes: whole, switches: amount })).max(100_000),
  counts: z
    .array(z.object({ segment: whole, role, number: whole, count: z.int().min(0).max(MOST_CALLS) }))
    // A program that did nothing was not counted.
    .min(1)
    .max(200_000)
    .nullable(),
  uncounted: name.nullable(),
  gvisor: z.record(name, z.number()).nullable(),
});

/** Stores what instrumented trials told. @throws SeebenchError `disk-full` */
export async function writeInstrumented(dir: string, trials: readonly InstrumentedTrial[]): Promise<void> {
  await writeText(join(dir, INSTRUMENTED_FILE), trials.map((it) => `${JSON.stringify(it)}\n`).join(''));
}

/**
 * Reads what instrumented trials of a run told.
 * @throws SeebenchError `not-instrumented`, `instrumented-invalid`
 */
export async function readInstrumented(dir: string): Promise<InstrumentedTrial[]> {
  const file = join(dir, INSTRUMENTED_FILE);
  let text: string;
  try {
    const bytes = await readPlain(file);
    if (bytes.length > MOST_BYTES) throw new Error(`it has ${bytes.length} bytes`);
    text = bytes.toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new SeebenchError(
        'not-instrumented',
        `${dir} is a run without instrumented trials: nothing tells what its workloads do`,
        'make one that has them: seebench run --instrument',
      );
    throw invalid(file, (error as Error).message);
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => {
      try {
        return schema.parse(JSON.parse(line));
      } catch (error) {
        const issue = error instanceof z.ZodError ? error.issues[0]! : null;
        const why = issue ? `${issue.path.join('.') || 'line'}: ${issue.message}` : (error as Error).message;
        throw invalid(file, `line ${index + 1}: ${why.slice(0, 200)}`);
      }
    });
}

function invalid(file: string, why: string): SeebenchError {
  return new SeebenchError(
    'instrumented-invalid',
    `${file} cannot be used: ${why}`,
    'measure again: seebench run --instrument',
  );
}
