// Writes the JSON Schemas of the files that people write or commit, from the schemas that read them. `--check` tells whether they are current.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { baselineSchema } from '../dist/gate/baseline.js';
import { configSchema, manifestSchema, policySchema, profileSchema, settingsSchema } from '../dist/config/index.js';

const SCHEMAS = {
  profile: ['A profile of seebench (docs/profiles.md)', profileSchema],
  workload: ['The manifest of a workload of seebench (docs/workloads.md)', manifestSchema],
  policy: ['A policy of seebench gate (docs/gate.md)', policySchema],
  baseline: ['A baseline of seebench gate (docs/gate.md)', baselineSchema],
  settings: ['The catalogue of settings of seebench tune (docs/tune.md)', settingsSchema],
  config: ['A config file of seebench (docs/profiles.md)', configSchema],
};

mkdirSync('schemas', { recursive: true });
let stale = 0;
for (const [name, [title, schema]] of Object.entries(SCHEMAS)) {
  const file = `schemas/${name}.schema.json`;
  const text = `${JSON.stringify({ title, ...z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) }, null, 2)}\n`;
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    stale++;
    console.error(`${file} is not current: run \`node scripts/schemas.mjs\``);
  }
}
process.exitCode = stale === 0 ? 0 : 1;
