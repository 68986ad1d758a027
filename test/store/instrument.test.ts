import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { InstrumentedTrial } from '../../src/model/index.js';
import { INSTRUMENTED_FILE, readInstrumented, writeInstrumented } from '../../src/store/index.js';
import { scratch } from './fixture.js';

const TRIAL: InstrumentedTrial = {
  case: 'true@smoke',
  environment: 'native',
  variables: {},
  outcome: 'completed',
  wallNs: 1e6,
  marks: { spawn: 0, guest: 5 },
  iterationNs: [3],
  usage: [
    {
      segment: 1000,
      userNs: 1,
      systemNs: 2,
      faults: 3,
      waits: 4,
      preemptions: 5,
      readBytes: 6,
      writtenBytes: 7,
      vmas: 8,
    },
  ],
  host: [{ segment: 2, role: 'sentry', processes: 1, userNs: 1, systemNs: 2, faults: 3, switches: 4 }],
  counts: [{ segment: 1, role: 'guest', number: 0x10006, count: 12 }],
  uncounted: null,
  gvisor: { runsc_fs_opens: 3 },
};

describe('instrumented trials on disk', () => {
  it('come back as they were written', async () => {
    const dir = await scratch();
    const all = [TRIAL, { ...TRIAL, counts: null, uncounted: 'no BPF', gvisor: null }];
    await writeInstrumented(dir, all);
    expect(await readInstrumented(dir)).toEqual(all);
  });

  it('are missed with a remedy', async () => {
    await expect(readInstrumented(await scratch())).rejects.toMatchObject({
      code: 'not-instrumented',
      remedy: expect.stringContaining('run --instrument') as string,
      exitCode: 2,
    });
  });

  it.each([
    ['no JSON', '{'],
    ['a negative count', JSON.stringify({ ...TRIAL, counts: [{ ...TRIAL.counts![0]!, count: -1 }] })],
    ['half a call', JSON.stringify({ ...TRIAL, counts: [{ ...TRIAL.counts![0]!, count: 0.5 }] })],
    ['more calls than there can be', JSON.stringify({ ...TRIAL, counts: [{ ...TRIAL.counts![0]!, count: 1e15 }] })],
    ['no counts at all', JSON.stringify({ ...TRIAL, counts: [] })],
    ['another role', JSON.stringify({ ...TRIAL, counts: [{ ...TRIAL.counts![0]!, role: 'kernel' }] })],
    ['a name that steers the terminal', JSON.stringify({ ...TRIAL, case: '\u001b[2J' })],
    ['too many counts', JSON.stringify({ ...TRIAL, counts: Array.from({ length: 200_001 }, () => TRIAL.counts![0]!) })],
  ])('are refused with %s', async (_, line) => {
    const dir = await scratch();
    await writeFile(join(dir, INSTRUMENTED_FILE), `${line}\n`);
    await expect(readInstrumented(dir)).rejects.toMatchObject({ code: 'instrumented-invalid' });
  });
});
