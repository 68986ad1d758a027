import { join } from 'node:path';
import { z } from 'zod';
import type { Feature, SnowparkArea } from '../model/index.js';
import { identifier } from './profile.js';
import { loadYaml } from './yaml.js';

const text = z.string().min(1);

function onlyOnce(items: readonly { readonly id: string }[]): boolean {
  return new Set(items.map(({ id }) => id)).size === items.length;
}

const feature: z.ZodType<Feature> = z.strictObject({
  id: identifier,
  does: text,
  cost: text,
  gvisor: z
    .strictObject({ answer: z.enum(['blocked', 'differs']), reason: text })
    .nullable()
    .default(null),
});
const featuresSchema: z.ZodType<{ readonly features: readonly Feature[] }> = z.strictObject({
  features: z.array(feature).min(1).refine(onlyOnce, 'an id stands twice'),
});

const area: z.ZodType<SnowparkArea> = z.strictObject({
  id: identifier,
  does: text,
  lacks: z
    .array(z.strictObject({ id: identifier, what: text }))
    .refine(onlyOnce, 'an id stands twice')
    .default([]),
});
const areasSchema: z.ZodType<{ readonly areas: readonly SnowparkArea[] }> = z.strictObject({
  areas: z.array(area).min(1).refine(onlyOnce, 'an id stands twice'),
});

/** What programs use, beside the program that uses it. @throws SeebenchError `features-invalid` */
export function loadFeatures(dir: string): readonly Feature[] {
  return loadYaml(join(dir, 'features.yaml'), featuresSchema, 'features').features;
}

/** Parts of Snowpark's API. @throws SeebenchError `areas-invalid` */
export function loadAreas(dir: string): readonly SnowparkArea[] {
  return loadYaml(join(dir, 'snowpark_areas.yaml'), areasSchema, 'areas').areas;
}
