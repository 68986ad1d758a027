import { describe, expect, it } from 'vitest';
import type { SandboxRole } from '../../src/model/index.js';
import { sandboxPss, sumPss } from '../../src/sandbox/processes.js';

/** As Linux 6.18 writes it, shortened. */
const rollup = (pssKib: number, from = '00400000'): string =>
  `${from}-7ffff7fff000 ---p 00000000 00:00 0          [rollup]\nRss:              ${pssKib + 40} kB\nPss:              ${pssKib} kB\nPss_Dirty:           8 kB\nPss_Shmem:           4 kB\n`;
const view = (role: SandboxRole | null, text: string) => ({ role, rollup: text });

describe('the memory of a sandbox’s processes', () => {
  it('counts an address space that several stubs share once', () => {
    const stub = view('stub', rollup(100_000));
    const found = sumPss([
      view('sentry', rollup(30_000)),
      view('gofer', rollup(5000)),
      ...[stub, stub, stub],
      view('stub', rollup(700)),
      view(null, rollup(9000)),
    ]);
    expect(found).toEqual({ ownBytes: 135_700 * 1024, commandBytes: 9000 * 1024 });
  });

  it('counts guests of the same size as the two that they are', () => {
    expect(sumPss([view('guest', rollup(10)), view('guest', rollup(10))]).ownBytes).toBe(20 * 1024);
  });

  it('is nothing for a process that has ended', async () => {
    expect(sumPss([view(null, '')])).toEqual({ ownBytes: 0, commandBytes: 0 });
    expect(await sandboxPss([2 ** 22 + 1], 'runc')).toEqual({ ownBytes: 0, commandBytes: 0 });
  });

  it('is read from the kernel', async () => {
    expect((await sandboxPss([process.pid], 'runc')).commandBytes).toBeGreaterThan(2 ** 20);
  });
});
