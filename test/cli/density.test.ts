import { describe, expect, it } from 'vitest';
import { Guard } from '../../src/cli/density-guard.js';
import type { HostMemory } from '../../src/host/index.js';

const GIB = 2 ** 30;
const memory = (change: Partial<HostMemory> = {}): HostMemory => ({
  totalBytes: 24 * GIB,
  availableBytes: 20 * GIB,
  pressure: 0,
  ...change,
});
const guard = (change: Partial<HostMemory> = {}, signal = new AbortController().signal): Guard =>
  new Guard(signal, () => memory(change));

describe('the stop before a host suffers', () => {
  it('keeps 15 % of the memory free, and 2 GiB at least', () => {
    expect(guard().reserveBytes).toBeCloseTo(3.6 * GIB);
    expect(guard({ totalBytes: 4 * GIB }).reserveBytes).toBe(2 * GIB);
  });

  it('lets in what cannot touch that, whatever it takes', () => {
    expect(guard().stop(8 * GIB, Infinity)).toBeNull();
    expect(guard().stop(17 * GIB, Infinity)).toMatchObject({
      kind: 'memory-reserve',
      reason: '20.0 GiB are available, what comes may take 17.0 GiB, and 3.6 GiB are kept free',
    });
    expect(guard({ availableBytes: 3 * GIB }).stop(0, Infinity)).toMatchObject({ kind: 'memory-reserve' });
  });

  it('sees tasks that wait for memory, where the kernel tells', () => {
    expect(guard({ pressure: 7.5 }).stop(0, Infinity)).toMatchObject({ kind: 'memory-pressure' });
    expect(guard({ pressure: null }).stop(0, Infinity)).toBeNull();
  });

  it('ends with its time, and first of all with a signal', () => {
    expect(guard().stop(0, performance.now() - 1)).toMatchObject({ kind: 'time' });
    expect(guard({ availableBytes: 0 }, AbortSignal.abort()).stop(0, -1)).toMatchObject({ kind: 'interrupted' });
  });
});
