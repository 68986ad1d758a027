// A run of at least a million samples, made of copies of a real run's trials: `make FROM DIR`. And its report, timed from the first
// byte read to the last one written, in a process of its own: `report DIR OUT`, which prints {samples, seconds, peakMb}; and the same of
// statistics and verdict, of the second environment after native against the first: `verdict DIR`.
import { join } from 'node:path';
import { policySchema } from '../dist/config/index.js';
import { comparisonsWithin, gateVerdict } from '../dist/gate/index.js';
import { writeReport } from '../dist/report/index.js';
import { summarize } from '../dist/stats/index.js';
import { readRun, RunWriter } from '../dist/store/index.js';

const SAMPLES = 1_000_000;

async function make(from, dir) {
  const { manifest, trials, samples } = await readRun(from);
  const own = trials.map(() => []);
  for (let i = 0; i < samples.length; i++) {
    const code = samples.codes[i];
    own[samples.trialIndex[i]].push({
      metric: samples.metrics[code],
      unit: samples.units[code],
      iteration: samples.iteration[i],
      value: samples.value[i],
    });
  }
  const blocks = Math.max(...trials.map(({ block }) => block)) + 1;
  const copies = Math.ceil(SAMPLES / samples.length);
  const writer = await RunWriter.create(dir, manifest);
  let sequence = 0;
  for (let copy = 0; copy < copies; copy++) {
    for (const [i, trial] of trials.entries()) {
      const block = trial.block + copy * blocks;
      const id = `${block}--${trial.id.split('--').slice(1).join('--')}`;
      await writer.appendTrial({ ...trial, id, block, sequence: sequence++, samples: own[i] });
    }
  }
  const state = { kind: 'complete', finishedAtMs: Date.now() };
  await writer.finish({ ...manifest, state }, []);
}

async function report(dir, out) {
  const startedAt = performance.now();
  const run = await readRun(dir);
  await writeReport([run], summarize(run), join(out, 'report'), {
    generatedAt: new Date(),
    errorRates: null,
    conformance: null,
    changes: [],
  });
  tell(run, startedAt);
}

async function verdict(dir) {
  const startedAt = performance.now();
  const run = await readRun(dir);
  const rows = summarize(run);
  const [, baseline, candidate] = run.manifest.plan.environments;
  const policy = policySchema.parse({});
  const comparisons = comparisonsWithin(run, candidate, baseline, null);
  const { sentence } = gateVerdict({
    run: run.manifest.id,
    candidate,
    baseline,
    comparisons,
    policy,
    notes: [],
    errorRates: null,
    today: new Date().toISOString().slice(0, 10),
  });
  tell(run, startedAt, { rows: rows.length, sentence });
}

function tell(run, startedAt, more = {}) {
  const seconds = (performance.now() - startedAt) / 1000;
  const peakMb = Math.round((process.resourceUsage().maxRSS * 1024) / 1e6);
  console.log(JSON.stringify({ samples: run.samples.length, seconds, peakMb, ...more }));
}

const [step, ...paths] = process.argv.slice(2);
await { make, report, verdict }[step](...paths);
