import { readFileSync, statSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { SeebenchError } from '../model/index.js';

/** A person's file is small; something else is a mistake (or worse: to find keys that are there twice takes the square of their number). */
const MAX_BYTES = 256 * 1024;
/** More tell nobody anything. */
const MAX_PROBLEMS = 20;

/**
 * Reads a YAML or JSON file of a person and checks it.
 * @param kind what the file is, for messages: `workload manifest`, `profile`, `config`.
 * @throws SeebenchError `<kind>-unreadable` or `<kind>-invalid`, with the file, line, field and what was expected.
 */
export function loadYaml<T>(file: string, schema: z.ZodType<T>, kind: string): T {
  const code = kind.replaceAll(' ', '-');
  let text: string;
  try {
    // A pipe or a device might never end.
    if (!statSync(file).isFile()) throw new Error('it is no regular file');
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new SeebenchError(
      `${code}-unreadable`,
      `cannot read ${kind} ${file}: ${(error as Error).message}`,
      'check the path and its permissions',
    );
  }
  if (text.length > MAX_BYTES) {
    throw new SeebenchError(
      `${code}-invalid`,
      `${kind} ${file} has ${text.length} characters; at most ${MAX_BYTES} make sense`,
      'check that this is the right file',
    );
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const broken = document.errors[0];
  if (broken) {
    const line = broken.linePos?.[0].line ?? 1;
    throw new SeebenchError(
      `${code}-invalid`,
      `${file}:${line}: ${broken.message.split('\n')[0]}`,
      'mend the YAML at that line',
    );
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // An alias without its anchor, or a file that grows without bounds when its aliases are put in.
    throw new SeebenchError(`${code}-invalid`, `${file}: ${(error as Error).message}`, 'mend the YAML’s aliases');
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const all = result.error.issues.flatMap((issue) => {
    const path = issue.path as (string | number)[];
    // An unknown field is reported with its parent’s path.
    const fields = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
    const message = issue.code === 'unrecognized_keys' ? 'there is no such field' : issue.message;
    return fields.map((field) => ({ field, message }));
  });
  const problems = all
    .slice(0, MAX_PROBLEMS)
    .map(({ field, message }) => `${file}:${lineOf(field)}: ${field.join('.') || 'file'}: ${message}`);
  if (all.length > MAX_PROBLEMS) problems.push(`${file}: and ${all.length - MAX_PROBLEMS} more`);
  throw new SeebenchError(
    `${code}-invalid`,
    problems.join('\n'),
    `mend the ${kind}; its fields are described in docs/`,
  );

  /** Line of a field, or of the nearest parent that is there. */
  function lineOf(path: (string | number)[]): number {
    for (let length = path.length; length >= 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
      if (node?.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  }
}
