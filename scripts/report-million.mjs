// A run of at least a million samples, made of copies of a real run's trials: `make FROM DIR`. And its report, timed from the first
// byte read to the last one written, in a process of its own: `report DIR OUT`, which prints {samples, seconds, peakMb}.
import { join } from 'node:path';
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
  await writeReport([run], summarize(run), join(out, 'report'), { generatedAt: new Date(), errorRates: null });
  const seconds = (performance.now() - startedAt) / 1000;
  const peakMb = Math.round((process.resourceUsage().maxRSS * 1024) / 1e6);
  console.log(JSON.stringify({ samples: run.samples.length, seconds, peakMb }));
}

const [step, ...paths] = process.argv.slice(2);
await { make, report }[step](...paths);
