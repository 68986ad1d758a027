import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RunWriter, linkLatest, readRun, resolveRun } from '../../src/store/index.js';
import { manifest, scratch, trial } from './fixture.js';

const storedRun = async (dir: string) => (await RunWriter.create(dir, manifest())).close();

describe('finding a run', () => {
  it('takes an id, a path, and latest', async () => {
    const results = await realpath(await scratch());
    await storedRun(join(results, 'r1'));
    await storedRun(join(results, 'elsewhere', 'r2'));
    expect(await resolveRun('r1', results)).toBe(join(results, 'r1'));
    expect(await resolveRun(join(results, 'elsewhere/r2'), '/nowhere')).toBe(join(results, 'elsewhere/r2'));
    await linkLatest(results, 'r1');
    expect(await resolveRun('latest', results)).toBe(join(results, 'r1'));
    await linkLatest(results, join(results, 'elsewhere', 'r2'));
    expect(await resolveRun('latest', results)).toBe(join(results, 'elsewhere/r2'));
  });

  it.each(['missing', 'latest', '..', '', '.hidden', 'a\0b', '<script>', './missing'])(
    'says run-not-found for %j',
    async (ref) => {
      await expect(resolveRun(ref, await scratch())).rejects.toMatchObject({ code: 'run-not-found', exitCode: 2 });
    },
  );
});

describe('reading a run', () => {
  const withManifest = async (text: string) => {
    const dir = await scratch();
    await writeFile(join(dir, 'run.json'), text);
    return dir;
  };

  it('says that there is none', async () => {
    await expect(readRun('/nowhere/at/all')).rejects.toMatchObject({ code: 'run-not-found' });
    await expect(readRun(await scratch())).rejects.toMatchObject({ code: 'run-not-found' });
  });

  it('says which version made a run that it does not understand', async () => {
    const dir = await withManifest(JSON.stringify({ schemaVersion: 99, everything: 'else' }));
    await expect(readRun(dir)).rejects.toMatchObject({
      code: 'schema-unknown',
      message: expect.stringContaining('99'),
    });
  });

  it.each([
    ['no JSON', '{"id":', 'JSON'],
    ['another thing', 'null', 'expected object'],
    [
      'a field of another type',
      JSON.stringify({ ...manifest(), plan: { ...manifest().plan, seed: 'x' } }),
      'plan.seed',
    ],
  ])('names the file and the problem when run.json is %s', async (_name, text, problem) => {
    const dir = await withManifest(text);
    const message = expect.stringMatching(new RegExp(`run\\.json.*${problem.replace('.', '\\.')}`, 's'));
    await expect(readRun(dir)).rejects.toMatchObject({ code: 'run-unreadable', message });
  });

  it('keeps fields of run.json that it does not know', async () => {
    const more = { ...manifest(), note: 'from a later minor version' };
    expect((await readRun(await withManifest(JSON.stringify(more)))).manifest).toEqual(more);
  });

  it('names the file when a stream is of something else', async () => {
    const dir = await scratch();
    const writer = await RunWriter.create(dir, manifest());
    await writer.appendTrial(trial(0, { samples: [{ metric: 'm', unit: 'ns', iteration: 0, value: 1 }] }));
    await writer.close();
    await writeFile(join(dir, 'trials.arrows'), await readFile(join(dir, 'samples.arrows')));
    const message = expect.stringContaining('trials.arrows');
    await expect(readRun(dir)).rejects.toMatchObject({ code: 'run-unreadable', message });
  });

  it('takes a stream of garbage for one without a complete trial, as after a crash of the machine', async () => {
    const dir = await scratch();
    await storedRun(dir);
    await writeFile(join(dir, 'trials.arrows'), Buffer.alloc(5000, 0x41));
    expect(await readRun(dir)).toMatchObject({ trials: [], truncated: true });
  });

  it('refuses to start a run where one is', async () => {
    const dir = await scratch();
    await storedRun(dir);
    await expect(RunWriter.create(dir, manifest())).rejects.toMatchObject({ code: 'run-exists', exitCode: 2 });
  });

  it('does not take other files for segments', async () => {
    const dir = await scratch();
    await storedRun(dir);
    await mkdir(join(dir, 'logs'));
    await writeFile(join(dir, 'trials.x.arrows'), 'x');
    expect((await readRun(dir)).trials).toEqual([]);
  });
});
