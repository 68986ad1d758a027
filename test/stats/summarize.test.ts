import { describe, expect, it } from 'vitest';
import type { Outcome, RunData, SummaryRow } from '../../src/model/index.js';
import { settledOutcomes, summarize, trialValues } from '../../src/stats/index.js';
import { columns, manifest, trial } from '../store/fixture.js';

interface Made {
  readonly native?: number;
  readonly gvisor?: number;
  readonly outcomes?: Partial<Record<'native' | 'gvisor-systrap', Outcome>>;
  readonly digests?: Partial<Record<'native' | 'gvisor-systrap', string>>;
}

/** One block after another, with gVisor's trial before native's, so that its answer cannot be judged when it ends. */
function run(...blocks: readonly Made[]): RunData {
  const trials = blocks.flatMap((made, block) =>
    (
      [
        ['gvisor-systrap', made.gvisor],
        ['native', made.native],
      ] as const
    ).map(([environmentId, wall], position) =>
      trial(2 * block + position, {
        block,
        position,
        environmentId,
        id: `${block}-${environmentId}`,
        outcome: made.outcomes?.[environmentId] ?? { kind: 'completed' },
        values: wall === undefined ? {} : { wall_ns: wall },
        digest: made.digests?.[environmentId] ?? 'sha256:a',
      }),
    ),
  );
  return { manifest: manifest(), trials, samples: columns([]) };
}

const row = (data: RunData, environment = 'gvisor-systrap', metric = 'wall_ns'): SummaryRow => {
  const found = summarize(data).find((r) => r.environment === environment && r.metric === metric);
  if (!found) throw new Error(`no row ${environment} ${metric}`);
  return found;
};
const failed: Outcome = { kind: 'failed', exitCode: 1, reason: 'no' };

describe('the summary of a run', () => {
  it('takes ratios inside blocks, so that a host that gets slower changes nothing', () => {
    const drifting = [1, 2, 4, 8, 16, 32].map((drift) => ({ native: 100 * drift, gvisor: 150 * drift }));
    const { n, ratio, ratio_low, ratio_high } = row(run(...drifting));
    expect(n).toBe(6);
    for (const value of [ratio, ratio_low, ratio_high]) expect(value).toBeCloseTo(1.5, 12);
  });

  it('leaves intervals open where n is too small', () => {
    const made = row(run({ native: 1, gvisor: 2 }, { native: 1, gvisor: 4 }, { native: 1, gvisor: 3 }));
    expect(made).toMatchObject({ n: 3, median: 3, native_median: 1, median_low: null, median_high: null });
    expect(made).toMatchObject({ ratio_low: null, ratio_high: null });
    expect(made.ratio).toBeCloseTo(3, 12);
  });

  it('compares nothing of a block in which native failed', () => {
    const data = run({ native: 1, gvisor: 2 }, { native: 1, gvisor: 1000, outcomes: { native: failed } });
    expect(row(data)).toMatchObject({ n: 1, median: 2, outcome_counts: { completed: 2 } });
    expect(row(data, 'native')).toMatchObject({ n: 1, outcome_counts: { completed: 1, failed: 1 } });
  });

  it('does not use a trial whose answer differs from native’s, and counts it as mismatched', () => {
    const data = run({ native: 1, gvisor: 2 }, { native: 1, gvisor: 1000, digests: { 'gvisor-systrap': 'sha256:b' } });
    expect(settledOutcomes(data.trials)).toEqual(['completed', 'completed', 'mismatched', 'completed']);
    expect(row(data)).toMatchObject({ n: 1, median: 2, outcome_counts: { completed: 1, mismatched: 1 } });
  });

  it('has rows with n = 0 for an environment whose trials all failed', () => {
    const data = run({ native: 1, outcomes: { 'gvisor-systrap': failed } });
    expect(row(data)).toMatchObject({
      n: 0,
      median: null,
      ratio: null,
      native_median: null,
      outcome_counts: { failed: 1 },
    });
  });

  it('has no rows for an environment without trials, and none for a case that was never reached', () => {
    const data = run({ native: 1, gvisor: 2 });
    const nativeOnly = { ...data, trials: data.trials.filter((t) => t.environmentId === 'native') };
    expect(new Set(summarize(nativeOnly).map((r) => r.environment))).toEqual(new Set(['native']));
    expect(summarize({ ...data, trials: [] })).toEqual([]);
  });

  it('shows native as the line at 1', () => {
    expect(row(run({ native: 7, gvisor: 9 }), 'native')).toMatchObject({ ratio: 1, n: 1, median: 7 });
  });

  it('makes one value of a trial’s iterations, however many there are', () => {
    const data = run({ native: 1, gvisor: 2 });
    const samples = columns([
      ...[10, 30, 20].map((value) => ({ trial: 0, metric: 'iteration_ns', unit: 'ns', value })),
      ...[1, 3, 2, 2, 2].map((value) => ({ trial: 1, metric: 'iteration_ns', unit: 'ns', value })),
      { trial: 0, metric: 'syscall_ns/getppid', unit: 'ns', value: 5 },
    ]);
    expect(row({ ...data, samples }, 'gvisor-systrap', 'iteration_ns')).toMatchObject({
      n: 1,
      median: 20,
      native_median: 2,
    });
    // Native did not report it: there is a row, and nothing is compared.
    expect(row({ ...data, samples }, 'gvisor-systrap', 'syscall_ns/getppid')).toMatchObject({
      n: 0,
      unit: 'ns',
      median: null,
    });
  });

  it('does not let a guest’s sample stand for what the harness measured', () => {
    const data = run({ native: 1, gvisor: 2 });
    const samples = columns([{ trial: 0, metric: 'wall_ns', unit: 'ns', value: 0.001 }]);
    expect(trialValues({ ...data, samples })[0]!.get('wall_ns')?.value).toBe(2);
  });

  it('takes unit and direction of the vocabulary, and the workload’s unit for throughput', () => {
    const base = run({ native: 1, gvisor: 2 });
    const plan = base.manifest.plan;
    const info = { ...plan.cases[0]!, headline: 'throughput', headlineBetter: 'higher' as const, workUnit: 'rows' };
    const data = {
      ...base,
      manifest: { ...base.manifest, plan: { ...plan, cases: [info] } },
      samples: columns([
        { trial: 0, metric: 'throughput', unit: 'rows/s', value: 5 },
        { trial: 1, metric: 'throughput', unit: 'rows/s', value: 10 },
        { trial: 1, metric: 'mine', unit: 'parsecs', value: 10 },
      ]),
    };
    const throughput = row(data, 'gvisor-systrap', 'throughput');
    expect(throughput).toMatchObject({ unit: 'rows/s', better: 'higher' });
    expect(throughput.ratio).toBeCloseTo(0.5, 12);
    expect(row(data, 'native', 'mine')).toMatchObject({ unit: 'parsecs', better: 'lower' });
  });
});
