import { copyFile, mkdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rng } from '../../src/stats/index.js';
import { RunWriter, readRun } from '../../src/store/index.js';
import { manifest, scratch, trial } from './fixture.js';

const sample = (value: number) => ({ metric: 'iteration_ns', unit: 'ns', iteration: 0, value });
const sizeOf = async (file: string) => (await stat(file)).size;

/** Writes three trials with a sample each; sizes of a stream after its opening and after each trial. */
async function written(dir: string, kind: 'trials' | 'samples'): Promise<number[]> {
  const writer = await RunWriter.create(dir, manifest());
  const sizes = [await sizeOf(join(dir, `${kind}.arrows`))];
  for (let i = 0; i < 3; i++) {
    await writer.appendTrial(trial(i, { samples: [sample(i)] }));
    sizes.push(await sizeOf(join(dir, `${kind}.arrows`)));
  }
  // Not closed: a kill does not say good-bye.
  return sizes;
}

describe('a run whose writer was killed', () => {
  it.each(['trials', 'samples'] as const)('gives back every complete trial, wherever %s was cut off', async (kind) => {
    const dir = await scratch();
    const sizes = await written(dir, kind);
    const end = sizes.at(-1)!;
    const random = rng(kind);
    const near = sizes.flatMap((size) => Array.from({ length: 19 }, (_, i) => size - 9 + i));
    const positions = [0, ...near, ...Array.from({ length: 120 }, () => Math.floor(random() * end))];
    const file = join(dir, `${kind}.arrows`);
    const whole = await readFile(file);
    for (const position of positions.filter((at) => at >= 0 && at <= end).toSorted((a, b) => b - a)) {
      await writeFile(file, whole.subarray(0, position));
      const complete = sizes.slice(1).filter((size) => size <= position).length;
      const run = await readRun(dir);
      expect([position, run.trials.length]).toEqual([position, kind === 'trials' ? complete : 3]);
      // A sample without its trial is not given out.
      expect([position, ...run.samples.value]).toEqual([position, ...[0, 1, 2].slice(0, complete)]);
    }
  });

  it('says that something was lost', async () => {
    const dir = await scratch();
    const sizes = await written(dir, 'trials');
    expect((await readRun(dir)).truncated).toBe(false);
    await truncate(join(dir, 'trials.arrows'), sizes[3]! - 1);
    expect((await readRun(dir)).truncated).toBe(true);
  });

  it('goes on in new files, and takes nothing of the trial that was lost', async () => {
    const dir = await scratch();
    const sizes = await written(dir, 'trials');
    await truncate(join(dir, 'trials.arrows'), sizes[2]! + 100);
    const next = await RunWriter.resume(dir);
    await next.appendTrial(trial(2, { id: 'again', samples: [sample(22)] }));
    await next.close();
    const run = await readRun(dir);
    expect(run.trials.map((t) => t.id)).toEqual(['0-true-0', '0-true-1', 'again']);
    expect([...run.samples.value]).toEqual([0, 1, 22]);
    expect([...run.samples.trialIndex]).toEqual([0, 1, 2]);
    expect(await sizeOf(join(dir, 'trials.arrows'))).toBe(sizes[2]! + 100);
  });

  it('can be killed again and again', async () => {
    const dir = await scratch();
    const first = await RunWriter.create(dir, manifest());
    await first.appendTrial(trial(0));
    for (let i = 1; i <= 11; i++) await (await RunWriter.resume(dir)).appendTrial(trial(i));
    expect((await readRun(dir)).trials.map((t) => t.sequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('can be read when the kill came between the making of its two streams', async () => {
    const dir = await scratch();
    await written(dir, 'trials');
    const copy = join(dir, 'copy');
    await mkdir(copy);
    await copyFile(join(dir, 'run.json'), join(copy, 'run.json'));
    await writeFile(join(copy, 'trials.arrows'), '');
    expect((await readRun(copy)).trials).toEqual([]);
    await (await RunWriter.resume(copy)).appendTrial(trial(0));
    expect((await readRun(copy)).trials).toHaveLength(1);
  });
});
