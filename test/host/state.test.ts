import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { describe, expect, it } from 'vitest';
import { parseCgroupMounts } from '../../src/host/cgroup.js';
import { cgroupMode, observeHost, processStart, readHostState } from '../../src/host/index.js';
import { startTicks } from '../../src/host/process-start.js';
import { chosen } from '../../src/host/read.js';
import { parseCpuTicks, parsePsi, parseStalledUs, stealShare } from '../../src/host/state.js';

const STAT = (steal: number, user: number): string =>
  `cpu  ${user} 0 27126 2155371 4310 0 311 ${steal} 0 0\ncpu0 43063 0 13506 1078140 2146 0 149 0 0 0\nintr 5 0\n`;
const PSI = 'some avg10=28.24 avg60=8.75 avg300=2.00 total=6371078\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n';

describe('the state of the host', () => {
  it('counts steal as a share of all CPU time between two readings', () => {
    const before = parseCpuTicks(STAT(100, 1000));
    const after = parseCpuTicks(STAT(130, 1070));
    expect(stealShare(before, after)).toBeCloseTo(0.3, 10);
    expect(stealShare(null, after)).toBeNull();
    expect(stealShare(after, after)).toBeNull();
    expect(parseCpuTicks('cpu  1 2 3')).toBeNull();
  });

  it('reads pressure, and null where the kernel has none', () => {
    expect(parsePsi(PSI)).toBe(28.24);
    expect(parsePsi('')).toBeNull();
    expect(parseStalledUs(PSI)).toBe(6371078);
    expect(parseStalledUs('')).toBeNull();
  });

  it('sees who keeps a CPU busy, while it watches', async () => {
    const busy = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
    try {
      const { busyCpus, ioPressure } = await observeHost();
      expect(busyCpus).toBeGreaterThan(0.5);
      expect(busyCpus).toBeLessThanOrEqual(cpus().length);
      expect(ioPressure ?? 0).toBeGreaterThanOrEqual(0);
    } finally {
      busy.kill('SIGKILL');
    }
  });

  it('takes the chosen word of a list', () => {
    expect(chosen('always within_size advise [never] deny force')).toBe('never');
    expect(chosen('65530')).toBe('65530');
  });

  it('is read in under 2 ms on this host, with what is there and nothing else', () => {
    readHostState();
    const times = Array.from({ length: 20 }, () => {
      const startedAt = performance.now();
      readHostState();
      return performance.now() - startedAt;
    });
    expect(Math.min(...times)).toBeLessThan(2);
    const state = readHostState(['/proc/sys/vm/max_map_count', '/proc/sys/vm/no_such_setting']);
    expect(state.load1).toBeGreaterThanOrEqual(0);
    expect(Object.keys(state.settings)).toEqual(['/proc/sys/vm/max_map_count']);
    expect(Number(state.settings['/proc/sys/vm/max_map_count'])).toBeGreaterThan(0);
  });
});

describe('how cgroups are mounted', () => {
  const v1 =
    'cgroup /sys/fs/cgroup/cpu cgroup rw,relatime,cpu 0 0\ncgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n';
  const named = 'cgroup /sys/fs/cgroup/systemd cgroup rw,relatime,name=systemd 0 0\n';
  const unified = 'cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0\n';

  it.each([
    ['v1', v1 + named],
    ['hybrid', v1 + named + unified],
    ['v2', 'cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nodev,noexec,relatime,nsdelegate 0 0\n'],
    ['v2', unified + named],
    ['none', 'proc /proc proc rw 0 0\n'],
  ])('is %s', (mode, mounts) => {
    expect(parseCgroupMounts(mounts).mode).toBe(mode);
  });

  it('names the controllers of version 1 hierarchies, without their other options', () => {
    expect(parseCgroupMounts(v1 + named).hierarchies).toEqual([
      { dir: '/sys/fs/cgroup/cpu', controllers: ['cpu'] },
      { dir: '/sys/fs/cgroup/memory', controllers: ['memory'] },
    ]);
  });

  it('can be told on this host', () => {
    expect(['v1', 'hybrid', 'v2', 'none']).toContain(cgroupMode());
  });
});

describe('the start of a process', () => {
  it('is found behind a name with spaces and brackets', () => {
    const stat =
      '4242 (a) R 1 (b)) S 1 4242 4242 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 777123 9003008 500 18446744073709551615 1 1 0 0 0';
    expect(startTicks(stat)).toBe('777123');
  });

  it('is the same each time, differs between processes, and is null for none', () => {
    expect(processStart(process.pid)).toMatch(/^[0-9a-f-]{36}:\d+$/);
    expect(processStart(process.pid)).toBe(processStart(process.pid));
    expect(processStart(process.pid)).not.toBe(processStart(1));
    expect(processStart(0x3fffffff)).toBeNull();
  });
});
