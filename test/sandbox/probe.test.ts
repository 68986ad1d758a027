import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { EnvironmentStatus, Platform } from '../../src/model/index.js';
import type { LaunchOutput } from '../../src/process/index.js';
import { probe, type Driver } from '../../src/sandbox/index.js';
import { environment, guest, output, scratch } from './fixture.js';

const SEEN = {
  kernelRelease: '4.19.0-gvisor',
  kernelVersion: '#1 SMP',
  machine: 'x86_64',
  cpus: 2,
  memTotalBytes: 2 ** 29,
  uid: 0,
};

interface Played {
  readonly output: LaunchOutput;
  /** Files that the runtime leaves in its log directory. */
  readonly logs?: Readonly<Record<string, string>>;
  readonly platform?: Platform | null;
}

/** Probes an environment whose runtime does what is played. */
async function probed(id: string, played: Played): Promise<EnvironmentStatus> {
  const env = environment(id);
  const driver: Driver = {
    environment: env,
    launch: async (request) => {
      for (const [name, text] of Object.entries(played.logs ?? {}))
        writeFileSync(join(request.debugLogDir!, name), text);
      request.onEvent?.({ text: '{"e":"answered"}', arrivedMonoNs: 0n });
      await sleep(80);
      return played.output;
    },
    remove: async () => {},
    observePlatform: () => (played.platform === undefined ? env.platform : played.platform),
  };
  const dir = scratch();
  const status = await probe(driver, {
    id: `p${process.pid}`,
    rootfs: guest().rootfs,
    scratchDir: dir,
    cgroupName: `seebench-test-probe-${process.pid}`,
    memoryBytes: 2 ** 29,
    cpus: 2,
    deadlineMs: 8000,
  });
  expect(readdirSync(dir)).toEqual([]);
  return status;
}

const answered = (change: Partial<typeof SEEN> = {}): LaunchOutput =>
  output({ stdout: `${JSON.stringify({ ...SEEN, ...change })}\n` });
const exited = (code: number, stderr = ''): LaunchOutput => output({ stderr }, { status: code << 8 });

describe('a probe', () => {
  it('says what the guest sees, and how long the launch took', async () => {
    expect(await probed('gvisor-systrap', { output: answered() })).toEqual({
      status: 'available',
      launchMs: 100,
      inside: expect.objectContaining({ ...SEEN }) as unknown,
    });
  });

  // Asked of a runsc of July 2024.
  it('knows a gVisor that did not name itself yet', async () => {
    const old = { kernelRelease: '4.4.0', kernelVersion: '#1 SMP Sun Jan 10 15:06:54 PST 2016' };
    expect(await probed('gvisor-systrap', { output: answered(old) })).toMatchObject({ status: 'available' });
    expect(await probed('native', { output: answered(old) })).toMatchObject({ status: 'unavailable' });
    expect(await probed('gvisor-systrap', { output: answered({ ...old, kernelVersion: '#1 SMP' }) })).toMatchObject({
      status: 'unavailable',
    });
  });

  // Pasted from a host whose nested KVM refuses gVisor's system registers.
  it('names the cause in a panic of the sandbox process', async () => {
    const boot = `I1123 18:05:11.202145       1 config.go:426] Platform: kvm
D1123 18:05:11.299512       1 machine.go:308] The maximum number of vCPUs is 288.
panic: error initializing vCPU(id=0) state: error setting system registers: invalid argument

goroutine 1 gp=0xc000002380 m=0 mp=0x2d2a6a0 [running]:
gvisor.dev/gvisor/pkg/sentry/platform/kvm.(*machine).newVCPU(0xc00021c008)
`;
    const create =
      'W1123 18:05:11.404040   22713 error.go:48] FATAL ERROR: running container: creating container: cannot create sandbox: cannot read client sync file: waiting for sandbox to start: EOF\n';
    const status = await probed('gvisor-kvm', {
      output: exited(
        128,
        'running container: creating container: cannot create sandbox: cannot read client sync file: waiting for sandbox to start: EOF\n',
      ),
      logs: { 'runsc.log.20261123-180511.boot.txt': boot, 'runsc.log.20261123-180511.run.txt': create },
    });
    expect(status).toMatchObject({
      status: 'unavailable',
      reason:
        'gVisor’s sentry panicked at its start: error initializing vCPU(id=0) state: ' +
        'error setting system registers: invalid argument; this host’s /dev/kvm does not give it what it needs',
      launchMs: 100,
    });
    expect(status.status === 'unavailable' && status.log).toContain('goroutine 1');
  });

  it('says of a KVM that hangs that it was killed, after how long, and what is known of it', async () => {
    const hung = output({ timedOut: true }, { exitMonoNs: 0n, killed: true });
    const status = await probed('gvisor-kvm', {
      output: hung,
      logs: { 'a.boot.txt': 'D1123 18:05:11.299512       1 loader.go:1100] EXEC: [/seebench/bin/first]\n' },
    });
    expect(status).toMatchObject({
      status: 'unavailable',
      reason:
        'the sandbox did not finish its start within 8 s and was killed: /dev/kvm opens, but the guest never runs',
      launchMs: null,
    });
    expect(await probed('gvisor-systrap', { output: hung })).toMatchObject({
      reason: 'the sandbox did not finish its start within 8 s and was killed',
    });
  });

  it('names the cause in runc’s own words', async () => {
    const stderr = `time="2026-11-23T18:11:05Z" level=warning msg="unable to get oom kill count"
time="2026-11-23T18:11:05Z" level=error msg="runc run failed: unable to start container process: exec: \\"/seebench/bin/first\\": stat /seebench/bin/first: no such file or directory"
`;
    expect(await probed('native', { output: exited(1, stderr) })).toMatchObject({
      status: 'unavailable',
      reason: expect.stringContaining('unable to start container process: exec: ') as unknown,
    });
  });

  it('falls back to the last line that was printed, and then to the exit status', async () => {
    const said = exited(1, 'first line\n\u001b[31mopen /dev/kvm: permission denied\n\n');
    expect(await probed('gvisor-kvm', { output: said })).toMatchObject({
      reason: '[31mopen /dev/kvm: permission denied',
    });
    expect(await probed('native', { output: exited(3) })).toMatchObject({ reason: 'exit status 3' });
  });

  it('gives one bounded line as the reason, whatever the logs hold', async () => {
    const status = await probed('gvisor-kvm', {
      output: exited(2),
      logs: { 'a.boot': `panic: \u0007${'x'.repeat(5000)}\n` },
    });
    expect(status.status === 'unavailable' && status.reason).toMatch(
      /^(?=.{1,300}$)[^\p{Cc}]+start: +x{150,200}; [^\p{Cc}]+$/u,
    );
    expect(status.status === 'unavailable' && status.log.length).toBeLessThanOrEqual(4000);
  });

  it('says when the runtime cannot be started at all, or was ended from outside', async () => {
    const missing = output({}, { spawnErrno: 2, exitMonoNs: 0n });
    expect(await probed('native', { output: missing })).toMatchObject({
      reason: '/opt/runc cannot be started (errno 2)',
      launchMs: null,
    });
    expect(
      await probed('native', {
        output: output({ stderr: 'launcher: cannot join cgroup /x: No space left on device\n' }, { exitMonoNs: 0n }),
      }),
    ).toMatchObject({
      reason: 'launcher: cannot join cgroup /x: No space left on device',
      launchMs: null,
    });
  });

  it.each([
    ['native with gVisor’s kernel', 'native', answered(), 'this is not runc'],
    ['gVisor with the host’s kernel', 'gvisor-systrap', answered({ kernelRelease: '6.1.0' }), 'this is not runsc'],
    ['another number of CPUs', 'gvisor-systrap', answered({ cpus: 1 }), '1 CPUs instead of 2'],
    ['no answer', 'gvisor-systrap', output({ stdout: 'hello' }), 'cannot be read'],
    ['an answer of other types', 'gvisor-systrap', output({ stdout: '{"kernelRelease":1}' }), 'cannot be read'],
  ])('does not believe an environment that shows %s', async (_what, id, played, reason) => {
    expect(await probed(id, { output: played })).toMatchObject({
      status: 'unavailable',
      reason: expect.stringContaining(reason) as unknown,
    });
  });

  it.runIf(process.getuid?.() === 0)('does not believe a gVisor that does not heed its memory limit', async () => {
    expect(await probed('gvisor-systrap', { output: answered({ memTotalBytes: 2 ** 34 }) })).toMatchObject({
      reason: 'the guest sees 17179869184 bytes of memory, more than its limit of 536870912',
    });
    expect(
      await probed('native', { output: answered({ kernelRelease: '6.1', memTotalBytes: 2 ** 34 }) }),
    ).toMatchObject({ status: 'available' });
  });

  it.runIf(process.getuid?.() === 0)('does not believe another platform than the one that was asked for', async () => {
    expect(await probed('gvisor-kvm', { output: answered(), platform: 'ptrace' })).toMatchObject({
      reason: 'asked for platform kvm, but the processes of the sandbox show ptrace',
    });
  });
});
