import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtPackage } from '../built.js';
import { NATIVE, type RunData, type RunManifest } from '../../src/model/index.js';
import { RunWriter } from '../../src/store/index.js';
import { processStart } from '../../src/host/index.js';
import { around, runOf, twoSides } from '../gate/fixture.js';

let built: ReturnType<typeof builtPackage>;
let cwd: string;
beforeAll(async () => {
  built = builtPackage();
  cwd = join(built.dir, 'cwd');
  await store('r1', runOf(twoSides(1)));
  await store('slower', runOf(twoSides(1.3)));
}, 60_000);
afterAll(() => built.remove());

/** Stores a run under `results/<id>`. */
async function store(id: string, run: RunData, change: Partial<RunManifest> = {}): Promise<string> {
  const dir = join(cwd, 'results', id);
  const manifest = { ...run.manifest, id, ...change };
  const writer = await RunWriter.create(dir, manifest);
  for (const trial of run.trials) await writer.appendTrial(trial);
  await writer.finish(manifest, []);
  return dir;
}

interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program; `shell` is what a shell does with it, the program being `"$@"`. */
function seebench(args: readonly string[], shell = '"$@"', env: Readonly<Record<string, string>> = {}): Promise<Said> {
  const program = [process.execPath, join(built.dir, 'dist/cli/main.js')];
  const child = spawn('bash', ['-c', shell, 'seebench', ...program, ...args], {
    cwd,
    env: { PATH: process.env['PATH']!, HOME: built.dir, SEEBENCH_STATE: join(built.dir, 'state'), ...env },
    timeout: 30_000,
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (data: Buffer) => (said.stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (said.stderr += data.toString()));
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, ...said })));
}

const SIDES = ['--baseline-env', 'a', '--candidate-env', 'b'];
const REGRESSION = ['gate', 'slower', ...SIDES];
/** What terminals act on, but for the end of a line. */
// eslint-disable-next-line no-control-regex
const STEERING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/;

describe('a gate', () => {
  it('that holds something against itself is refused: it would pass for ever', async () => {
    const within = await seebench(['gate', 'r1', '--baseline-env', 'a', '--candidate-env', 'a']);
    expect(within).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('error[same-sides]') });
    const across = await seebench(['gate', 'r1', '--baseline', './results/r1']);
    expect(across).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('error[same-sides]') });
  });

  it('whose reader has gone still ends with its verdict', async () => {
    expect(await seebench(REGRESSION)).toMatchObject({ status: 1 });
    expect(await seebench(REGRESSION, '"$@" | true; exit ${PIPESTATUS[0]}')).toMatchObject({ status: 1 });
    expect(await seebench(REGRESSION, '"$@" 2>/dev/full')).toMatchObject({ status: 1 });
  });

  it('whose verdict cannot be written says so, and never passes', async () => {
    const full = await seebench(['gate', 'r1', ...SIDES, '--json'], '"$@" >/dev/full');
    expect(full).toMatchObject({ status: 2, stderr: expect.stringMatching(/^error\[disk-full\]/) });
    expect(full.stderr).not.toMatch(/^\s+at /m);
    mkdirSync(join(cwd, 'folder'), { recursive: true });
    for (const [option, value] of [
      ['--junit', 'folder'],
      ['--markdown', 'none/gate.md'],
      ['--write-baseline', 'results/r1/run.json/x'],
    ] as const) {
      const { status, stderr } = await seebench(['gate', 'r1', ...SIDES, option, value]);
      expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/^error\[file-unusable\]/) });
      expect(stderr).not.toMatch(/^\s+at /m);
    }
    const summary = await seebench(['gate', 'r1', ...SIDES, '--step-summary'], '"$@"', {
      GITHUB_STEP_SUMMARY: join(cwd, 'folder'),
    });
    expect(summary).toMatchObject({ status: 2, stderr: expect.stringContaining('error[file-unusable]') });
  });

  it('makes no baseline of a run in which nothing was measured', async () => {
    const cells = Array.from({ length: 5 }, () => 'failed' as const);
    await store('failed', runOf({ [NATIVE]: cells, a: cells, b: cells }));
    const said = await seebench(['gate', 'failed', '--write-baseline', 'failed.json']);
    expect(said).toMatchObject({ status: 3, stderr: expect.stringContaining('error[nothing-measured]') });
    expect(readdirSync(cwd)).not.toContain('failed.json');
  });

  it('prints nothing that steers a terminal or the runner of a CI, whatever run.json says', async () => {
    const evil = 'x\u001b[31m\u009b1m\u202e\n::error::y';
    const { manifest, ...rest } = runOf(twoSides(1.3));
    const environments = manifest.environments.map((it) => ({ ...it, version: `1${evil}` }));
    const fingerprint = { ...manifest.fingerprint, cpuModel: evil, id: evil };
    await store('evil', { ...rest, manifest }, { environments, fingerprint, digests: { [evil]: 'a' } });
    await store('plain', runOf(twoSides(1)), { digests: { [evil]: 'b' } });
    for (const args of [
      ['gate', 'evil', '--baseline', 'plain'],
      ['compare', 'plain', 'evil'],
      ['gate', 'evil', '--baseline', 'plain', '--json'],
      ['gate', 'evil', '--baseline-env', 'a', '--candidate-env', evil],
    ]) {
      const { stdout, stderr } = await seebench(args);
      expect(stdout + stderr).toContain('::error::y');
      expect(stdout + stderr).not.toMatch(STEERING);
      expect(stdout + stderr).not.toMatch(/^::error/m);
    }
  });
});

describe('compare', () => {
  it('of what was never measured has no answer, as text and as JSON', async () => {
    await store('only-native', runOf({ [NATIVE]: around(1e7, 5) }));
    await store('empty', runOf({ [NATIVE]: [], a: [], b: [] }));
    for (const args of [
      ['empty:a', ':b'],
      ['empty:a', ':b', '--json'],
      ['only-native', 'empty', '--json'],
    ])
      expect(await seebench(['compare', ...args])).toMatchObject({ status: 3 });
    expect(await seebench(['compare', 'r1:a', ':b'])).toMatchObject({ status: 0 });
  });

  it('says which environment a run does not have, in two runs as in one', async () => {
    for (const args of [
      ['r1:nope', 'slower'],
      ['r1', 'slower:nope'],
      ['r1:a', ':nope'],
    ])
      expect(await seebench(['compare', ...args])).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('error[unknown-environment]'),
      });
  });
});

describe('a run that is still being written', () => {
  it.each([
    [['gate', 'running', ...SIDES]],
    [['compare', 'running:a', ':b']],
    [['export', 'running', '--format', 'csv']],
    [['certify', 'running']],
  ])('is left alone: %s', async (args) => {
    const state = { kind: 'running', pid: process.pid, processStart: processStart(process.pid)! } as const;
    const dir = join(cwd, 'results', 'running');
    const base = runOf(twoSides(1)).manifest;
    if (!readdirSync(join(cwd, 'results')).includes('running'))
      await (await RunWriter.create(dir, { ...base, id: 'running', state })).close();
    const files = readdirSync(dir);
    expect(await seebench(args)).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('error[run-in-progress]'),
    });
    expect(readdirSync(dir)).toEqual(files);
  });
});

describe('export', () => {
  it.each(['pyperf', 'google-benchmark'])('to %s takes times that are none', async (format) => {
    const { manifest, trials, samples } = runOf(twoSides(1, 3));
    const odd = { manifest, samples, trials: trials.map((trial) => ({ ...trial, startedAtMs: 1e300 })) };
    await store(`odd-${format}`, odd, { timing: { startedAtMs: -1e300, measuringMs: 0, inTrialsMs: 0 } });
    const { status, stdout, stderr } = await seebench(['export', `odd-${format}`, '--format', format]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toHaveProperty('benchmarks');
  });

  it('through a link keeps it, and leaves nothing else behind', async () => {
    writeFileSync(join(cwd, 'real.csv'), 'old');
    symlinkSync('real.csv', join(cwd, 'link.csv'));
    expect(await seebench(['export', 'r1', '--format', 'csv', '--out', 'link.csv'])).toMatchObject({ status: 0 });
    expect(readFileSync(join(cwd, 'real.csv'), 'utf8')).toMatch(/^trial,sequence,/);
    expect(readdirSync(cwd).filter((name) => name.includes('tmp'))).toEqual([]);
  });
});

describe('what computes without a break', () => {
  const script = (): string => {
    const url = JSON.stringify(`file://${join(built.dir, 'dist/cli/interrupt.js')}`);
    return `const { interruption } = await import(${url});
      process.on('SIGTERM', () => console.log('a library heard it'));
      const until = Date.now() + Number(process.argv[1]);
      await interruption.around(() => { console.log('busy'); while (Date.now() < until); });
      console.log('over'); setInterval(() => undefined, 1000);`;
  };

  it.each([
    ['busy', '15000', { code: null, signal: 'SIGTERM' }],
    ['over', '1', { code: 4, signal: null }],
  ])('is ended by a signal at once, and in order afterwards: %s', async (sign, ms, expected) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script(), ms]);
    child.stdout.on('data', (data: Buffer) => data.toString().includes(sign) && child.kill('SIGTERM'));
    const began = Date.now();
    const ended = await new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
    expect(ended).toEqual(expected);
    expect(Date.now() - began).toBeLessThan(10_000);
  });
});

describe('what measures for long', () => {
  it.each(['run', 'startup', 'density', 'vmas'])('tries the directory for its results first: %s', async (command) => {
    const { status, stderr } = await seebench([command, '--out', 'results/r1/run.json/x']);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/^error\[file-unusable\]/) });
    for (const unusable of ['/proc/nope', ''])
      expect(await seebench([command, '--out', unusable])).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(/^error\[file-unusable\]/),
      });
  });

  it.each(['run', 'startup', 'density', 'vmas'])('never writes over results: %s', async (command) => {
    const before = readFileSync(join(cwd, 'results/r1/run.json'), 'utf8');
    expect(await seebench([command, '--out', 'results/r1'])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^error\[run-exists\]/),
    });
    expect(readFileSync(join(cwd, 'results/r1/run.json'), 'utf8')).toBe(before);
  });

  it('tunes gVisor’s defaults, and no profile', async () => {
    const { status, stderr } = await seebench(['tune', '--env', 'gvisor-systrap-tuned', '--blocks', '1']);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/^error\[not-the-defaults\]/) });
    expect(await seebench(['tune', '--blocks', '1', '--write', '/proc/nope'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('error[file-unusable]'),
    });
  });
});

describe('history', () => {
  it('says when it may not look into the directory', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip('only root may become somebody else');
    const closed = join(cwd, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    chmodSync(built.dir, 0o755);
    const nobody = 'exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"';
    const { status, stderr } = await seebench(['history', closed], nobody);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('error[file-unusable]') });
  });
});
