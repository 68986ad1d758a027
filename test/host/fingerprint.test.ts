import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { fingerprint, observeHost, othersAtWork, quietHostWarnings, type Observed } from '../../src/host/index.js';
import { fingerprintId } from '../../src/host/fingerprint.js';
import { usedSwapKiB, warningsOf } from '../../src/host/quiet.js';
import type { Fingerprint } from '../../src/model/index.js';

const FIELDS = [
  ...['id', 'cpuModel', 'cpuVendor', 'cores', 'arch', 'memoryBytes', 'kernel', 'distro', 'virtualization', 'emulated'],
  ...['cgroup', 'thp', 'shmemThp', 'governor', 'mitigations', 'rootless', 'hostname'],
];
const QUIET_FACTS = { swapKiB: 0, controllers: ['cpu', 'memory', 'pids'], reportsFreePages: false, haltsAtOnce: false };

describe('the fingerprint of this host', () => {
  it('has the fields that may be published and no other, and no host name unless asked', async () => {
    const print = await fingerprint({ hostname: false });
    expect(Object.keys(print).sort()).toEqual([...FIELDS].sort());
    expect(print.hostname).toBeNull();
    expect(print.cpuModel).not.toBe('');
    expect(print.cores).toBeGreaterThan(0);
    expect(print.memoryBytes).toBeGreaterThan(2 ** 27);
    expect(print.id).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('is the same with the host’s name', async () => {
    const [without, named] = await Promise.all([fingerprint({ hostname: false }), fingerprint({ hostname: true })]);
    expect(named.hostname).toBe(hostname());
    expect(named.id).toBe(without.id);
  });

  it('differs by what changes times, and not by a few MiB of memory', async () => {
    const { id, hostname: _name, ...facts } = await fingerprint({ hostname: false });
    const step = 256 * 1024 * 1024;
    const even = { ...facts, memoryBytes: 16 * step };
    expect(fingerprintId({ ...even, memoryBytes: 16 * step + 3_000_000 })).toBe(fingerprintId(even));
    expect(fingerprintId({ ...facts, kernel: `${facts.kernel}-other` })).not.toBe(id);
    expect(fingerprintId({ ...facts, emulated: !facts.emulated })).not.toBe(id);
  });
});

describe('warnings of a host that is not quiet', () => {
  const host = { emulated: false, cores: 4, governor: 'performance' } as Fingerprint;
  const calm: Observed = { busyCpus: 0.1, steal: 0, memoryPressure: 0, ioPressure: 0 };

  it('are none on a quiet host, or where the kernel tells nothing', () => {
    expect(warningsOf(calm, host, QUIET_FACTS)).toEqual([]);
    const unknown = { busyCpus: null, steal: null, memoryPressure: null, ioPressure: null };
    expect(warningsOf(unknown, { ...host, governor: null }, QUIET_FACTS)).toEqual([]);
  });

  it('name each disturbance by a stable code, with a remedy', () => {
    const busy = { busyCpus: 1.5, steal: 0.08, memoryPressure: 2, ioPressure: 30 };
    const loud = { ...host, emulated: true, governor: 'powersave' };
    const found = warningsOf(busy, loud, {
      swapKiB: 2048,
      controllers: ['cpu'],
      reportsFreePages: true,
      haltsAtOnce: true,
    });
    expect(found.map(({ code }) => code)).toEqual([
      ...['emulated-cpu', 'load-high', 'steal', 'memory-pressure', 'io-pressure', 'governor'],
      ...['swap-used', 'free-page-reporting', 'idle-halts', 'cgroup-controllers'],
    ]);
    for (const { message, remedy } of found) expect(message.length * remedy.length).toBeGreaterThan(0);
    expect(found.find(({ code }) => code === 'steal')?.message).toContain('8.0 %');
    expect(found.find(({ code }) => code === 'cgroup-controllers')?.message).toContain('memory, pids');
  });

  it('tell of a run how many CPUs others kept busy, where that is more than a quiet host shows', () => {
    expect(othersAtWork(null, host)).toEqual([]);
    expect(othersAtWork(0.1, host)).toEqual([]);
    expect(othersAtWork(0.6, host)).toMatchObject([{ code: 'others-busy' }]);
    expect(othersAtWork(0.6, host)[0]!.message).toContain('0.60 of 4 CPUs');
  });

  it('add up swap over all areas', () => {
    const swaps =
      'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n' +
      '/dev/nvme0n1p3                          partition\t8388604\t\t1536\t\t-2\n/swapfile file 2097148 512 -3\n';
    expect(usedSwapKiB(swaps)).toBe(2048);
    expect(usedSwapKiB('Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n')).toBe(0);
  });

  it('can be made on this host', async () => {
    const found = quietHostWarnings(await observeHost(), await fingerprint({ hostname: false }));
    expect(found.every(({ code }) => /^[a-z-]+$/.test(code))).toBe(true);
  });
});
