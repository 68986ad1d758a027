import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runcDriver, runscDriver } from '../../src/sandbox/index.js';
import type { OciDriver } from '../../src/sandbox/oci.js';
import { compileLauncher } from '../process/fixture.js';
import { environment, home, request, scratch } from './fixture.js';

let tools: string;
let launcher: string;
beforeAll(() => {
  tools = mkdtempSync(join(tmpdir(), 'seebench-oci-'));
  launcher = compileLauncher(tools);
});
afterAll(() => rmSync(tools, { recursive: true, force: true }));

/** A driver whose runtime is a script: it notes how it was called, and then does what the test says. */
function scripted(script: string) {
  const dir = scratch();
  const binary = join(dir, 'runtime');
  writeFileSync(binary, `#!/bin/sh\necho "$@" >> ${dir}/calls\ncase "$*" in *" delete "*) exit 0;; esac\n${script}\n`, {
    mode: 0o755,
  });
  const state = join(dir, 'state');
  const calls = (): string[] => readFileSync(join(dir, 'calls'), 'utf8').trim().split('\n');
  return { driver: runcDriver(environment('native', { binary }), home(state, { launcher })), state, calls };
}

const noCgroup = { cgroup: null };

describe('a driver of an OCI runtime', () => {
  it('holds a guest idle: its stdin stays open and empty, it is told of its warm point, and it ends with the signal', async () => {
    const { driver, state } = scripted(`printf '\\036{"e":"warm"}\\n' >&2; read line; echo "read: $line"`);
    const stop = new AbortController();
    const output = await driver.launch(
      request('t1', {
        ...noCgroup,
        hold: true,
        signal: stop.signal,
        onEvent: () => setTimeout(() => stop.abort(), 50),
      }),
    );
    expect(output).toMatchObject({ stdout: '', stderr: '', aborted: true });
    expect(output.events.map(({ text }) => text)).toEqual(['{"e":"warm"}']);
    expect(readdirSync(join(state, 'bundles'))).toEqual([]);
    const env = (driver as OciDriver).specOf(request('t2', { hold: true })) as { process: { env: string[] } };
    expect(env.process.env).toContain('SEEBENCH_WARM_POINT=imports');
  });

  it('runs the bundle, hands over what the guest says, and leaves nothing', async () => {
    const { driver, state, calls } = scripted('echo hello; echo \'{"e":"x"}\' >&3');
    const output = await driver.launch(request('t1', noCgroup));
    expect(output).toMatchObject({ stdout: 'hello\n', timedOut: false, report: { status: 0 } });
    expect(output.events.map(({ text }) => text)).toEqual(['{"e":"x"}']);
    expect(calls()).toHaveLength(1);
    expect(readdirSync(join(state, 'bundles'))).toEqual([]);
  });

  it('has the runtime delete a sandbox that did not end well, and removes what it knew of it', async () => {
    const { driver, state, calls } = scripted(
      'mkdir -p "${1#--root=}/t1" "${1#--root=}/t1_sandbox:t1.state" "${1#--root=}/t10"; exit 1',
    );
    expect((await driver.launch(request('t1', noCgroup))).report.status >> 8).toBe(1);
    expect(calls().at(-1)).toMatch(/ delete --force t1$/);
    expect(readdirSync(join(state, 'bundles'))).toEqual([]);
    expect(readdirSync(join(state, 'roots/runc'))).toEqual(['t10']);
  });

  it('does so after a deadline, and soon even when the runtime hangs in everything', async () => {
    const { driver, state } = scripted('sleep 60');
    writeFileSync(driver.environment.binary!, '#!/bin/sh\nsleep 60\n');
    const started = performance.now();
    expect(await driver.launch(request('t1', { ...noCgroup, deadlineMs: 300 }))).toMatchObject({ timedOut: true });
    expect(performance.now() - started).toBeLessThan(4000);
    expect(existsSync(join(state, 'bundles/t1'))).toBe(false);
  });

  it('says in its output, not by an error, that the runtime cannot be started', async () => {
    const driver = runscDriver(environment('gvisor-systrap'), home(scratch(), { launcher }));
    expect((await driver.launch(request('t1', noCgroup))).report).toMatchObject({ spawnErrno: 2, exitMonoNs: 0n });
  });
});

describe('a launch with a timeline', () => {
  const timeline = { dir: '/tl', steps: '/bin/steps' };

  it('is the runtime’s own run with its full log, where that tells every step', () => {
    const driver = runscDriver(environment('gvisor-systrap'), home(scratch(), { launcher })) as OciDriver;
    expect(driver.prepare(request('t1', { ...noCgroup, timeline })).join(' ')).toContain(
      '--debug --debug-log=/tl/ run --bundle=',
    );
  });

  it('is create, start and delete one by one, where it does not', () => {
    const driver = runcDriver(environment('native'), home(scratch(), { launcher })) as OciDriver;
    const [first, ...commands] = driver
      .prepare(request('t1', { ...noCgroup, timeline }))
      .join(' ')
      .split(' --- ');
    expect(first).toMatch(/^\/bin\/steps \/tl\/stamps\.json .*\/pid$/);
    expect(commands.map((command) => / (create|start|delete) /.exec(command)?.[1])).toEqual([
      'create',
      'start',
      'delete',
    ]);
    expect(commands[0]).toMatch(/--pid-file=.* --preserve-fds=1 t1$/);
  });
});

describe('what the host shows of a sandbox’s processes', () => {
  it('is no platform where there are no processes, or none of gVisor’s', () => {
    const driver = runscDriver(environment('gvisor-systrap'), home('/nowhere'));
    expect(driver.observePlatform([])).toBeNull();
    expect(driver.observePlatform([process.pid, 2 ** 30])).toBeNull();
  });
});
