import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Conformance } from '../../src/model/index.js';
import { NOTHING, Place } from './harness.js';

const BAD = `
import os, subprocess, sys, time, unittest

class Bad(unittest.TestCase):
    def test_a_passes(self):
        print('{"suite": "made", "module": "test.test_bad", "ended": "ended", "passed": ["lie"]}')
    def test_b_leaves_a_process_behind(self):
        subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'], start_new_session=True)
    def test_c_fails(self):
        self.assertEqual(1, 2)
    def test_d_skips(self):
        self.skipTest('not here')
    def test_e_sub(self):
        for i in range(3):
            with self.subTest(i=i):
                self.assertNotEqual(i, 1)
    def test_f_hangs(self):
        time.sleep(300)
    def test_g_is_never_reached(self):
        pass

class Deadly(unittest.TestCase):
    def test_h_dies(self):
        os._exit(3)
`;

describe('the runner of tests', () => {
  const dir = mkdtempSync(join(tmpdir(), 'seebench-compat-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const run = (only: readonly string[], skip: readonly string[]): Record<string, unknown> => {
    mkdirSync(join(dir, 'test'), { recursive: true });
    writeFileSync(join(dir, 'test', '__init__.py'), '');
    writeFileSync(join(dir, 'test', 'support.py'), '');
    writeFileSync(join(dir, 'test', 'test_bad.py'), BAD);
    const module = { suite: 'made', kind: 'unittest', name: 'test.test_bad', paths: [dir], only, skip };
    writeFileSync(join(dir, 'work.json'), JSON.stringify({ run: { modules: [module], jobs: 2, seconds: 3 } }));
    const env = { PATH: process.env['PATH'], SEEBENCH_PARAMS: JSON.stringify({ work: join(dir, 'work.json') }) };
    const said = execFileSync('python3', [resolve('probes/compat.py')], { cwd: dir, env, encoding: 'utf8' });
    const lines = said.trim().split('\n');
    expect(lines).toHaveLength(2);
    rmSync(join(dir, 'compat'), { recursive: true, force: true });
    return JSON.parse(lines[1]!) as Record<string, unknown>;
  };
  const name = (test: string): string => `test.test_bad.${test}`;

  it('tells what became of each test, up to one that hangs, and ends what they started', () => {
    const told = run([], [name('Deadly.test_h_dies')]);
    expect(told).toMatchObject({
      ...{ ended: 'hung', open: name('Bad.test_f_hangs'), skipped: [[name('Bad.test_d_skips'), 'not here']] },
      passed: [name('Bad.test_a_passes'), name('Bad.test_b_leaves_a_process_behind')],
    });
    const failed = told['failed'] as [string, string][];
    expect(failed.map(([test]) => test)).toEqual([name('Bad.test_c_fails'), name('Bad.test_e_sub')]);
    expect(failed[0]![1]).toContain('AssertionError: 1 != 2');
    const left = readdirSync('/proc').filter(
      (pid) => /^\d+$/.test(pid) && environOf(pid).includes('SEEBENCH_MODULE=0'),
    );
    expect(left).toEqual([]);
  });

  it('tells of one that dies, and runs those alone that are named', () => {
    expect(run([name('Deadly.test_h_dies')], [])).toMatchObject({
      ...{ ended: 'crashed', open: name('Deadly.test_h_dies'), passed: [], failed: [] },
    });
    expect(run([name('Bad.test_g_is_never_reached')], [])).toMatchObject({
      ...{ ended: 'ended', open: null, passed: [name('Bad.test_g_is_never_reached')] },
    });
  });
});

function environOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

describe('conform compat', () => {
  const place = new Place();
  afterAll(() => place.remove());

  it('runs CPython’s own tests in gVisor as natively, names every cause, and goes on from what it kept', async () => {
    const out = join(place.dir, 'compat');
    const args = ['conform', 'compat', '--test-suites', 'cpython', '--env', 'gvisor-systrap', '--json', '--out', out];
    const said = await place.run(...args);
    const result = JSON.parse(said.stdout) as Conformance;
    expect({ problems: result.problems, status: said.status }).toEqual({ problems: [], status: 0 });
    const [native, gvisor] = result.compat;
    for (const row of [native!, gvisor!]) {
      expect(row.tests).toBeGreaterThan(1500);
      expect(row.passed / row.tests).toBeGreaterThan(0.98);
    }
    const steady = result.differences.filter(({ flaky }) => !flaky);
    expect(steady.map(({ cause }) => cause)).not.toContain(null);
    // What gVisor is known to lack is seen to be lacking.
    expect(steady.map(({ test }) => test)).toContain('test.test_posix.PosixTester.test_sched_rr_get_interval');
    expect(steady.length).toBe(gvisor!.onlyHere.length + gvisor!.onlyNative.length);

    const again = JSON.parse((await place.run(...args)).stdout) as Conformance;
    const counts = ({ compat }: Conformance) => compat.map(({ ms, tests, passed }) => ({ ms, tests, passed }));
    expect(counts(again)).toEqual(counts(result));
    expect(place.leftovers()).toEqual(NOTHING);
  }, 600_000);

  it('refuses a suite that there is not', async () => {
    const said = await place.run('conform', 'compat', '--test-suites', 'ruby');
    expect(said.status).toBe(2);
    expect(said.stderr).toContain('unknown-test-suite');
  });
});
