import { describe, expect, it } from 'vitest';
import { fakeDriver } from '../../src/sandbox/index.js';
import { environment, request } from './fixture.js';

const fake = { ...environment('gvisor-systrap'), runtime: 'fake' as const };

describe('the fake driver', () => {
  it('reports what the script plays, from nothing but the request', async () => {
    const driver = fakeDriver(fake, ({ guest }) => ({
      wallNs: guest.pids * 1e6,
      events: [],
      exitCode: 3,
      stderr: guest.caseId,
    }));
    const { report, stderr, outputBytes } = await driver.launch(request('t1'));
    expect(report.exitMonoNs - report.spawnMonoNs).toBe(512_000_000n);
    expect({ code: report.status >> 8, stderr, outputBytes }).toEqual({
      code: 3,
      stderr: 'tpch-duckdb@smoke',
      outputBytes: 17,
    });
  });

  it('places marks after the spawn in real time, and tells them while it runs', async () => {
    const seen: string[] = [];
    const driver = fakeDriver(fake, () => ({ wallNs: 1e6, events: [{ e: 'mark', name: 'guest', t: 250 }, 'no JSON'] }));
    const { events, report } = await driver.launch(request('t1', { onEvent: ({ text }) => seen.push(text) }));
    expect(events.map(({ text }) => text)).toEqual([
      `{"e":"mark","name":"guest","t":${report.spawnRealNs + 250n}}`,
      'no JSON',
    ]);
    expect(seen).toHaveLength(2);
  });

  it('heeds the signal', async () => {
    const driver = fakeDriver(fake, () => ({ wallNs: 1, events: [] }));
    expect((await driver.launch(request('t1', { signal: AbortSignal.abort() }))).aborted).toBe(true);
  });
});
