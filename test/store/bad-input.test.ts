import { execFileSync } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Dictionary, Float64, Int32, makeData, makeVector, Table, Utf8, vectorFromArray } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { joinSamples } from '../../src/store/join-samples.js';
import { findCertificate, readRun, RunWriter, writeText } from '../../src/store/index.js';
import type { RunManifest } from '../../src/model/index.js';
import { manifest, scratch, trial } from './fixture.js';

const COMPLETE: RunManifest = manifest({ state: { kind: 'complete', finishedAtMs: 1 } });
const sample = { metric: 'm', unit: 'ns', iteration: 0, value: 1 };

/** A finished run of three trials, in streams alone or in result files, too. */
async function finished(results: boolean, sequences = [0, 1, 2]): Promise<string> {
  const dir = join(await scratch(), 'run');
  const writer = await RunWriter.create(dir, COMPLETE);
  for (const sequence of sequences) await writer.appendTrial(trial(sequence, { samples: [sample] }));
  await (results ? writer.finish(COMPLETE, []) : writer.close());
  return dir;
}

describe('a finished run', () => {
  it.each(['trials.arrow', 'samples.arrow', 'trials.arrows', 'samples.arrows'])(
    'of which %s is cut off anywhere is refused: what is left would pass for a smaller run',
    async (file) => {
      const dir = await finished(!file.endsWith('s'));
      await expect(readRun(dir)).resolves.toMatchObject({ trials: { length: 3 } });
      const { size } = await stat(join(dir, file));
      for (const cut of [size - 1, size - 8, Math.floor(size * 0.7), Math.floor(size / 3), 8, 0]) {
        await truncate(join(dir, file), cut);
        await expect(readRun(dir), `cut at ${cut}`).rejects.toMatchObject({ code: 'run-unreadable', exitCode: 2 });
      }
    },
  );

  it('without its trials, or with one of them twice, is refused', async () => {
    const empty = await scratch();
    await writeFile(join(empty, 'run.json'), JSON.stringify(COMPLETE));
    await expect(readRun(empty)).rejects.toThrow(/trials\.arrow.*missing or cut off/);
    await expect(readRun(await finished(true, [0, 1, 1]))).rejects.toThrow('holds trial 1 twice');
  });
});

describe('samples', () => {
  it('whose codes stand for nothing are refused, not taken for nameless ones', () => {
    const type = new Dictionary(new Utf8(), new Int32());
    const coded = (code: number) =>
      makeVector(
        makeData({ type, data: Int32Array.of(code), dictionary: vectorFromArray(['iteration_ns'], new Utf8()) }),
      );
    const batchOf = (code: number, unit: number) =>
      new Table({
        sequence: vectorFromArray([0], new Int32()),
        iteration: vectorFromArray([0], new Int32()),
        value: vectorFromArray([1], new Float64()),
        metric: coded(code),
        unit: coded(unit),
      }).batches[0]!;
    const joined = (code: number, unit = 0) =>
      joinSamples([{ batches: [batchOf(code, unit)], indexOfSequence: new Map([[0, 0]]) }]);
    expect(joined(0).metrics).toEqual(['iteration_ns']);
    for (const code of [1, 77, -1]) {
      expect(() => joined(code)).toThrow('row 0 of column "metric" has a code that stands for nothing');
      expect(() => joined(0, code)).toThrow('row 0 of column "unit" has a code that stands for nothing');
    }
  });
});

describe('a name in run.json', () => {
  it.each(['\u001b[31mred', 'a\n::error::b', '\u009b1m', '\u202eb', '', 'x'.repeat(201)])(
    'that would steer a terminal, break a line or fill a page is refused: %j',
    async (name) => {
      const dir = await scratch();
      const { plan, environments } = manifest();
      const refused = async (change: Partial<RunManifest>): Promise<void> => {
        await writeFile(join(dir, 'run.json'), JSON.stringify(manifest(change)));
        await expect(readRun(dir)).rejects.toMatchObject({ code: 'run-unreadable' });
      };
      await refused({ plan: { ...plan, cases: [{ ...plan.cases[0]!, id: name }] } });
      await refused({ plan: { ...plan, environments: [name] } });
      await refused({ environments: [{ ...environments[0]!, id: name }] });
    },
  );
});

describe('what is no regular file', () => {
  it('is not waited for', async () => {
    const dir = await finished(false);
    const results = await scratch();
    await mkdir(join(results, 'r'));
    execFileSync('mkfifo', [join(dir, 'host.fifo'), join(results, 'r', 'certificate.json')]);
    expect(await findCertificate(results, 'sha256:0')).toBeNull();
    execFileSync('mv', [join(dir, 'host.fifo'), join(dir, 'trials.arrows')]);
    await expect(readRun(dir)).rejects.toThrow('it is no regular file');
  });

  it('is written to, and stays what it is', async () => {
    const dir = await scratch();
    const fifo = join(dir, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const read = readFile(fifo, 'utf8');
    await writeText(fifo, 'verdict');
    expect(await read).toBe('verdict');
    expect((await lstat(fifo)).isFIFO()).toBe(true);
  });
});

describe('writing a file', () => {
  it('keeps a link, and a neighbour whose name looks temporary', async () => {
    const dir = await scratch();
    await writeFile(join(dir, 'real'), 'old');
    await writeFile(join(dir, 'real.tmp'), 'mine');
    await symlink('real', join(dir, 'link'));
    await writeText(join(dir, 'link'), 'new');
    expect(await readFile(join(dir, 'real'), 'utf8')).toBe('new');
    expect(await readFile(join(dir, 'real.tmp'), 'utf8')).toBe('mine');
    expect((await lstat(join(dir, 'link'))).isSymbolicLink()).toBe(true);
    expect(await readdir(dir)).toHaveLength(3);
  });

  it.each(['d', 'file/x', 'none/x', 'x'.repeat(300)])('says what is wrong with a path: %s', async (path) => {
    const dir = await scratch();
    await mkdir(join(dir, 'd'));
    await writeFile(join(dir, 'file'), 'old');
    await expect(writeText(join(dir, path), 'new')).rejects.toMatchObject({ code: 'file-unusable', exitCode: 2 });
    expect((await readdir(dir)).toSorted()).toEqual(['d', 'file']);
  });
});
