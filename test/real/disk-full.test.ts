import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Place, WORKLOADS } from './harness.js';

const RUN = ['--suite', 'smoke', '--env', 'gvisor-systrap', '--workloads-dir', WORKLOADS, '--workload', 'good,exits-3'];
const BLOCKS = 4;
const TRIALS = 2 * 2 * BLOCKS;

/** A small file system of its own, in memory. */
class SmallDisk {
  readonly dir: string;
  constructor(dir: string, size: string) {
    this.dir = dir;
    mkdirSync(dir);
    this.#do('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir);
  }
  resize(size: string): void {
    this.#do('mount', '-o', `remount,size=${size}`, this.dir);
  }
  remove(): void {
    this.#do('umount', '--lazy', this.dir);
    rmSync(this.dir, { recursive: true });
  }
  #do(file: string, ...args: readonly string[]): void {
    const { status, stderr } = spawnSync(file, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }
}

describe('a disk that gets full in the middle of a run', () => {
  const place = new Place();
  let disk: SmallDisk;
  let run: string;
  beforeAll(() => {
    disk = new SmallDisk(join(place.dir, 'disk'), '96k');
    run = join(disk.dir, 'run');
  });
  afterAll(async () => {
    disk.remove();
    await place.remove();
  });

  it('ends it with 2 and a remedy; what was measured before stays readable', async () => {
    const said = await place.run('run', ...RUN, '--blocks', String(BLOCKS), '--out', run);
    expect({ status: said.status, stderr: said.stderr }).toMatchObject({ status: 2 });
    expect(said.stderr).toMatch(/error\[disk-full\]: .*No space left|error\[disk-full\]: .*no space left/);
    expect(said.stderr).toContain('seebench resume');
    const stored = await place.stored(run);
    expect(stored.trials.length).toBeGreaterThan(0);
    expect(stored.trials.length).toBeLessThan(TRIALS);
    expect(
      stored.trials
        .filter(({ caseId }) => caseId.startsWith('good'))
        .every(({ outcome }) => outcome.kind === 'completed'),
    ).toBe(true);
    const { mounts, ...left } = place.leftovers();
    expect(left).toEqual({ processes: [], cgroups: [], state: [], temporary: [] });
    expect(mounts).toHaveLength(1);
  });

  it('lets resume go on when there is space again', async () => {
    const before = await place.stored(run);
    disk.resize('64m');
    const said = await place.run('resume', run, '--workloads-dir', WORKLOADS);
    expect({ status: said.status, stderr: said.stderr }).toMatchObject({ status: 0 });
    const stored = await place.stored(run);
    expect(stored.manifest.state.kind).toBe('complete');
    expect(stored.trials).toHaveLength(TRIALS);
    expect(stored.trials.slice(0, before.trials.length)).toEqual(before.trials);
  });

  it('does not put half a report in the place of a whole one', async () => {
    rmSync(join(place.cwd, 'reports'), { recursive: true, force: true });
    mkdirSync(join(disk.dir, 'reports'));
    symlinkSync(join(disk.dir, 'reports'), join(place.cwd, 'reports'));
    const whole = await place.json('report', run);
    const page = readFileSync(String(whole['report']), 'utf8');
    expect(spawnSync('sh', ['-c', `yes | dd of=${join(disk.dir, 'filler')} bs=64k 2>/dev/null`]).status).not.toBe(0);
    const said = await place.run('report', run);
    expect({ status: said.status, stderr: said.stderr }).toMatchObject({ status: 2 });
    expect(said.stderr).toContain('error[disk-full]');
    expect(readFileSync(String(whole['report']), 'utf8')).toBe(page);
    rmSync(join(disk.dir, 'filler'));
    writeFileSync(join(disk.dir, 'probe'), 'there is space again');
  });
});
