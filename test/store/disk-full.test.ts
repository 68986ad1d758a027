import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RunWriter, readRun } from '../../src/store/index.js';
import { manifest, scratch, trial } from './fixture.js';

/** A real file system of 256 KiB; `null` where this user must not mount. */
async function smallDisk(): Promise<string | null> {
  const dir = await scratch();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'seebench-test', dir], { stdio: 'ignore' });
  } catch {
    return null;
  }
  // Lazily: a writer that was not closed still has its files open.
  onTestFinished(() => void execFileSync('umount', ['--lazy', dir]));
  return dir;
}

describe('a disk that is full', () => {
  it('stops the run with exit code 2, keeps every trial before, and takes more when there is space again', async ({
    skip,
  }) => {
    const disk = (await smallDisk()) ?? skip('mounting is not allowed here');
    await writeFile(join(disk, 'ballast'), Buffer.alloc(64 * 1024));
    const writer = await RunWriter.create(join(disk, 'run'), manifest());
    const samples = Array.from({ length: 200 }, (_, iteration) => ({ metric: 'm', unit: 'ns', iteration, value: 1 }));
    let stored = 0;
    const fill = async (): Promise<never> => {
      for (;;) {
        await writer.appendTrial(trial(stored, { samples }));
        stored++;
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'disk-full', exitCode: 2 });
    expect(stored).toBeGreaterThan(3);
    const kept = await readRun(writer.dir);
    expect([kept.trials.length, kept.samples.length, kept.truncated]).toEqual([stored, 200 * stored, false]);

    await rm(join(disk, 'ballast'));
    await writer.appendTrial(trial(stored, { samples }));
    const after = await readRun(writer.dir);
    expect(after.trials).toHaveLength(stored + 1);
  });

  it('leaves run.json as it was', async ({ skip }) => {
    const disk = (await smallDisk()) ?? skip('mounting is not allowed here');
    const writer = await RunWriter.create(join(disk, 'run'), manifest());
    const large = manifest({ command: 'x'.repeat(400_000) });
    await expect(writer.updateManifest(large)).rejects.toMatchObject({ code: 'disk-full' });
    expect((await readRun(writer.dir)).manifest).toEqual(manifest());
  });
});
