import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const guestDir = fileURLToPath(new URL('../../workloads/_guest', import.meta.url));
const tinybench = dirname(dirname(fileURLToPath(import.meta.resolve('tinybench'))));

/** The guest's directory as a sandbox has it, with tinybench mounted. */
const work = mkdtempSync(join(tmpdir(), 'seebench-guest-js-'));
for (const name of ['seebench_guest.mjs', 'seebench_digest.mjs', 'seebench_csv.mjs'])
  cpSync(join(guestDir, name), join(work, name));
symlinkSync(tinybench, join(work, 'kit'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

function node(code: string, env: Record<string, string> = { SEEBENCH_EVENTS_FD: '3' }) {
  const program = `import * as guest from '${work}/seebench_guest.mjs';\n${code}`;
  const result = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: 30_000,
  });
  const lines = (result.output[3] ?? '').split('\n').slice(0, -1);
  return { lines, stdout: result.stdout, stderr: result.stderr, status: result.status };
}

/** Events with their times and sizes, which no test can know, as `#`. */
const shape = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replaceAll(/"(t|ns|mem|cpus)":\d+/g, '"$1":#').replace(/"kernel":"[^"]+"/, '"kernel":"#"'));
const mark = (name: string): string => `{"e":"mark","name":"${name}","t":#}`;

describe('the guest module of JavaScript', () => {
  it('tells the marks, the inside, parts and iterations in their order', () => {
    const { lines, stdout, stderr } = node(
      `guest.importsDone();
const work = () => guest.part('q1', () => 40 + guest.params.plus);
console.log(await guest.iterate(work, { workAmount: 1.5 }));`,
      { SEEBENCH_EVENTS_FD: '3', SEEBENCH_PARAMS: '{"iterations": 2, "plus": 2}' },
    );
    expect({ stdout, stderr }).toEqual({ stdout: '42\n', stderr: '' });
    expect(shape(lines)).toEqual([
      mark('interpreter'),
      mark('imports'),
      '{"e":"inside","kernel":"#","cpus":#,"mem":#}',
      '{"e":"part","name":"q1","i":0,"ns":#}',
      mark('first_result'),
      '{"e":"iteration","i":0,"ns":#,"work":1.5}',
      '{"e":"part","name":"q1","i":1,"ns":#}',
      '{"e":"iteration","i":1,"ns":#,"work":1.5}',
      mark('done'),
    ]);
  });

  it('stamps marks with real time', () => {
    const before = BigInt(Date.now()) * 1_000_000n;
    const { lines } = node('guest.firstResult(); guest.firstResult();');
    const stamps = lines.map((line) => BigInt(/\d{19}/.exec(line)![0]));
    expect(stamps).toHaveLength(3);
    const all = [before, ...stamps, BigInt(Date.now() + 1) * 1_000_000n];
    expect(all.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(all);
  });

  it('calls the work exactly as often as was asked, and keeps the order of the samples', () => {
    const { lines, stdout } = node(
      `let calls = 0;
const work = () => { calls += 1; const end = performance.now() + 20 * (4 - calls); while (performance.now() < end); };
await guest.iterate(work, { iterations: 3 });
console.log(calls);`,
    );
    expect(stdout).toBe('3\n');
    const times = lines
      .filter((line) => line.includes('iteration'))
      .map((line) => (JSON.parse(line) as { ns: number }).ns);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(times.at(-1)).toBeGreaterThanOrEqual(20e6);
  });

  it('ends with the error of the work', () => {
    const { status, stderr } = node(
      "await guest.iterate(() => { throw new Error('as intended'); }, { iterations: 2 });",
    );
    expect(status).toBe(1);
    expect(stderr).toContain('as intended');
  });

  it('is silent without a channel', () => {
    expect(node('guest.importsDone(); await guest.digest(1);', {})).toEqual({
      lines: [],
      stdout: '',
      stderr: '',
      status: 0,
    });
  });
});

/** JavaScript and Python expressions of equal answers. */
const SAME: readonly [js: string, python: string][] = [
  ['null', 'None'],
  ['NaN', 'float("nan")'],
  ['-Infinity', '-float("inf")'],
  ['true', 'True'],
  ['3', '3.0'],
  ['3n', '3'],
  ['-0', '0.0'],
  ['"ä€😀"', '"ä€😀"'],
  ['[1n, "a"]', '(1, "a")'],
  ['{b: 2, a: [1n]}', '{"a": [1], "b": 2.0}'],
  ['new Map([["x", Float64Array.of(0.5)]])', '{"x": [0.5]}'],
  // Half-way between two short decimals, exactly and by noise.
  ...['1234.125', '1234.135', '123456.5', '123457.5', '0.1 + 0.2', '-2.5e-7', '1e23', '5e-324'].map(
    (text): [string, string] => [text, text],
  ),
];

describe('the digest of JavaScript', () => {
  it('is that of Python for the same answer', () => {
    const python = spawnSync(
      'python3',
      [
        '-c',
        `from seebench_digest import canonical\nfor each in (${SAME.map(([, text]) => text).join(', ')}): print(canonical(each, 6))`,
      ],
      {
        env: { PATH: process.env['PATH'] ?? '', PYTHONPATH: guestDir, PYTHONDONTWRITEBYTECODE: '1' },
        encoding: 'utf8',
      },
    );
    const js = node(
      `const { canonical } = await import('${work}/seebench_digest.mjs');
for (const each of [${SAME.map(([text]) => text).join(', ')}]) console.log(canonical(each, 6));`,
    );
    expect(python.stderr + js.stderr).toBe('');
    expect(js.stdout.split('\n')).toEqual(python.stdout.split('\n'));
  });

  it('refuses what it does not know', () => {
    const { stderr } = node('await guest.digest(new Date(0));');
    expect(stderr).toContain('a value of Date has no canonical form');
  });
});
