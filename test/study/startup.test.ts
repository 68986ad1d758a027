import { describe, expect, it } from 'vitest';
import type { StartTrial } from '../../src/model/index.js';
import { startupResult, takeApart } from '../../src/study/index.js';

const TRIAL: StartTrial = {
  caseId: 'first-row@quick',
  environment: 'native',
  kind: 'warm',
  block: 0,
  instrumented: false,
  completed: true,
  reason: null,
  wallNs: 100,
  marks: { spawn: 0, guest: 20, interpreter: 30, imports: 60, first_result: 80, done: 85, deleted: 100 },
  clockErrorNs: 2,
  steps: [],
  dropped: null,
};
const ENVIRONMENTS = ['native', 'gvisor-systrap-restore'];
const lengths = (trial: StartTrial): [string, number][] => takeApart(trial).stretches.map(({ name, ns }) => [name, ns]);

describe('a start that is taken apart', () => {
  it('is divided at its marks, and the parts are the whole', () => {
    expect(lengths(TRIAL)).toEqual([
      ['sandbox', 20],
      ['interpreter', 10],
      ['imports', 30],
      ['first row', 20],
      ['rest of the work', 5],
      ['exit and removal', 15],
    ]);
    expect(takeApart(TRIAL).sumErrorNs).toBe(0);
  });

  it('is divided inside the sandbox by the steps of the log, in their own order', () => {
    const steps = [
      { name: 'boot/platform created', ns: 12 },
      { name: 'runtime/Go code running', ns: 3 },
      { name: 'boot/Go code running', ns: 9 },
      { name: 'runtime/exit seen', ns: 92 },
    ];
    expect(lengths({ ...TRIAL, steps })).toEqual([
      ['runtime starts', 3],
      ['sandbox process', 6],
      ['platform', 3],
      ['first instruction', 8],
      ['interpreter', 10],
      ['imports', 30],
      ['first row', 20],
      ['rest of the work', 5],
      ['exit', 7],
      ['delete', 8],
    ]);
  });

  it('says by how much marks of two clocks are out of order', () => {
    const marks = { ...TRIAL.marks, interpreter: 17 };
    expect(takeApart({ ...TRIAL, marks })).toMatchObject({ sumErrorNs: 3 });
    const late = takeApart({ ...TRIAL, marks: { ...TRIAL.marks, done: 104 } });
    expect(late.sumErrorNs).toBe(4);
  });
});

describe('what the starts of a run tell', () => {
  const blocks = Array.from({ length: 8 }, (_, block) => block);
  const trials = blocks.flatMap((block): StartTrial[] => [
    { ...TRIAL, block },
    {
      ...TRIAL,
      block,
      environment: 'gvisor-systrap-restore',
      kind: 'restored',
      wallNs: 50,
      marks: { guest: 30, imports: 31, first_result: 40, done: 41, deleted: 50 },
    },
    {
      ...TRIAL,
      block,
      environment: 'gvisor-systrap-restore',
      kind: 'restored',
      instrumented: true,
      wallNs: 100,
      marks: { guest: 60, imports: 62, first_result: 80, done: 82, deleted: 100 },
      steps: [
        { name: 'boot/platform created', ns: 20 },
        { name: 'restore/kernel loaded', ns: 50 },
      ],
    },
  ]);

  it('lays shares of instrumented starts over the stretch that was measured without', () => {
    const row = startupResult('run', 'seebench startup', ENVIRONMENTS, trials).rows.find(
      ({ kind }) => kind === 'restored',
    )!;
    expect(row.parts.slice(0, 3).map(({ name, ns, source }) => [name, Math.round(ns), source])).toEqual([
      ['platform', 10, 'share of instrumented'],
      ['kernel loaded', 15, 'share of instrumented'],
      ['first instruction', 5, 'share of instrumented'],
    ]);
    expect(row).toMatchObject({ n: 8, wholeNs: 50, sumNs: 50, instrumentedFactor: 2, worstSumErrorNs: 0 });
    expect(row.toReady).toMatchObject({ ratio: 0.5, n: 8 });
    expect(row.details).toEqual([{ name: 'restore/kernel loaded', ns: 30, n: 8 }]);
  });

  it('names what failed, and leaves it out', () => {
    const broken = { ...trials[0]!, block: 9, completed: false, reason: 'crashed: SIGSEGV' };
    const { rows, failures } = startupResult('run', 'seebench startup', ENVIRONMENTS, [...trials, broken]);
    expect(failures).toEqual(['first-row@quick in native, warm: crashed: SIGSEGV']);
    expect(rows[0]).toMatchObject({ n: 8, failed: 1 });
  });
});
