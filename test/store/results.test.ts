import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { SUMMARY_COLUMNS, type SummaryRow } from '../../src/model/index.js';
import { RunWriter, readRun } from '../../src/store/index.js';
import { manifest, scratch, trial } from './fixture.js';

const summary: SummaryRow = {
  case: '=cmd|x',
  workload: 'true',
  environment: 'native',
  runtime: 'runc',
  platform: null,
  profile: 'default',
  version: '1.1, "a"',
  metric: 'wall_ns',
  unit: 'ns',
  better: 'lower',
  n: 2,
  median: 0.1,
  median_low: null,
  median_high: null,
  native_median: -5,
  ratio: 1,
  ratio_low: null,
  ratio_high: null,
  outcome_counts: { completed: 2, failed: 1 },
};

/** A finished run of two sessions. */
async function finished(): Promise<string> {
  const dir = await scratch();
  const first = await RunWriter.create(dir, manifest());
  const samples = [
    { metric: 'part/q1_ns', unit: 'ns', iteration: 0, value: 1.5 },
    { metric: '=HYPERLINK("x")', unit: '<b>', iteration: 1, value: -2 },
  ];
  await first.appendTrial(trial(0, { samples, caseId: '../../etc@smoke' }));
  await first.close();
  const second = await RunWriter.resume(dir);
  const reason = '=1+1\nsecond line, "quoted"';
  const outcome = { kind: 'failed', exitCode: 3, reason } as const;
  await second.appendTrial(trial(1, { outcome, samples: [{ metric: 'late', unit: 'ns', iteration: 0, value: 4 }] }));
  await second.finish(manifest({ state: { kind: 'complete', finishedAtMs: 5 } }), [summary]);
  return dir;
}

describe('a finished run', () => {
  it('has its streams, and the files for other readers beside them', async () => {
    expect((await readdir(await finished())).toSorted()).toEqual(
      [
        'host.jsonl', 'run.json', 'samples.1.arrows', 'samples.arrow', 'samples.arrows', 'samples.csv', 'summary.csv',
        'trials.1.arrows', 'trials.arrow', 'trials.arrows', 'trials.csv',
      ], // prettier-ignore
    );
  });

  it('can be read like any other, and says that it is complete', async () => {
    const run = await readRun(await finished());
    expect(run.manifest.state).toEqual({ kind: 'complete', finishedAtMs: 5 });
    expect(run.trials).toHaveLength(2);
  });

  it('has all sessions in one Arrow file each', async () => {
    const dir = await finished();
    const trials = tableFromIPC(await readFile(join(dir, 'trials.arrow')));
    expect(Array.from(trials.getChild('outcome')!)).toEqual(['completed', 'failed']);
    const samples = tableFromIPC(await readFile(join(dir, 'samples.arrow')));
    expect(Array.from(samples.getChild('metric')!)).toEqual(['part/q1_ns', '=HYPERLINK("x")', 'late']);
    expect(Array.from(samples.getChild('sequence')!)).toEqual([0, 0, 1]);
    expect(Array.from(samples.getChild('value')!)).toEqual([1.5, -2, 4]);
  });

  it('has CSV in which no text is a formula and every number keeps its sign and digits', async () => {
    const dir = await finished();
    expect(await readFile(join(dir, 'samples.csv'), 'utf8')).toBe(
      [
        'trial,case,environment,metric,unit,iteration,value',
        '0-true-0,../../etc@smoke,native,part/q1_ns,ns,0,1.5',
        `0-true-0,../../etc@smoke,native,"'=HYPERLINK(""x"")",<b>,1,-2`,
        '0-true-1,true@smoke,native,late,ns,0,4',
        '',
      ].join('\n'),
    );
    expect(await readFile(join(dir, 'trials.csv'), 'utf8')).toContain(`,failed,"'=1+1\nsecond line, ""quoted""",`);
  });

  it('has the summary with its columns in order, and nothing where nothing is known', async () => {
    const [header, row] = (await readFile(join(await finished(), 'summary.csv'), 'utf8')).split('\n');
    expect(header).toBe(SUMMARY_COLUMNS.join(','));
    expect(row).toBe(
      `'=cmd|x,true,native,runc,,default,"1.1, ""a""",wall_ns,ns,lower,2,0.1,,,-5,1,,,"{""completed"":2,""failed"":1}"`,
    );
  });
});
