import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { removeLeftovers, TrialCgroup } from '../../src/sandbox/index.js';
import { cgroupTreesNamed, removeCgroupTree } from '../../src/sandbox/cgroup.js';
import { gone } from '../process/fixture.js';
import { scratch } from './fixture.js';

const GROUP = `seebench-test-${process.pid}`;
const first = TrialCgroup.create(GROUP, 'first');
first?.remove();
afterAll(() => cgroupTreesNamed(GROUP).forEach(removeCgroupTree));

describe.runIf(first !== null)('the cgroup of a trial', () => {
  it('counts what its processes use, and tells which they are', async () => {
    const cgroup = TrialCgroup.create(GROUP, 'used')!;
    const child = spawn('/bin/sh', ['-c', 'read go; i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done; read stop'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    for (const file of cgroup.procsFiles) writeFileSync(file, String(child.pid));
    child.stdin.write('\n');
    await sleep(300);
    expect(cgroup.pids()).toEqual([child.pid]);
    const usage = cgroup.usage();
    expect(usage.cpuNs).toBeGreaterThan(1e6);
    expect(usage.peakBytes).toBeGreaterThan(4096);
    child.kill('SIGKILL');
    cgroup.remove();
  });

  it('goes with everything in it, also what a runtime made below it and forgot', async () => {
    const cgroup = TrialCgroup.create(GROUP, 'full')!;
    const trees = cgroupTreesNamed(join(GROUP, 'full'));
    for (const tree of trees) mkdirSync(join(tree, 'box/inner'), { recursive: true });
    const child = spawn('/bin/sleep', ['60'], { stdio: 'ignore' });
    for (const file of cgroup.procsFiles) writeFileSync(file, String(child.pid));
    cgroup.remove();
    expect(await gone(child.pid!)).toBe(true);
    expect(cgroupTreesNamed(GROUP)).toEqual([]);
  });

  it('goes in hierarchies too in which only the runtime made a group', () => {
    const cgroup = TrialCgroup.create(GROUP, 'elsewhere')!;
    const other = ['/sys/fs/cgroup/devices', '/sys/fs/cgroup/freezer'].filter((dir) => existsSync(dir));
    for (const dir of other) mkdirSync(join(dir, GROUP, 'elsewhere'), { recursive: true });
    cgroup.remove();
    expect(cgroupTreesNamed(GROUP)).toEqual([]);
  });

  it('leaves another trial’s alone', () => {
    const [one, two] = [TrialCgroup.create(GROUP, 'one')!, TrialCgroup.create(GROUP, 'two')!];
    one.remove();
    expect(cgroupTreesNamed(join(GROUP, 'one'))).toEqual([]);
    expect(cgroupTreesNamed(join(GROUP, 'two')).length).toBeGreaterThan(0);
    two.remove();
  });
});

describe('what is left of a killed harness', () => {
  it('is removed: bundles, roots, FIFOs, logs of probes; and nothing else', async () => {
    const dir = scratch();
    const made = ['bundles/t1', 'bundles/t2', 'roots/runsc', 'io-abc', 'probe-xyz'];
    for (const name of [...made, 'mine']) mkdirSync(join(dir, name), { recursive: true });
    writeFileSync(join(dir, 'host-settings.json'), '[]');
    TrialCgroup.create(GROUP, 'left');
    const { sandboxes, cgroups } = await removeLeftovers(dir, GROUP);
    expect(sandboxes).toEqual(['t1', 't2']);
    expect(cgroups.length > 0).toBe(first !== null);
    expect(cgroupTreesNamed(GROUP)).toEqual([]);
    for (const name of made) expect(existsSync(join(dir, name))).toBe(false);
    expect(['mine', 'host-settings.json'].every((name) => existsSync(join(dir, name)))).toBe(true);
  });

  it('may be nothing', async () => {
    expect(await removeLeftovers(join(scratch(), 'never-made'), GROUP)).toEqual({
      cgroups: [],
      sandboxes: [],
      mounts: [],
    });
  });

  it('is removed below a directory that is no cgroup as well, as far as it is empty', () => {
    const dir = join(scratch(), 'tree');
    mkdirSync(join(dir, 'a/b/c'), { recursive: true });
    removeCgroupTree(dir);
    expect(existsSync(dir)).toBe(false);
  });
});
