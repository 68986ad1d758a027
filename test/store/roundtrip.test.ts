import * as fc from 'fast-check';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MARK_NAMES, type Outcome, type Sample, type Trial } from '../../src/model/index.js';
import { RunWriter, readRun, type StoredRun } from '../../src/store/index.js';
import { manifest, scratch, trial } from './fixture.js';

const nasty = fc.constantFrom(
  '=1+1',
  '+1',
  '-1',
  '@A1',
  '"',
  'a,b',
  '<script>',
  '../../x',
  'two\nlines',
  '\r',
  '\t',
  '',
  'ü€😀',
  "'",
  '__proto__',
);
const text = fc.oneof(nasty, fc.string({ unit: 'binary', maxLength: 30 }));
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0);
const int = fc.nat({ max: 2 ** 31 - 1 });
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });

const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.constant({ kind: 'completed' as const }),
  fc.record({ kind: fc.constant('failed' as const), exitCode: maybe(int), reason: text }),
  fc.record({ kind: fc.constant('timed-out' as const), afterMs: number, reason: text }),
  fc.record({ kind: fc.constant('oom-killed' as const), limitBytes: number, reason: text }),
  fc.record({ kind: fc.constant('crashed' as const), signal: text, reason: text }),
  fc.record({ kind: fc.constant('mismatched' as const), expected: text, got: text, reason: text }),
  fc.record({ kind: fc.constant('skipped' as const), reason: text }),
);
const marks = fc
  .subarray([...MARK_NAMES])
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, number]))));
const anyTrial: fc.Arbitrary<Omit<Trial, 'sequence'>> = fc.record({
  id: text,
  block: int,
  position: int,
  caseId: text,
  environmentId: text,
  outcome,
  startedAtMs: number,
  wallNs: maybe(number),
  marks,
  clockErrorNs: maybe(number),
  values: fc
    .dictionary(fc.oneof(fc.constantFrom('wall_ns', 'cpu_ns', 'peak_bytes'), text), number)
    .map((d) => ({ ...d })),
  samples: fc.array(fc.record({ metric: text, unit: text, iteration: int, value: number }), { maxLength: 12 }),
  digest: maybe(text),
  exitCode: maybe(int),
  signal: maybe(text),
  inside: maybe(fc.record({ kernelRelease: text, cpus: number, memTotalBytes: number })),
  outputBytes: number,
  warnings: fc.array(text, { maxLength: 3 }),
});

function samplesOf(run: StoredRun, trialIndex: number): Sample[] {
  const { samples } = run;
  return Array.from({ length: samples.length }, (_, i) => i)
    .filter((i) => samples.trialIndex[i] === trialIndex)
    .map((i) => ({
      metric: samples.metrics[samples.codes[i]!]!,
      unit: samples.units[samples.codes[i]!]!,
      iteration: samples.iteration[i]!,
      value: samples.value[i]!,
    }));
}

describe('what is stored of a trial', () => {
  it('comes back exactly, over any number of sessions, whatever the text holds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyTrial, { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
        async (sessions) => {
          const dir = await mkdtemp(join(tmpdir(), 'seebench-store-'));
          try {
            let sequence = 0;
            const all: Trial[] = [];
            for (const [i, session] of sessions.entries()) {
              const writer = i === 0 ? await RunWriter.create(dir, manifest()) : await RunWriter.resume(dir);
              for (const partial of session) {
                const stored = { ...partial, sequence: sequence++ };
                all.push(stored);
                await writer.appendTrial(stored);
              }
              await writer.close();
            }
            const run = await readRun(dir);
            expect(run.truncated).toBe(false);
            expect(run.trials.map((back, i) => ({ ...back, samples: samplesOf(run, i) }))).toEqual(all);
          } finally {
            await rm(dir, { recursive: true });
          }
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);

  it.each([
    ['a value that is no number', { values: { wall_ns: Number.NaN } }],
    ['an endless value of its own name', { values: { mine: Number.POSITIVE_INFINITY } }],
    ['a sample that is no number', { samples: [{ metric: 'm', unit: 'ns', iteration: 0, value: Number.NaN }] }],
    ['an iteration beyond 32 bits', { samples: [{ metric: 'm', unit: 'ns', iteration: 2 ** 31, value: 1 }] }],
  ])('refuses %s, and stores nothing of that trial', async (_name, change) => {
    const dir = await scratch();
    const writer = await RunWriter.create(dir, manifest());
    await expect(writer.appendTrial(trial(0, change))).rejects.toThrow(RangeError);
    await writer.appendTrial(trial(1));
    await writer.close();
    const run = await readRun(dir);
    expect(run.trials.map((t) => t.sequence)).toEqual([1]);
    expect(run.samples.length).toBe(0);
  });

  it('keeps the host around each block, without a line that was cut off', async () => {
    const dir = await scratch();
    const state = {
      atMs: 1,
      load1: 0.5,
      steal: null,
      psi: { cpu: 0, memory: null, io: 0 },
      settings: { '/sys/x': 'y' },
    };
    const watch = { caseId: 'true@smoke', block: 0, before: state, after: state };
    const writer = await RunWriter.create(dir, manifest());
    await writer.appendWatch(watch);
    await writer.close();
    await appendFile(join(dir, 'host.jsonl'), '{"caseId":"tr');
    expect((await readRun(dir)).watch).toEqual([watch]);
    const next = await RunWriter.resume(dir);
    await next.appendWatch(watch);
    await next.close();
    expect((await readRun(dir)).watch).toEqual([watch, watch]);
    expect(await readFile(join(dir, 'host.jsonl'), 'utf8')).not.toContain('"tr{');
  });
});
