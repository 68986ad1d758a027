import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const guestDir = fileURLToPath(new URL('../../workloads/_guest', import.meta.url));
const MARK = /^\{"e":"mark","name":"\w+","t":\d{19}\}$/;

interface Ran {
  readonly lines: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

/** Runs Python with the guest module as a sandbox does: events on descriptor 3, and an environment of our own. */
function python(code: string, env: Record<string, string> = { SEEBENCH_EVENTS_FD: '3' }): Ran {
  const result = spawnSync('python3', ['-c', code], {
    env: { PATH: process.env['PATH'] ?? '', PYTHONPATH: guestDir, PYTHONDONTWRITEBYTECODE: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: 30_000,
  });
  const lines = (result.output[3] ?? '').split('\n');
  expect(lines.pop()).toBe('');
  return { lines, stdout: result.stdout, stderr: result.stderr, status: result.status };
}

/** Events with their times and sizes, which no test can know, as `#`. */
function shape(lines: readonly string[]): string[] {
  return lines.map((line) =>
    line.replaceAll(/"(t|ns|mem|cpus)":\d+/g, '"$1":#').replace(/"kernel":"[^"]+"/, '"kernel":"#"'),
  );
}

const mark = (name: string): string => `{"e":"mark","name":"${name}","t":#}`;

describe('the guest module', () => {
  it('marks the interpreter when it is imported, and the end when Python ends', () => {
    const { lines, status } = python('import seebench_guest');
    expect(status).toBe(0);
    expect(shape(lines)).toEqual([mark('interpreter'), mark('done')]);
    for (const line of lines) expect(line).toMatch(MARK);
  });

  it('tells the marks, the inside, parts and iterations in their order', () => {
    const code = `
import seebench_guest as guest
guest.imports_done()
def work():
    with guest.part("q1"):
        return 40 + guest.params["plus"]
print(guest.iterate(work, work_amount=1.5))
guest.value("vmas", 3, "count")
guest.syscall("getppid", [1.23456, 2])
`;
    const { lines, stdout } = python(code, {
      SEEBENCH_EVENTS_FD: '3',
      SEEBENCH_PARAMS: '{"iterations": 2, "plus": 2}',
    });
    expect(stdout).toBe('42\n');
    expect(shape(lines)).toEqual([
      mark('interpreter'),
      mark('imports'),
      '{"e":"inside","kernel":"#","cpus":#,"mem":#}',
      '{"e":"part","name":"q1","i":0,"ns":#}',
      mark('first_result'),
      '{"e":"iteration","i":0,"ns":#,"work":1.5}',
      '{"e":"part","name":"q1","i":1,"ns":#}',
      '{"e":"iteration","i":1,"ns":#,"work":1.5}',
      '{"e":"value","name":"vmas","value":3,"unit":"count"}',
      '{"e":"syscall","name":"getppid","ns":[1.235,2.000]}',
      mark('done'),
    ]);
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it('stamps marks with real time, in order', () => {
    const before = BigInt(Date.now()) * 1_000_000n;
    const { lines } = python('import seebench_guest as g; g.imports_done(); g.first_result()');
    const after = BigInt(Date.now() + 1) * 1_000_000n;
    const stamps = [
      before,
      ...lines.filter((line) => MARK.test(line)).map((line) => BigInt(/\d{19}/.exec(line)![0])),
      after,
    ];
    expect(stamps).toHaveLength(6);
    expect(stamps.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(stamps);
  });

  it('times the work and not what stands around it', () => {
    const { lines } = python('import time, seebench_guest as g; g.iterate(lambda: time.sleep(0.05), iterations=1)');
    const event = JSON.parse(lines.find((line) => line.includes('iteration'))!) as { ns: number };
    expect(event.ns).toBeGreaterThanOrEqual(50e6);
    expect(event.ns).toBeLessThan(500e6);
  });

  it('counts only the first call of first_result, and not a part that failed', () => {
    const code = `
import seebench_guest as guest
guest.first_result(); guest.first_result()
with guest.part("broken"):
    raise ValueError("as intended")
`;
    const { lines, status, stderr } = python(code);
    expect(status).toBe(1);
    expect(stderr).toContain('as intended');
    expect(shape(lines)).toEqual([mark('interpreter'), mark('first_result'), mark('done')]);
  });

  it('lets the result of one iteration go before the next makes its own', () => {
    const code = `
import seebench_guest as guest
class Big:
    alive = 0
    def __init__(self): Big.alive += 1; assert Big.alive == 1
    def __del__(self): Big.alive -= 1
guest.iterate(Big, iterations=3)
`;
    expect(python(code)).toMatchObject({ status: 0, stderr: '' });
  });

  it('is silent without a channel, and does not mind', () => {
    const code = 'import seebench_guest as g; g.imports_done(); g.iterate(lambda: 1, iterations=1); g.digest(1)';
    expect(python(code, {})).toEqual({ lines: [], stdout: '', stderr: '', status: 0 });
  });

  it('keeps its channel from programs and forks that the workload starts', () => {
    const code = `
import os, subprocess, sys
import seebench_guest
subprocess.run([sys.executable, "-c", "import os, seebench_guest\\ntry: os.fstat(3)\\nexcept OSError: print('closed')"], close_fds=False)
if os.fork() == 0: sys.exit()
os.wait()
`;
    const { lines, stdout, stderr } = python(code);
    expect({ stdout, stderr }).toEqual({ stdout: 'closed\n', stderr: '' });
    expect(shape(lines)).toEqual([mark('interpreter'), mark('done')]);
  });

  it('imports nothing that a bare interpreter has not', () => {
    const code = `
import sys
before = {*sys.modules, *sys.builtin_module_names}
import seebench_guest
print(sorted(set(sys.modules) - before))
`;
    expect(python(code).stdout).toBe("['seebench_guest']\n");
  });
});
