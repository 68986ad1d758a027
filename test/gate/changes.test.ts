import { describe, expect, it } from 'vitest';
import { besideWithin, changesWithin, versionPairs } from '../../src/gate/index.js';
import { versionName, type EnvironmentRecord } from '../../src/model/index.js';
import { manifest } from '../store/fixture.js';
import { around, POLICY, runOf } from './fixture.js';

const OLD = 'v0.0.0-20240722211153-64c016c92987';
const NEW = 'v0.0.0-20260905035102-160fafc42237';
const [plain] = manifest().environments as [EnvironmentRecord, ...EnvironmentRecord[]];
const available: EnvironmentRecord['probe'] = {
  status: 'available',
  launchMs: 90,
  inside: {
    kernelRelease: '4.4.0',
    kernelVersion: '#1',
    machine: 'x86_64',
    cpus: 2,
    memTotalBytes: 1e9,
    uid: 0,
    platform: 'systrap',
  },
};
const record = (id: string, change: Partial<EnvironmentRecord> = {}): EnvironmentRecord => ({
  ...plain,
  id,
  runtime: 'runsc',
  platform: 'systrap',
  version: NEW,
  probe: available,
  ...change,
});
const pairsOf = (...environments: readonly EnvironmentRecord[]) =>
  versionPairs({ ...manifest(), environments }).map(({ baseline, candidate, subject }) => [
    baseline.ref,
    candidate.ref,
    subject,
  ]);

describe('the day in a version', () => {
  it.each([
    [OLD, '2024-07-22'],
    ['0.0.0-20260905035102-160fafc42237', '2026-09-05'],
    ['release-20260817.0', '2026-08-17'],
    ['VERSION_MISSING', 'VERSION_MISSING'],
    ['1.2.3-20991399', '1.2.3-20991399'],
  ])('of %s is %s', (version, name) => expect(versionName(version)).toBe(name));
});

describe('two versions of an environment', () => {
  const old = record(`gvisor-systrap@${OLD}`, { version: OLD });

  it('are a pair, the older first, whatever the order of the plan', () => {
    const wanted = [[old.id, 'gvisor-systrap', 'gVisor on systrap']];
    expect(pairsOf(record('gvisor-systrap'), old)).toEqual(wanted);
    expect(pairsOf(old, record('gvisor-systrap'))).toEqual(wanted);
  });

  it('differ in nothing else: neither platform nor profile nor start', () => {
    expect(pairsOf(old, record('gvisor-ptrace', { platform: 'ptrace' }))).toEqual([]);
    expect(pairsOf(old, record('x', { profile: { ...plain.profile, id: 'tuned' } }))).toEqual([]);
    expect(pairsOf(old, record('gvisor-systrap-restore', { restored: true }))).toEqual([]);
    expect(pairsOf(old, record('again', { version: OLD }))).toEqual([]);
    expect(pairsOf(old, record('unknown', { version: null }))).toEqual([]);
  });

  it('must both have run', () => {
    const probe: EnvironmentRecord['probe'] = { status: 'unavailable', reason: 'no', log: '', launchMs: null };
    expect(pairsOf({ ...old, probe }, record('gvisor-systrap'))).toEqual([]);
  });

  it('are more than one pair where there are more than two', () => {
    const middle = record('gvisor-systrap@release-20250101.0', { version: 'release-20250101.0' });
    expect(pairsOf(record('gvisor-systrap'), old, middle).map(([a, b]) => [a, b])).toEqual([
      [old.id, middle.id],
      [middle.id, 'gvisor-systrap'],
    ]);
  });
});

describe('what changed within a run', () => {
  const run = runOf({ native: around(1e7, 20, 1), old: around(4e7, 20, 2), new: around(2e7, 20, 3) });

  it('is a verdict beside the values and ratios of both sides', () => {
    const [row, ...others] = changesWithin(run, 'old', 'new', [null], POLICY);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ case: 'true@smoke', metric: 'wall_ns', verdict: 'improvement', unit: 'ns', n: 20 });
    expect(row!.ratio).toBeCloseTo(0.5, 1);
    expect(row!.baselineValue! / 4e7).toBeCloseTo(1, 1);
    expect(row!.baselineRatio).toBeCloseTo(4, 1);
    expect(row!.candidateRatio).toBeCloseTo(2, 1);
  });

  it('is held over native as 1 where native is a side', () => {
    const [row] = changesWithin(run, 'native', 'new', [null], POLICY);
    expect(row).toMatchObject({ verdict: 'regression', baselineRatio: 1 });
  });

  it('has beside the headlines what both sides have, and no headline twice', () => {
    expect(besideWithin(run, 'old', 'new', POLICY)).toEqual([]);
    const more = { ...run, trials: run.trials.map((it) => ({ ...it, values: { ...it.values, vmas: 100 } })) };
    expect(besideWithin(more, 'old', 'new', POLICY).map(({ metric, verdict }) => [metric, verdict])).toEqual([
      ['vmas', 'equivalent'],
    ]);
  });
});
