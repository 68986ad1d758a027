import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { exec, hostEnv } from '../../src/process/index.js';
import { builtPackage } from '../built.js';
import { gone, pidsIn } from './fixture.js';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'seebench-exec-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

const sh = (script: string, more: Partial<Parameters<typeof exec>[2]> = {}) =>
  exec('/bin/sh', ['-c', script], { deadlineMs: 10_000, ...more });

describe('running a host program', () => {
  it('tells exit code, signal and both streams, and never throws for them', async () => {
    expect(await sh('echo out; echo err >&2; exit 3')).toMatchObject({
      exitCode: 3,
      signal: null,
      stdout: 'out\n',
      stderr: 'err\n',
      timedOut: false,
    });
    expect(await sh('kill -TERM $$')).toMatchObject({ exitCode: null, signal: 'SIGTERM', timedOut: false });
  });

  it('throws for a program that is not there or may not be run, with a remedy', async () => {
    writeFileSync(join(dir, 'plain'), 'no program', { mode: 0o644 });
    const expected = expect.objectContaining({
      code: 'program-not-found',
      exitCode: 2,
      message: expect.stringContaining(dir),
    });
    await expect(exec(join(dir, 'missing'), [], { deadlineMs: 1000 })).rejects.toThrow(expected);
    await expect(exec(join(dir, 'plain'), [], { deadlineMs: 1000 })).rejects.toThrow(expected);
  });

  it('keeps beginning and end of long output, and all of it in the log', async () => {
    const logFile = join(dir, 'log');
    const { stdout } = await sh('echo begin; seq 100000; echo end', { maxOutputBytes: 1000, logFile });
    expect(stdout).toMatch(/^begin\n1\n[^]*bytes not kept[^]*\n100000\nend\n$/);
    expect(stdout.length).toBeLessThan(1100);
    expect(readFileSync(logFile, 'utf8')).toMatch(/^begin\n1\n2\n[^]*\n99999\n100000\nend\n$/);
  });

  it('writes what is given to stdin, which is else empty', async () => {
    expect((await sh('cat', { input: 'hello' })).stdout).toBe('hello');
    expect((await sh('cat')).stdout).toBe('');
  });

  it('kills the whole tree at the deadline, a descendant that holds the pipe too', async () => {
    const pids = join(dir, 'tree');
    const result = await sh(`echo $$ >> ${pids}; (sh -c 'echo $$ >> ${pids}; sleep 60'; true) & sleep 60`, {
      deadlineMs: 400,
    });
    expect(result).toMatchObject({ timedOut: true, signal: 'SIGKILL' });
    expect(result.durationMs).toBeLessThan(2000);
    expect(pidsIn(pids)).toHaveLength(2);
    for (const pid of pidsIn(pids)) expect(await gone(pid)).toBe(true);
  });

  it('kills at the deadline who left the group and the session, and what they started', async () => {
    const pids = join(dir, 'left-the-group');
    const inner = `echo $$ >> ${pids}; sh -c "echo \\$\\$ >> ${pids}; sleep 60; true"`;
    const result = await sh(`setsid sh -c '${inner}' & sleep 60`, { deadlineMs: 600 });
    expect(result).toMatchObject({ timedOut: true, signal: 'SIGKILL' });
    expect(pidsIn(pids)).toHaveLength(2);
    for (const pid of pidsIn(pids)) expect(await gone(pid)).toBe(true);
  });

  it('does not wait past the deadline for an escaped descendant that holds the pipe', async () => {
    const pids = join(dir, 'escaped');
    const { durationMs } = await sh(`setsid sh -c 'echo $$ >> ${pids}; exec sleep 20' & sleep 0.2`, {
      deadlineMs: 600,
    });
    expect(durationMs).toBeLessThan(2000);
    for (const pid of pidsIn(pids)) process.kill(pid, 'SIGKILL');
  });

  it('ends on a signal of the caller, before or after the start', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    expect(await sh('sleep 60', { signal: controller.signal })).toMatchObject({ signal: 'SIGKILL', timedOut: false });
    expect(await sh('sleep 60', { signal: controller.signal })).toMatchObject({ signal: 'SIGKILL', timedOut: false });
  });

  it('takes what it started along when the harness ends', async () => {
    const built = builtPackage(['model', 'process']);
    const pids = join(dir, 'left');
    const script = `
      import { existsSync } from 'node:fs';
      import { exec } from ${JSON.stringify(join(built.dir, 'dist/process/index.js'))};
      void exec('/bin/sh', ['-c', 'echo $$ >> ${pids}; sleep 60; true'], { deadlineMs: 60_000 });
      setInterval(() => existsSync(${JSON.stringify(pids)}) && process.exit(4), 20);`;
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 10_000 });
    built.remove();
    expect(status).toBe(4);
    expect(pidsIn(pids)).toHaveLength(1);
    for (const pid of pidsIn(pids)) expect(await gone(pid)).toBe(true);
  });
});

describe('the environment of a host program', () => {
  it('is what finds programs, proxies and certificates, and nothing else of ours', async () => {
    vi.stubEnv('PYTHONUNBUFFERED', '1');
    vi.stubEnv('OPENBLAS_CORETYPE', 'Haswell');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('HTTPS_PROXY', 'http://proxy:1');
    vi.stubEnv('SSL_CERT_FILE', '/certs.pem');
    const names = Object.keys(hostEnv({ EXTRA: '1' }));
    expect(names).toEqual(expect.arrayContaining(['PATH', 'HTTPS_PROXY', 'SSL_CERT_FILE', 'EXTRA']));
    const seen = (await sh('env')).stdout;
    expect(seen).toMatch(/^HTTPS_PROXY=http:\/\/proxy:1$/m);
    expect(seen).not.toMatch(/PYTHONUNBUFFERED|OPENBLAS|AWS_SECRET/);
  });

  it('is exactly what the caller gives', async () => {
    const { stdout } = await exec('/usr/bin/env', [], { deadlineMs: 5000, env: { ONLY: 'this' } });
    expect(stdout).toBe('ONLY=this\n');
  });
});
