import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  existsSync,
  mkdirSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly env?: Readonly<Record<string, string>>;
}
const action = parse(readFileSync('action.yml', 'utf8')) as {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
};

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'seebench-ci-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A stand-in that notes its arguments one by one and answers as it is told. */
/** @param conformExit what `conform` ends with */
function standIn(answer: unknown, exitCode: number, conformExit = 0): string {
  const file = join(dir, 'program');
  writeFileSync(
    file,
    `#!/usr/bin/env bash\nprintf '%s\\0' "$@" >> ${join(dir, 'args')}\nprintf '\\n\\0' >> ${join(dir, 'args')}\ncat ${join(dir, 'answer')}\nif [ "$1" = conform ]; then exit ${conformExit}; fi\nexit ${exitCode}\n`,
  );
  writeFileSync(join(dir, 'answer'), JSON.stringify(answer));
  chmodSync(file, 0o755);
  return file;
}

/** Calls of the stand-in, each with its arguments. */
function calls(): string[][] {
  const all = readFileSync(join(dir, 'args'), 'utf8').split('\0').slice(0, -1);
  const lists: string[][] = [[]];
  for (const arg of all) {
    if (arg === '\n') lists.push([]);
    else lists.at(-1)!.push(arg);
  }
  return lists.slice(0, -1);
}

/** Runs a step of the action in a shell as a runner does, `inputs` in the place of its expressions. */
function runStep(name: string, inputs: Readonly<Record<string, string>>, program: string) {
  const step = action.runs.steps.find((it) => it.name === name)!;
  const value = (text: string): string =>
    text.replaceAll(/\$\{\{ inputs\.([a-z-]+) \}\}/g, (_, key: string) => inputs[key] ?? action.inputs[key]!.default);
  const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([key, text]) => [key, value(text)]));
  const script = join(dir, 'step.sh');
  writeFileSync(script, value(step.run!));
  return spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
    cwd: dir,
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      HOME: dir,
      GITHUB_ACTION_PATH: resolve('.'),
      GITHUB_OUTPUT: join(dir, 'output'),
      SEEBENCH_PROGRAM: program,
      ...env,
    },
  });
}

const PASS = { overall: 'pass', sentence: 'Pass: all is well.' };

describe('the GitHub action', () => {
  it('asks both environments what they contain when it is told to, and gives the answers to the gate', () => {
    const both = { 'baseline-env': 'gvisor-systrap', 'candidate-env': 'mine', conform: 'true' };
    const said = runStep('Measure and judge', both, standIn(PASS, 0));
    expect({ status: said.status, stderr: said.stderr }).toEqual({ status: 0, stderr: expect.any(String) as string });
    const [conform, gate] = calls();
    expect(conform!.slice(0, 3)).toEqual(['conform', 'containment', '--env=gvisor-systrap,mine']);
    const out = conform!.find((arg) => arg.startsWith('--out='))!.slice('--out='.length);
    expect(gate).toContain(`--conformance=${out}`);
    // Something is not contained that should be: red, although the gate passes.
    expect(runStep('Measure and judge', both, standIn(PASS, 0, 1)).status).toBe(1);
    // No answer at all: no gate.
    expect(runStep('Measure and judge', both, standIn(PASS, 0, 2)).status).toBe(2);
  });

  it('measures both environments interleaved when it is told two', () => {
    const said = runStep(
      'Measure and judge',
      { 'baseline-env': 'gvisor-systrap', 'candidate-env': 'mine', blocks: '7' },
      standIn(PASS, 0),
    );
    expect(said.stderr).toBe('');
    expect(said.status).toBe(0);
    expect(said.stdout).toBe('Pass: all is well.\n');
    const [args] = calls();
    expect(args!.slice(0, 2)).toEqual(['gate', '--measure']);
    expect(args).toEqual(
      expect.arrayContaining(['--baseline-env=gvisor-systrap', '--candidate-env=mine', '--blocks=7', '--step-summary']),
    );
    expect(readFileSync(join(dir, 'output'), 'utf8')).toBe('overall=pass\nsentence=Pass: all is well.\n');
  });

  it('measures and compares with a baseline file otherwise, by a path', () => {
    const said = runStep('Measure and judge', { baseline: 'base.json' }, standIn(PASS, 0));
    expect(said.status).toBe(0);
    expect(calls().map((args) => args[0])).toEqual(['run', 'gate']);
    expect(calls()[1]).toEqual(expect.arrayContaining(['./seebench-out/results', '--baseline=base.json']));
  });

  it.each([1, 2, 3, 4, 5])('ends with the gate’s exit code %i', (code) => {
    const said = runStep(
      'Measure and judge',
      { 'baseline-env': 'a', 'candidate-env': 'b' },
      standIn({ overall: 'regression', sentence: 'x' }, code),
    );
    expect(said.status).toBe(code);
  });

  it('does not judge a run that failed', () => {
    const said = runStep('Measure and judge', { baseline: 'base.json' }, standIn({}, 2));
    expect(said.status).toBe(2);
    expect(calls()).toHaveLength(1);
  });

  it('names its cache by what set-up is made of', () => {
    expect(runStep('Name what set-up builds', {}, standIn(PASS, 0)).stderr).toBe('');
    const step = action.runs.steps.find((it) => it.name === 'Name what set-up builds')!;
    const other = join(dir, 'other');
    mkdirSync(join(other, 'provision'), { recursive: true });
    writeFileSync(join(other, 'provision/runsc'), 'another');
    const env = { PATH: process.env['PATH'], GITHUB_ACTION_PATH: other, GITHUB_OUTPUT: join(dir, 'output') };
    expect(spawnSync('bash', ['-eo', 'pipefail', '-c', step.run!], { env }).status).toBe(0);
    const [ours, others] = readFileSync(join(dir, 'output'), 'utf8').split('\n');
    for (const line of [ours, others]) expect(line).toMatch(/^sum=[0-9a-f]{64}$/);
    expect(ours).not.toBe(others);
  });

  it('asks for a baseline', () => {
    const said = runStep('Measure and judge', {}, standIn(PASS, 0));
    expect(said.status).toBe(2);
    expect(said.stderr).toContain('baseline');
  });

  it('takes whatever an input holds as data', () => {
    const hostile = `$(touch ${dir}/owned) \`touch ${dir}/owned\` "; touch ${dir}/owned; ' \n--policy=evil`;
    runStep(
      'Measure and judge',
      { 'baseline-env': hostile, 'candidate-env': 'b', workload: hostile, policy: hostile },
      standIn(PASS, 0),
    );
    expect(existsSync(join(dir, 'owned'))).toBe(false);
    expect(calls()[0]).toEqual(expect.arrayContaining([`--baseline-env=${hostile}`, `--workload=${hostile}`]));
  });

  it('takes a sentence for one output, whatever stands in it', () => {
    runStep(
      'Measure and judge',
      { 'baseline-env': 'a', 'candidate-env': 'b' },
      standIn({ overall: 'pass', sentence: 'x\noverall=owned' }, 0),
    );
    expect(readFileSync(join(dir, 'output'), 'utf8').split('\n')).toEqual([
      'overall=pass',
      'sentence=x overall=owned',
      '',
    ]);
  });

  it('prints a sentence on one line: a runner would take the next one for a command', () => {
    const sentence = 'x\n::stop-commands::y\u001b[31m\r::error::z\u2028';
    const said = runStep(
      'Measure and judge',
      { 'baseline-env': 'a', 'candidate-env': 'b' },
      standIn({ overall: 'pass', sentence }, 0),
    );
    expect(said.stdout).toBe('x ::stop-commands::y [31m ::error::z \n');
  });

  it('gives out no verdict of an earlier job', () => {
    mkdirSync(join(dir, 'seebench-out'));
    for (const file of ['verdict.json', 'gate.xml', 'gate.md'])
      writeFileSync(join(dir, 'seebench-out', file), JSON.stringify(PASS));
    const said = runStep('Measure and judge', { baseline: 'base.json' }, standIn({}, 2));
    expect(said).toMatchObject({ status: 2, stdout: '' });
    expect(existsSync(join(dir, 'output'))).toBe(false);
    expect(readdirSync(join(dir, 'seebench-out'))).toEqual([]);
  });

  it.each([
    [2, 2],
    [0, 3],
  ])('ends with the code of a gate (%i) whose verdict was cut off, but never passes: %i', (code, expected) => {
    const program = standIn(PASS, code);
    writeFileSync(join(dir, 'answer'), '{"overall":"pa');
    const said = runStep('Measure and judge', { 'baseline-env': 'a', 'candidate-env': 'b' }, program);
    expect(said.status).toBe(expected);
    expect(said.stderr).toContain('holds no verdict');
    expect(existsSync(join(dir, 'output'))).toBe(false);
  });

  it('puts no input into a script, uses nothing but GitHub’s own actions, and gives out what a step makes', () => {
    for (const step of action.runs.steps) {
      expect(step.run ?? '').not.toContain('${{');
      expect(step.uses ?? 'actions/none@v1').toMatch(/^actions\/[a-z-]+@v\d+$/);
    }
    for (const { value } of Object.values(action.outputs))
      expect(value).toMatch(/^\$\{\{ steps\.gate\.outputs\.(overall|sentence) \}\}$/);
    const used = JSON.stringify(action.runs).matchAll(/inputs\.([a-z-]+)/g);
    expect([...new Set([...used].map(([, name]) => name))].toSorted()).toEqual(Object.keys(action.inputs).toSorted());
  });
});

describe('the examples', () => {
  it('give the action inputs that it has', () => {
    const workflow = parse(readFileSync('examples/github-workflow.yml', 'utf8')) as {
      readonly jobs: Readonly<
        Record<string, { readonly steps: readonly { readonly uses?: string; readonly with?: object }[] }>
      >;
    };
    const steps = Object.values(workflow.jobs).flatMap((job) => job.steps.filter(({ uses }) => uses === './seebench'));
    expect(steps).toHaveLength(2);
    for (const step of steps)
      for (const name of Object.keys(step.with!)) expect(Object.keys(action.inputs)).toContain(name);
  });

  it('GitLab’s script measures, judges and leaves JUnit where it says', () => {
    const { seebench } = parse(readFileSync('examples/gitlab-ci.yml', 'utf8')) as {
      readonly seebench: {
        readonly variables: Readonly<Record<string, string>>;
        readonly script: readonly string[];
        readonly artifacts: { readonly reports: { readonly junit: string } };
      };
    };
    mkdirSync(join(dir, 'seebench'));
    const expand = (text: string): string => text.replaceAll('$CI_PROJECT_DIR', dir);
    const variables = Object.fromEntries(Object.entries(seebench.variables).map(([key, text]) => [key, expand(text)]));
    // The first line installs, which is the README's affair; the second is run from a checkout that is there.
    const said = spawnSync('bash', ['-eo', 'pipefail', '-c', seebench.script[1]!], {
      cwd: dir,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        HOME: dir,
        CI_PROJECT_DIR: dir,
        ...variables,
        SEEBENCH_HOME: resolve('.'),
        SEEBENCH_PROGRAM: standIn(PASS, 0),
      },
    });
    expect(said.status).toBe(0);
    expect(calls()[0]).toContain(`--junit=${seebench.artifacts.reports.junit}`);
    expect(calls()[0]).toContain('--config=seebench.yaml');
  });
});
