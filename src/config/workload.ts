import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { Workload } from '../model/index.js';
import { LAYERS, metricOf, SeebenchError, WORKLOAD_CLASSES } from '../model/index.js';
import { identifier } from './profile.js';
import { loadYaml } from './yaml.js';

const sizeSchema = z.strictObject({
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  timeoutMs: z.number().int().min(100).max(86_400_000),
  memoryBytes: z
    .number()
    .int()
    .min(64 * 2 ** 20),
  data: z.array(z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'expected the name of a data set')).default([]),
});

export const manifestSchema = z
  .strictObject({
    id: identifier,
    title: z.string().min(1).max(60),
    class: z.enum(WORKLOAD_CLASSES as [string, ...string[]]),
    description: z.string().min(1),
    command: z.array(z.string().min(1)).min(1),
    headline: z
      .string()
      .refine((name) => metricOf(name) !== undefined, 'expected the name of a metric; see `seebench list metrics`'),
    workUnit: z.string().max(20).nullable().default(null),
    digest: z.boolean(),
    warmPoint: z.enum(['imports']).nullable().default(null),
    layer: z.enum(LAYERS).nullable().default(null),
    needs: z
      .strictObject({ modules: z.array(z.string()).default([]), files: z.array(z.string()).default([]) })
      .default({ modules: [], files: [] }),
    sizes: z.strictObject({ smoke: sizeSchema, quick: sizeSchema, full: sizeSchema }),
  })
  .refine(({ layer, warmPoint }) => layer === null || warmPoint === null, {
    path: ['warmPoint'],
    error: 'only a Python program can be saved at a warm point: leave it or the layer out',
  });

/** Where a workload's manifest stands in its directory. */
export const MANIFEST = 'manifest.yaml';

/** Reads one manifest. @throws SeebenchError `workload-manifest-invalid` with file, line and field. */
export function loadWorkload(dir: string): Workload {
  const file = join(dir, MANIFEST);
  const manifest = loadYaml(file, manifestSchema, 'workload manifest');
  if (manifest.id !== basename(dir)) {
    throw new SeebenchError(
      'workload-manifest-invalid',
      `${file}: id: expected \`${basename(dir)}\`, the name of its directory, not \`${manifest.id}\``,
      'make the two equal',
    );
  }
  return { ...manifest, class: manifest.class as Workload['class'], dir: resolve(dirname(file)) };
}

/**
 * All workloads below some directories, in order of class and name. A directory whose name begins with `_` is shared code.
 * @throws SeebenchError `workload-twice` when two directories hold the same id.
 */
export function loadWorkloads(dirs: readonly string[]): readonly Workload[] {
  const found = new Map<string, Workload>();
  for (const dir of dirs) {
    if (!existsSync(dir))
      throw new SeebenchError('workloads-missing', `there is no workload directory ${dir}`, 'check --workloads-dir');
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      if (!entry.isDirectory() || /^[_.]/.test(entry.name)) continue;
      const workload = loadWorkload(join(dir, entry.name));
      const other = found.get(workload.id);
      if (other)
        throw new SeebenchError(
          'workload-twice',
          `workload \`${workload.id}\` stands in ${other.dir} and in ${workload.dir}`,
          'rename one of them',
        );
      found.set(workload.id, workload);
    }
  }
  const order = (workload: Workload): number => WORKLOAD_CLASSES.indexOf(workload.class);
  return [...found.values()].toSorted((a, b) => order(a) - order(b) || a.id.localeCompare(b.id));
}
