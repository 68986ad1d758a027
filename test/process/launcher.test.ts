import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, type LaunchOptions, type StampedLine } from '../../src/process/index.js';
import { builtPackage } from '../built.js';
import { compileLauncher, gone, pidsIn } from './fixture.js';

let dir: string;
let launcher: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'seebench-launcher-'));
  launcher = compileLauncher(dir);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const sh = (script: string, more: Partial<LaunchOptions> = {}) =>
  launch(['/bin/sh', '-c', script], { launcher, join: [], scratchDir: dir, deadlineMs: 20_000, ...more });
const exitCode = (status: number): number => status >> 8;

/** Writes its id to a file, then stays: in a session of its own, as the child of nobody that is still there. */
const escape = (pids: string): string =>
  `setsid sh -c 'echo $$ >> ${pids}; exec sleep 60' & sh -c '(sh -c "echo \\$\\$ >> ${pids}; exec sleep 60" &)'; `;

describe('the launcher', () => {
  it('tells how the program ended, how long it took and what it used', async () => {
    const output = await sh(
      'echo out; echo err >&2; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 0.1; exit 7',
    );
    const { report } = output;
    expect(exitCode(report.status)).toBe(7);
    expect(output).toMatchObject({ stdout: 'out\n', stderr: 'err\n', outputBytes: 8, timedOut: false, aborted: false });
    expect(report).toMatchObject({ spawnErrno: 0, killed: false });
    const ms = Number(report.exitMonoNs - report.spawnMonoNs) / 1e6;
    expect(ms).toBeGreaterThan(100);
    expect(ms).toBeLessThan(5000);
    expect(report.userNs).toBeGreaterThan(0);
    expect(report.minorFaults).toBeGreaterThan(10);
    expect(report.voluntarySwitches).toBeGreaterThan(0);
    expect(Math.abs(Number(report.spawnRealNs / 1_000_000n) - Date.now())).toBeLessThan(60_000);
  });

  it('tells how far CPUs are from each other, where there are two and nobody keeps one of them busy', ({ skip }) => {
    const told = (...before: readonly string[]): number[] => {
      const [program, ...args] = [...before, launcher, '--report', '1', '--deadline-ms', '5000', '--', '/bin/true'];
      const { coreToCoreBeforeNs, coreToCoreAfterNs } = JSON.parse(
        execFileSync(program, args, { encoding: 'utf8' }),
      ) as Record<string, number>;
      return [coreToCoreBeforeNs!, coreToCoreAfterNs!];
    };
    expect(told('taskset', '-c', '0')).toEqual([0, 0]);
    if (availableParallelism() < 2) skip('one CPU');
    const all = Array.from({ length: 20 }, () => told()).flat();
    const known = all.filter((ns) => ns > 0);
    expect(known.length).toBeGreaterThan(0);
    // Less than light takes across a chip, or more than a hand-over by the kernel, was no cache line.
    for (const ns of known) expect(ns).toSatisfy((it: number) => it > 2 && it < 20_000);
  });

  it('tells the signal that ended the program', async () => {
    const { report } = await sh('kill -SEGV $$');
    expect(report.status & 0x7f).toBe(11);
    expect(report.killed).toBe(false);
  });

  it('tells why a program cannot be started', async () => {
    const { report } = await launch([join(dir, 'missing')], { launcher, join: [], scratchDir: dir, deadlineMs: 5000 });
    expect(report).toMatchObject({ spawnErrno: 2, exitMonoNs: 0n });
  });

  it('tells why it could not join a cgroup, and starts nothing then', async () => {
    const { report, stdout, stderr } = await sh('echo ran', { join: [join(dir, 'no/cgroup.procs')] });
    expect({ exit: report.exitMonoNs, stdout }).toEqual({ exit: 0n, stdout: '' });
    expect(stderr).toMatch(/cannot join cgroup .*No such file/);
  });

  it('is an error of the harness when it is not there itself', async () => {
    const missing = launch(['/bin/true'], { launcher: join(dir, 'none'), join: [], scratchDir: dir, deadlineMs: 5000 });
    await expect(missing).rejects.toThrow(expect.objectContaining({ code: 'launcher-failed', exitCode: 5 }));
  });

  it('hands the guest’s events over while it runs, stamped with their arrival', async () => {
    const seen: StampedLine[] = [];
    const { events, eventsProblem, report } = await sh('echo one >&3; sleep 0.3; echo two >&3; printf half >&3', {
      onEvent: (line) => seen.push(line),
    });
    expect(events.map(({ text }) => text)).toEqual(['one', 'two']);
    expect(eventsProblem).toMatch(/cut off/);
    expect(seen).toEqual(events);
    const [one, two] = events.map(({ arrivedMonoNs }) => Number(arrivedMonoNs - report.spawnMonoNs) / 1e6) as [
      number,
      number,
    ];
    expect(one).toBeGreaterThan(0);
    expect(two - one).toBeGreaterThan(200);
  });

  it('gives the program pipes, and none of the harness’s descriptors', async () => {
    const { stdout } = await sh('for fd in 0 1 2 3; do readlink /proc/$$/fd/$fd; done; ls /proc/$$/fd | wc -l');
    const [stdin, ...rest] = stdout.trim().split('\n');
    expect(stdin).toBe('/dev/null');
    expect(rest.slice(0, 3).map((name) => name.replace(/.*\//, ''))).toEqual(['stdout', 'stderr', 'events']);
    expect(Number(rest[3])).toBeLessThanOrEqual(5);
  });

  it('ends everything at the deadline: who left the session, and whose parents are gone', async () => {
    const pids = join(dir, 'escaped');
    const started = performance.now();
    const output = await sh(`${escape(pids)} sleep 60`, { deadlineMs: 700 });
    expect(performance.now() - started).toBeLessThan(3000);
    expect(output).toMatchObject({ timedOut: true, aborted: false, report: { killed: true, exitMonoNs: 0n } });
    expect(pidsIn(pids)).toHaveLength(2);
    // Not only killed: reaped, when the promise resolves.
    for (const pid of pidsIn(pids)) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('ends daemons that outlive the program, after a time of grace', async () => {
    const pids = join(dir, 'daemons');
    const { report, timedOut } = await sh(`${escape(pids)} sleep 0.3; exit 5`);
    expect({ code: exitCode(report.status), timedOut }).toEqual({ code: 5, timedOut: false });
    expect(Number(report.exitMonoNs - report.spawnMonoNs) / 1e6).toBeLessThan(1500);
    expect(pidsIn(pids)).toHaveLength(2);
    for (const pid of pidsIn(pids)) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('ends when the caller says so, in the middle and before the start', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    expect(await sh('sleep 60', { signal: controller.signal })).toMatchObject({ aborted: true, timedOut: false });
    for (let round = 0; round < 5; round++) {
      expect(await sh('sleep 60', { signal: controller.signal })).toMatchObject({
        aborted: true,
        report: { exitMonoNs: 0n },
      });
    }
  });

  it('keeps a flood of 1 GB bounded', async () => {
    const { stdout, outputBytes, report } = await sh('echo begin; head -c 1000000000 /dev/zero; echo end', {
      deadlineMs: 60_000,
    });
    expect(exitCode(report.status)).toBe(0);
    expect(outputBytes).toBe(1_000_000_010);
    expect(stdout.length).toBeLessThan(66_000);
    expect(stdout).toMatch(/^begin\n\0[^]*bytes not kept[^]*\0end\n$/);
  }, 60_000);

  it('keeps a flood of events bounded, and lets the program run to its end', async () => {
    const { events, eventsProblem, report } = await sh('yes | head -c 50000000 >&3; exit 0');
    expect(exitCode(report.status)).toBe(0);
    expect(eventsProblem).toMatch(/more than/);
    expect(events.length).toBeLessThanOrEqual(100_000);
  });

  it('leaves no files behind', async () => {
    await sh('true');
    expect(readdirSync(dir).filter((name) => name.startsWith('io-'))).toEqual([]);
  });

  it('ends the whole tree when its harness is killed', async () => {
    const built = builtPackage(['model', 'process']);
    const pids = join(dir, 'orphans');
    const script = `
      import { launch } from ${JSON.stringify(join(built.dir, 'dist/process/index.js'))};
      await launch(['/bin/sh', '-c', ${JSON.stringify(`${escape(pids)} echo $$ >> ${pids}; exec sleep 60`)}],
        { launcher: ${JSON.stringify(launcher)}, join: [], scratchDir: ${JSON.stringify(dir)}, deadlineMs: 60_000 });`;
    const harness = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
    for (let round = 0; round < 250 && pidsIn(pids).length < 3; round++) await sleep(20);
    harness.kill('SIGKILL');
    built.remove();
    expect(pidsIn(pids)).toHaveLength(3);
    for (const pid of pidsIn(pids)) expect(await gone(pid)).toBe(true);
  });
});
