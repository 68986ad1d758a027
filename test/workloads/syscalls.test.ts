import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const event = z.object({
  e: z.string(),
  name: z.string().optional(),
  ns: z.array(z.number().nonnegative()).optional(),
  t: z.number().optional(),
  cpus: z.number().optional(),
  mem: z.number().optional(),
});

const source = new URL('../../workloads/_guest/syscalls.c', import.meta.url).pathname;
const BUDGET = { batches: 4, batch_ns: 100_000, op_budget_ms: 2 };

/** Runs the suite by hand: its events come on stdout. */
function run(
  params: Record<string, number>,
  names: readonly string[] = [],
  prelude = '',
): { events: z.infer<typeof event>[]; stderr: string; status: number | null } {
  const env = { PATH: process.env['PATH'] ?? '', SEEBENCH_PARAMS: JSON.stringify(params) };
  const result = spawnSync('sh', ['-c', `${prelude} exec "$0" "$@"`, join(dir, 'syscalls'), ...names], {
    env,
    encoding: 'utf8',
    timeout: 30_000,
  });
  const events = result.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => event.parse(JSON.parse(line)));
  return { events, stderr: result.stderr, status: result.status };
}

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'seebench-syscalls-'));
  const build = spawnSync(
    'gcc',
    ['-static', '-O2', '-pthread', '-Wall', '-Wextra', '-Werror', '-o', join(dir, 'syscalls'), source],
    { encoding: 'utf8' },
  );
  expect(build.stderr).toBe('');
}, 60_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('the syscall suite', () => {
  it('measures at least 25 operations, each once, under names that a metric can have', () => {
    const { events, stderr, status } = run(BUDGET);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const names = events.filter(({ e }) => e === 'syscall').map(({ name }) => name ?? '');
    expect(names.length).toBeGreaterThanOrEqual(25);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z0-9_+.-]+$/.test(name))).toEqual([]);
    expect(names[0]).toBe('getppid');
  });

  it('reports times that a kernel can have: no call is free, and a fork costs more than getppid', () => {
    const { events } = run(BUDGET, [
      'getppid',
      'fork_wait',
      'mmap_touch_munmap_1m',
      'mmap_touch_munmap_16k',
      'mmap_munmap_4k',
    ]);
    const median = (wanted: string): number => {
      const ns = events.find(({ e, name }) => e === 'syscall' && name === wanted)?.ns?.toSorted((a, b) => a - b) ?? [];
      return ns[Math.floor(ns.length / 2)] ?? NaN;
    };
    expect(median('getppid')).toBeGreaterThan(10);
    expect(median('getppid')).toBeLessThan(100_000);
    expect(median('fork_wait')).toBeGreaterThan(median('getppid'));
    expect(median('mmap_touch_munmap_1m')).toBeGreaterThan(median('mmap_munmap_4k'));
  });

  it('measures the clock before and after each operation and says what it cost', () => {
    const { events } = run(BUDGET, ['getppid', 'stat']);
    const told = events.filter(({ e }) => e === 'clock' || e === 'syscall').map(({ e }) => e);
    // Done again where the clock moved meanwhile.
    expect(told.join(' ')).toMatch(/^(clock clock )+syscall (clock clock )+syscall$/);
  });

  it('marks its way like every guest and tells what it sees', () => {
    const { events } = run(BUDGET, ['getppid']);
    const marks = events.filter(({ e }) => e === 'mark');
    expect(marks.map(({ name }) => name)).toEqual(['interpreter', 'imports', 'first_result', 'done']);
    const times = marks.map(({ t }) => t ?? 0);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const inside = events.find(({ e }) => e === 'inside');
    expect(inside?.cpus).toBeGreaterThan(0);
    expect(inside?.mem).toBeGreaterThan(1 << 20);
  });

  it('makes as many batches as asked for when there is time, and no fewer than three when there is none', () => {
    const samples = (params: Record<string, number>, name: string): number | undefined =>
      run(params, [name]).events.find(({ e }) => e === 'syscall')?.ns?.length;
    expect(samples({ batches: 40, batch_ns: 10_000, op_budget_ms: 2000 }, 'getppid')).toBe(40);
    expect(samples({ batches: 1000, batch_ns: 10_000_000, op_budget_ms: 1 }, 'vfork_exec_wait')).toBe(3);
  });

  it('names the operations that fail, goes on with the others, and ends with an error', () => {
    const { events, stderr, status } = run(BUDGET, ['getppid', 'pipe_write_read', 'stat_rootfs'], 'ulimit -n 4;');
    expect(stderr).toContain('syscalls: pipe_write_read: Too many open files');
    expect(stderr).toContain('1 of 3 operations failed');
    expect(status).toBe(1);
    expect(events.filter(({ e }) => e === 'syscall').map(({ name }) => name)).toEqual(['getppid', 'stat_rootfs']);
  });

  it.each([
    ['an operation that does not exist', BUDGET, ['getppid', 'no_such_thing'], 'are no operations'],
    [
      'a number of batches that an event cannot hold',
      { ...BUDGET, batches: 1001 },
      ['getppid'],
      'batches must be 3…1000',
    ],
    ['a budget of nothing', { ...BUDGET, op_budget_ms: 0 }, ['getppid'], 'at least 1'],
  ])('refuses %s', (_what, params, names, message) => {
    const { stderr, status } = run(params, names);
    expect(stderr).toContain(message);
    expect(status).toBe(1);
  });

  it('leaves nothing in /tmp', () => {
    const scratch = (): string[] => readdirSync('/tmp').filter((name) => /^syscalls-\w{6}$/.test(name));
    const before = scratch();
    run(BUDGET);
    expect(scratch()).toEqual(before);
  });
});
