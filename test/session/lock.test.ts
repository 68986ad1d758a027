import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { processStart } from '../../src/host/index.js';
import { lockHolder, RunLock } from '../../src/session/index.js';
import { scratch } from '../store/fixture.js';

const held = (dir: string, holder: object | string): void =>
  writeFileSync(join(dir, 'run.lock'), typeof holder === 'string' ? holder : JSON.stringify(holder));

describe('the lock of a host', () => {
  it('is held by one: the second is refused, and told who holds it', async () => {
    const dir = join(await scratch(), 'state');
    const lock = RunLock.acquire(dir, 'run 20261123-1');
    expect(() => RunLock.acquire(dir, 'run 20261123-2')).toThrow(
      expect.objectContaining({
        code: 'run-in-progress',
        exitCode: 2,
        message: `run 20261123-1 is in progress on this host (process ${process.pid})`,
      }),
    );
    expect(lockHolder(dir)).toMatchObject({ pid: process.pid, what: 'run 20261123-1' });
    lock.release();
    expect(lockHolder(dir)).toBeNull();
    RunLock.acquire(dir, 'run 3').release();
    expect(readdirSync(dir)).toEqual([]);
  });

  it('is respected while another process holds it, and free when that was killed', async () => {
    const dir = await scratch();
    const other = spawn('/bin/sleep', ['60'], { stdio: 'ignore' });
    held(dir, { pid: other.pid, processStart: processStart(other.pid!), what: 'run first' });
    expect(() => RunLock.acquire(dir, 'run second')).toThrow(/run first is in progress/);
    other.kill('SIGKILL');
    await new Promise((resolve) => other.on('exit', resolve));
    const lock = RunLock.acquire(dir, 'run second');
    expect(lockHolder(dir)).toMatchObject({ what: 'run second' });
    lock.release();
  });

  it.each([
    ['of a process that ended', () => ({ pid: spawnSync('/bin/true').pid, processStart: 'x:1', what: 'old' })],
    [
      'of an earlier process with a number that is used again',
      () => ({ pid: process.pid, processStart: 'other-boot:1', what: 'old' }),
    ],
    [
      'of a process whose start is not known',
      () => ({ pid: spawnSync('/bin/true').pid, processStart: null, what: 'old' }),
    ],
    ['that holds nothing', () => ''],
    ['that holds something else', () => '[1, 2'],
  ])('is taken over from a file %s', async (_what, holder) => {
    const dir = await scratch();
    held(dir, holder());
    expect(lockHolder(dir)).toBeNull();
    const lock = RunLock.acquire(dir, 'new');
    expect(JSON.parse(readFileSync(join(dir, 'run.lock'), 'utf8'))).toMatchObject({ pid: process.pid, what: 'new' });
    lock.release();
    expect(existsSync(join(dir, 'run.lock'))).toBe(false);
  });
});
