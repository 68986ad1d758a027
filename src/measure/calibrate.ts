import { Bench } from 'tinybench';
import type { Calibration } from '../model/index.js';
import { launch } from '../process/index.js';

const SPAWNS = 20;
const CLOCK_READS = 1000;

/**
 * What the harness costs itself: an empty static program through the same launcher, and two reads of the clock in a row.
 * Figures are reported beside the results and subtracted from nothing.
 */
export async function calibrate(launcher: string, scratchDir: string): Promise<Calibration> {
  const spawnNs: number[] = [];
  const bench = new Bench({ iterations: SPAWNS, time: 0, warmup: false, retainSamples: true });
  bench.add(
    'spawn',
    async () => {
      const { report } = await launch([launcher, '--noop'], { launcher, join: [], scratchDir, deadlineMs: 10_000 });
      spawnNs.push(Number(report.exitMonoNs - report.spawnMonoNs));
    },
    // Told that it is asynchronous, tinybench does not call it once more to find out.
    { async: true },
  );
  await bench.run();
  const clockNs: number[] = [];
  for (let i = 0; i < CLOCK_READS; i++) {
    const before = process.hrtime.bigint();
    clockNs.push(Number(process.hrtime.bigint() - before));
  }
  return { spawnNs, clockNs };
}
