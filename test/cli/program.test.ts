import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtPackage } from '../built.js';
import { processStart } from '../../src/host/index.js';
import type { PlanRecord, RunManifest } from '../../src/model/index.js';
import { RunWriter } from '../../src/store/index.js';
import { planned } from '../session/fixture.js';

const COMMANDS = [
  'doctor',
  'setup',
  'list',
  'run',
  'resume',
  'report',
  'export',
  'compare',
  'gate',
  'certify',
  'startup',
  'tune',
  'vmas',
  'conform',
  'density',
  'history',
  'clean',
];

let built: ReturnType<typeof builtPackage>;
/** Where the user stands, and the state directory: nothing may appear in either. */
let cwd: string;
let state: string;
beforeAll(() => {
  built = builtPackage();
  [cwd, state] = [join(built.dir, 'cwd'), join(built.dir, 'state')];
  mkdirSync(cwd);
}, 60_000);
afterAll(() => built.remove());

interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function seebench(...args: readonly string[]): Promise<Said> {
  return seebenchWith({}, ...args);
}

function seebenchWith(more: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Said> {
  const env = {
    PATH: process.env['PATH']!,
    HOME: built.dir,
    SEEBENCH_STATE: state,
    XDG_CACHE_HOME: join(built.dir, 'cache'),
    ...more,
  };
  const program = join(built.dir, 'dist/cli/main.js');
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [program, ...args],
      { cwd, env, timeout: 30_000 },
      (_error, stdout, stderr) => resolve({ status: child.exitCode, stdout, stderr }),
    );
  });
}

/** What a command printed with `--json`: one document, and nothing else on stdout. */
async function json(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { status, stdout, stderr } = await seebench(...args, '--json');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const value = JSON.parse(stdout) as Record<string, unknown>;
  expect(value['schemaVersion']).toBe(1);
  return value;
}

/** The plan that a run with these options would have. */
async function dryRun(...args: readonly string[]): Promise<PlanRecord> {
  return (await json('run', ...args, '--dry-run'))['plan'] as PlanRecord;
}

const idsOf = (items: unknown): string[] => (items as { id: string }[]).map(({ id }) => id);

describe.concurrent('help', () => {
  it('of the program names every command', async () => {
    const { status, stdout } = await seebench('--help');
    expect(status).toBe(0);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
  });

  it.each(COMMANDS)('of %s has an example that the program would take', async (command) => {
    const { status, stdout } = await seebench(command, '--help');
    expect(status).toBe(0);
    const example = /^Examples?:\n {2}seebench (.+?)(?: {2,}.*)?$/m.exec(stdout)?.[1]?.split(' ');
    expect(example?.[0]).toBe(command);
    // With --help behind it nothing is done, but flags are checked.
    for (const flag of example!.filter((part) => part.startsWith('--'))) expect(stdout).toContain(`  ${flag}`);
  });

  it('is what a call without a command gives, and that is the user’s to mend', async () => {
    const { status, stdout, stderr } = await seebench();
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('Commands:');
  });

  it('has the version', async () => {
    expect((await seebench('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe.concurrent('a mistake in the command line', () => {
  it.each([
    [['run', '--sute', 'smoke'], '(Did you mean --suite?)'],
    [['list', 'workload'], 'Allowed choices are workloads, environments, profiles, metrics, settings'],
    [['gate', 'r', '--blocks', '3', '--budget', '5m'], 'cannot be used with option'],
    [['certify', '--iterations', 'few'], 'expected a whole number from 1'],
    [['list', 'workloads', '--jsn'], '(Did you mean --json?)'],
    [['rnu'], '(Did you mean run?)'],
    [['run', '--suite', 'huge'], 'Allowed choices are smoke, quick, full'],
    [['run', '--budget', '15'], 'expected a duration such as 90s, 15m or 2h'],
    [['run', '--blocks', '0'], 'expected a whole number from 1'],
    [['run', '--seed', '-1'], 'expected a whole number from 0'],
    [['run', '--env'], 'argument missing'],
    [['doctor', 'extra'], 'too many arguments'],
  ])('%j is refused with exit code 2, and what was expected', async (args, expected) => {
    const { status, stdout, stderr } = await seebench(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^error\[usage\]: /);
    expect(stderr).toContain(expected);
  });

  it.each([
    [['run', '--dry-run', '--workload', 'tpch-duckbd'], 'unknown-workload', 'tpch-duckdb'],
    [['run', '--dry-run', '--env', 'gvisor-sytrap'], 'unknown-environment', 'gvisor-systrap'],
    [['run', '--dry-run', '--config', '/nowhere.yaml'], 'config-unreadable', '/nowhere.yaml'],
    [['run', '--dry-run', '--workloads-dir', '/nowhere'], 'workloads-missing', '/nowhere'],
    [['report', 'no-such-run'], 'run-not-found', 'no-such-run'],
    [['gate', 'no-such-run'], 'usage', 'gate needs a baseline'],
    [['gate', 'no-such-run', '--baseline', 'x.json'], 'run-not-found', 'no-such-run'],
    [['compare', 'no-such-run', 'other'], 'run-not-found', 'no-such-run'],
    [['tune', '--setting', 'no-fast-pat'], 'unknown-setting', 'no-fast-path'],
    [['tune', '--env', 'native', '--workload', 'true'], 'usage', 'native'],
    [['history', '/nowhere'], 'directory-missing', '/nowhere'],
    [['resume', '../../etc'], 'run-not-found', 'etc'],
    [['report', '<script>'], 'run-not-found', 'no run id'],
  ])('%j is refused with a code that never changes, and a remedy', async (args, code, named) => {
    const { status, stdout, stderr } = await seebench(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(`error[${code}]: `);
    expect(stderr).toContain('remedy: ');
    expect(stderr).toContain(named);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('in a config is told with file, line and field', async () => {
    const config = join(built.dir, 'bad.yaml');
    writeFileSync(config, 'environments:\n  - id: mine\n    runtime: runk\n');
    const { status, stderr } = await seebench('run', '--dry-run', '--config', config);
    expect(status).toBe(2);
    expect(stderr).toContain(`${config}:3: environments.0.runtime: `);
  });
});

describe.concurrent('the stored example', () => {
  const example = join(import.meta.dirname, '../../results/example');

  it('is judged between two of its environments, in the shape of the contract', async () => {
    const args = ['gate', example, '--baseline-env', 'gvisor-systrap', '--candidate-env', 'gvisor-ptrace', '--json'];
    const { status, stdout } = await seebench(...args);
    const verdict = JSON.parse(stdout) as { overall: string; verdicts: object[]; errorRates: unknown };
    expect(status).toBe(3);
    expect(verdict).toMatchObject({ schemaVersion: 1, overall: 'inconclusive', errorRates: null });
    expect(verdict.verdicts).toHaveLength(23);
    const fields = ['case', 'environment', 'metric', 'verdict', 'ratio', 'low', 'high', 'n', 'confirmed', 'reason'];
    for (const one of verdict.verdicts) expect(Object.keys(one)).toEqual(expect.arrayContaining(fields));
  });

  it('is compared between two of its environments, for people and as JSON', async () => {
    const sides = [`${example}:gvisor-systrap`, ':gvisor-systrap-tuned'];
    const rows = (await json('compare', ...sides))['rows'] as { case: string }[];
    expect(rows).toHaveLength(23);
    const said = await seebench('compare', ...sides);
    expect(said).toMatchObject({ status: 0, stderr: '' });
    for (const row of rows) expect(said.stdout).toContain(row.case);
  });

  it('has a page of what changed between two of its environments', async () => {
    const out = join(built.dir, 'changed');
    const sides = [`${example}:gvisor-systrap`, ':gvisor-systrap-tuned'];
    const { report } = await json('compare', ...sides, '--out', out);
    expect(report).toBe(join(out, 'index.html'));
    expect(readdirSync(join(out, 'charts')).toSorted()).toEqual([
      'beside.svg',
      'beside.vl.json',
      'changes.svg',
      'changes.vl.json',
    ]);
  });

  it('becomes a baseline file, and is refused against itself', async () => {
    const file = join(built.dir, 'example.json');
    expect(await seebench('gate', example, '--write-baseline', file)).toMatchObject({ status: 0, stdout: '' });
    expect(await seebench('gate', example, '--baseline', file)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('error[same-sides]') as string,
    });
  });

  it('is exported as a table of what was asked for', async () => {
    const filter = ['--case', 'true@quick', '--metric', 'wall_ns'];
    const { stdout } = await seebench('export', example, '--format', 'csv', '--table', 'summary', ...filter);
    const lines = stdout.trim().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(4);
    for (const line of lines.slice(1)) expect(line).toMatch(/^true@quick,.*,wall_ns,/);
  });
});

describe.concurrent('list', () => {
  it('of workloads, as JSON and for people', async () => {
    const ids = idsOf((await json('list', 'workloads'))['workloads']);
    const dirs = readdirSync(join(built.dir, 'workloads')).filter((name) => !/^[_.]/.test(name));
    expect(ids.toSorted()).toEqual(dirs.toSorted());
    expect(ids.length).toBeGreaterThanOrEqual(14);
    expect(
      (await seebench('list', 'workloads')).stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(ids);
  });

  it('of environments, with all in which they differ', async () => {
    const environments = (await json('list', 'environments'))['environments'] as { id: string; differs: string[] }[];
    const differs = Object.fromEntries(environments.map((it) => [it.id, it.differs]));
    expect(differs['native']).toEqual([]);
    expect(differs['native-tuned']!.every((line) => line.startsWith('guest variable '))).toBe(true);
    expect(differs['gvisor-systrap-tuned']).toEqual(
      expect.arrayContaining([...differs['native-tuned']!, ...differs['gvisor-systrap']!]),
    );
    expect(differs['gvisor-systrap-tuned']!.join()).toContain('EROFS');
  });

  it('of settings, each with its isolation', async () => {
    const settings = (await json('list', 'settings'))['settings'] as { id: string; isolation: string }[];
    expect(settings.map(({ id }) => id)).toContain('erofs-root');
    expect(settings.every(({ isolation }) => isolation === 'same' || isolation.startsWith('weaker: '))).toBe(true);
  });

  it('of profiles and metrics', async () => {
    expect(idsOf((await json('list', 'profiles'))['profiles'])).toEqual([
      'default',
      'patched',
      'strict',
      'tuned-host',
      'tuned',
    ]);
    const metrics = (await json('list', 'metrics'))['metrics'] as {
      name: string;
      unit: string;
      better: string;
      description: string;
    }[];
    expect(metrics.map(({ name }) => name)).toContain('wall_ns');
    expect(metrics.every(({ unit, better, description }) => unit && better && description)).toBe(true);
  });

  it('has a user’s own workloads and environments too', async () => {
    const dir = join(built.dir, 'mine/hello');
    mkdirSync(dir, { recursive: true });
    const size = '{timeoutMs: 1000, memoryBytes: 134217728}';
    writeFileSync(
      join(dir, 'manifest.yaml'),
      `id: hello\ntitle: Hello\nclass: data\ndescription: Says it.\ncommand: [/bin/true]\nheadline: wall_ns\ndigest: false\nsizes: {smoke: ${size}, quick: ${size}, full: ${size}}\n`,
    );
    const config = join(built.dir, 'mine/seebench.yaml');
    writeFileSync(
      config,
      'environments:\n  - {id: mine, runtime: runsc, platform: kvm, profile: tuned, binary: ./runsc}\n',
    );
    expect(idsOf((await json('list', 'workloads', '--workloads-dir', join(built.dir, 'mine')))['workloads'])).toContain(
      'hello',
    );
    const { environments } = (await json('list', 'environments', '--config', config)) as {
      environments: { id: string; binary: string }[];
    };
    expect(environments.find(({ id }) => id === 'mine')?.binary).toBe(join(built.dir, 'mine/runsc'));
  });
});

describe.concurrent('run --dry-run', () => {
  it('prints the plan of a suite, and does nothing', async () => {
    const plan = await dryRun('--suite', 'smoke', '--seed', '7');
    expect(plan).toMatchObject({ suite: 'smoke', seed: 7, blocks: 2, minBlocks: 2, budgetMs: null });
    expect(idsOf(plan.cases).toSorted()).toEqual([
      'import-data@smoke',
      'lightgbm-train@smoke',
      'python@smoke',
      'syscalls@smoke',
      'tpch-duckdb@smoke',
      'true@smoke',
    ]);
    expect(plan.environments).toEqual([
      'native',
      'gvisor-systrap',
      'gvisor-systrap-tuned',
      'gvisor-ptrace',
      'gvisor-kvm',
    ]);
    expect(existsSync(state)).toBe(false);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('has all workloads and a budget without a suite, and native in every run', async () => {
    const plan = await dryRun('--env', 'gvisor-ptrace,native,gvisor-ptrace');
    expect(plan).toMatchObject({
      suite: 'quick',
      blocks: null,
      minBlocks: 3,
      budgetMs: 900_000,
      environments: ['native', 'gvisor-ptrace'],
    });
    expect(plan.cases.length).toBeGreaterThanOrEqual(14);
  });

  it('takes a number of blocks instead of the budget, and some workloads', async () => {
    const plan = await dryRun('--workload', 'true,python', '--blocks', '5');
    expect(plan).toMatchObject({ blocks: 5, minBlocks: 5, budgetMs: null });
    expect(idsOf(plan.cases).toSorted()).toEqual(['python@quick', 'true@quick']);
  });

  it('draws a seed of its own, another each time', async () => {
    const [one, two] = await Promise.all([dryRun(), dryRun()]);
    expect(one.seed).not.toBe(two.seed);
  });
});

describe.concurrent('resume', () => {
  it('refuses a run that is complete, and one that goes on', async () => {
    const stored = (name: string, runState: RunManifest['state']): string => {
      const dir = join(built.dir, name);
      mkdirSync(dir);
      writeFileSync(join(dir, 'run.json'), JSON.stringify({ ...planned(), state: runState }));
      return dir;
    };
    const complete = join(built.dir, 'complete');
    const finished = { ...planned(), state: { kind: 'complete', finishedAtMs: 1 } } as const;
    await (await RunWriter.create(complete, finished)).finish(finished, []);
    const running = stored('running', { kind: 'running', pid: process.pid, processStart: processStart(process.pid)! });
    const refused = await Promise.all([seebench('resume', complete), seebench('resume', running)]);
    expect(refused.map(({ status }) => status)).toEqual([2, 2]);
    expect(refused[0].stderr).toContain('error[run-complete]: run r1 is complete');
    expect(refused[1].stderr).toContain(`error[run-in-progress]: run r1 is in progress (process ${process.pid})`);
  });
});

describe.concurrent('clean', () => {
  it('removes what a killed run left, once, and keeps what is not its own', async () => {
    const own = join(built.dir, 'left');
    for (const name of ['bundles/t1-0', 'roots/runsc', 'io-x']) mkdirSync(join(own, name), { recursive: true });
    writeFileSync(join(own, 'other.txt'), 'not ours');
    writeFileSync(join(own, 'instance'), 'a1b2c3d4');
    const clean = async () => {
      const { stdout, status } = await seebenchWith({ SEEBENCH_STATE: own }, 'clean', '--json');
      expect(status).toBe(0);
      return JSON.parse(stdout) as Record<string, unknown>;
    };
    expect(await clean()).toMatchObject({ schemaVersion: 1, sandboxes: ['t1-0'], cgroups: [], settings: [] });
    expect(await clean()).toMatchObject({ sandboxes: [] });
    expect(readdirSync(own).filter((name) => name !== 'instance')).toEqual(['other.txt']);
  });

  it('refuses a directory that holds something else, and touches nothing there', async () => {
    const foreign = join(built.dir, 'foreign');
    mkdirSync(join(foreign, 'bundles', 'precious'), { recursive: true });
    const { status, stderr } = await seebenchWith({ SEEBENCH_STATE: foreign }, 'clean');
    expect(status).toBe(2);
    expect(stderr).toContain('error[state-unusable]');
    expect(readdirSync(join(foreign, 'bundles'))).toEqual(['precious']);
  });

  it('refuses while a run goes on', async () => {
    const own = join(built.dir, 'busy');
    mkdirSync(own);
    writeFileSync(join(own, 'instance'), 'a1b2c3d4');
    const holder = { pid: process.pid, processStart: processStart(process.pid), what: 'run first' };
    writeFileSync(join(own, 'run.lock'), JSON.stringify(holder));
    const { status, stderr } = await seebenchWith({ SEEBENCH_STATE: own }, 'clean');
    expect(status).toBe(2);
    expect(stderr).toContain(`error[run-in-progress]: run first is in progress on this host (process ${process.pid})`);
  });
});
