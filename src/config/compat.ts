import { join } from 'node:path';
import { z } from 'zod';
import type { CompatCause, TestSuite } from '../model/index.js';
import { identifier } from './profile.js';
import { loadYaml } from './yaml.js';

const text = z.string().min(1);
const names = z.array(text).min(1);
const pattern = z.string().refine((source) => {
  try {
    return new RegExp(source, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}, 'no regular expression');

const suite: z.ZodType<TestSuite> = z.strictObject({
  id: identifier,
  title: text,
  kind: z.enum(['unittest', 'pytest']),
  path: text,
  smoke: names,
  full: names,
  except: z.array(z.strictObject({ module: text, reason: text })).default([]),
});
const cause: z.ZodType<CompatCause> = z.strictObject({
  id: identifier,
  kind: z.enum(['syscall', 'file', 'network', 'memory', 'process', 'time', 'identity']),
  why: text,
  reference: text,
  test: pattern.default(''),
  detail: pattern.default(''),
});

/** Test suites that others wrote, and known causes of differences between environments. */
export interface Compat {
  readonly suites: readonly TestSuite[];
  readonly causes: readonly CompatCause[];
}

const schema: z.ZodType<Compat> = z.strictObject({ suites: z.array(suite).min(1), causes: z.array(cause).default([]) });

/** @throws SeebenchError `test-suites-invalid` */
export function loadCompat(dir: string): Compat {
  return loadYaml(join(dir, 'compat.yaml'), schema, 'test suites');
}
