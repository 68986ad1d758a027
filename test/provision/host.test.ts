import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { providePackages } from '../../src/provision/packages.js';
import { isRoot, must, plainEnv, searchPath, tied, which } from '../../src/provision/programs.js';
import { asNoSpace, checkRoom, freeBytes } from '../../src/provision/space.js';
import { scratch, workbench } from './scratch.js';

afterEach(() => vi.unstubAllEnvs());

const absent = { what: 'frobnicate', packages: ['frobnicator', 'libfrob-dev'], isThere: () => false };
const there = { what: 'sh', packages: ['dash'], isThere: () => true };

test('a missing package that may not be installed: the line to run, and exit 2', async () => {
  const { context, step, events } = workbench();
  const error = await providePackages([there, absent], false, context, step).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'packages-missing', exitCode: 2 });
  expect(`${(error as Error).message} ${(error as { remedy: string }).remedy}`).toMatch(
    /frobnicate.*run as root: apt-get update && apt-get install --yes --no-install-recommends frobnicator libfrob-dev$/,
  );
  expect(events.map(({ state }) => state)).not.toContain('working');
});

test('nothing missing: nothing is run', async () => {
  const { context, step, events } = workbench();
  await providePackages([there], true, context, step);
  expect(events.at(-1)).toMatchObject({ state: 'present', logFile: null });
});

test('too little room on the disk is said before anything else', () => {
  const cache = scratch();
  expect(() => checkRoom(cache, freeBytes(cache) + 1e12, false)).toThrow(
    expect.objectContaining({ code: 'no-space', exitCode: 2 }),
  );
  expect(() => checkRoom(path.join(cache, 'not', 'yet', 'there'), 1, true)).not.toThrow();
});

test.each(['ENOSPC: no space left on device, write', 'gcc ended with exit code 1\nNo space left on device'])(
  'a disk that becomes full is that error: %s',
  (message) => {
    expect(asNoSpace(new Error(message), '/cache')).toMatchObject({ code: 'no-space', exitCode: 2 });
    const other = new Error('no such thing');
    expect(asNoSpace(other, '/cache')).toBe(other);
  },
);

test('what changes a build is not taken from the user’s environment; where packages come from is', () => {
  vi.stubEnv('GOFLAGS', '-tags=other');
  vi.stubEnv('GOPROXY', 'https://proxy.example.org');
  vi.stubEnv('PIP_TARGET', '/elsewhere');
  vi.stubEnv('PIP_INDEX_URL', 'https://index.example.org/simple');
  vi.stubEnv('PYTHONPATH', '/elsewhere');
  const env = plainEnv();
  expect(env).toMatchObject({
    GOPROXY: 'https://proxy.example.org',
    PIP_INDEX_URL: 'https://index.example.org/simple',
  });
  for (const name of ['GOFLAGS', 'PIP_TARGET', 'PYTHONPATH']) expect(env).not.toHaveProperty(name);
});

test('programs in sbin are found with a user’s short PATH', () => {
  vi.stubEnv('PATH', '/usr/bin');
  expect(searchPath().split(':')).toEqual(expect.arrayContaining(['/usr/sbin', '/sbin']));
  expect(which('sh')).not.toBeNull();
  expect(which('no-such-program')).toBeNull();
});

test('a program that fails is an error with its last words and its log', async () => {
  const logFile = path.join(scratch(), 'log');
  const run = must('sh', ['-c', 'echo out; echo the reason >&2; exit 3'], {
    deadlineMs: 5000,
    logFile,
    doing: 'testing',
    code: 'test-failed',
  });
  await expect(run).rejects.toMatchObject({
    code: 'test-failed',
    message: 'testing: sh ended with exit code 3\nthe reason',
    remedy: expect.stringContaining(logFile),
  });
});

test('what set-up makes has usual modes whatever the umask', async () => {
  const before = process.umask(0o077);
  try {
    const file = path.join(scratch(), 'made');
    const [program, args] = tied('touch', [file]);
    await must(program, args, { deadlineMs: 5000, doing: 'touching', code: 'x' });
    expect((statSync(file).mode & 0o777).toString(8)).toBe('644');
  } finally {
    process.umask(before);
  }
});

test.runIf(isRoot())(
  'kill -9 of set-up ends its programs, and their mounts go with them',
  async () => {
    const dir = scratch();
    const [mountPoint, heartbeat] = [path.join(dir, 'mount'), path.join(dir, 'heartbeat')];
    const inner = 'mkdir "$1" && mount -t tmpfs tmpfs "$1" && (while :; do date +%N >"$2"; sleep 0.1; done) & wait';
    const script = `
    const { tied } = await import(${JSON.stringify(path.resolve('dist/provision/programs.js'))});
    const { spawn } = await import('node:child_process');
    const [file, args] = tied('sh', ['-c', ...${JSON.stringify([inner, 'sh', mountPoint, heartbeat])}]);
    spawn(file, args, { detached: true, stdio: 'ignore' });
    setInterval(() => {}, 1000);`;
    const setUp = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
    await vi.waitFor(() => expect(existsSync(heartbeat)).toBe(true), 15_000);
    // The mount is in a name space of its own, which ends with its last process.
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(dir);
    setUp.kill('SIGKILL');
    await vi.waitFor(() => expect(Date.now() - statSync(heartbeat).mtimeMs).toBeGreaterThan(1500), 15_000);
  },
  60_000,
);
