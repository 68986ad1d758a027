import { describe, expect, it } from 'vitest';
import type { Profile, RunData, TuneRecord } from '../../../src/model/index.js';
import {
  checkedRatios,
  confirmedBy,
  profilesFrom,
  settingEffects,
  tuneResult,
  writtenProfile,
} from '../../../src/study/index.js';
import { runOf, type Cell } from '../../gate/fixture.js';
import { manifest } from '../../store/fixture.js';
import { launches } from '../fixture.js';
import { settingOf } from './fixture.js';

const N = 20;
const base = 'gvisor-systrap';
const tuned = 'gvisor-systrap-tuned';
const arm = (setting: string, kind: 'alone' | 'left-out', isolation: 'same' | 'weaker: x' = 'same') => ({
  setting,
  kind,
  value: `${setting}=1`,
  isolation,
});
const record: TuneRecord = {
  base,
  tuned,
  arms: {
    [`${base}-with-good`]: arm('good', 'alone'),
    [`${base}-with-bad`]: arm('bad', 'alone'),
    [`${base}-with-idle`]: arm('idle', 'alone'),
    [`${base}-with-weak`]: arm('weak', 'alone', 'weaker: x'),
    [`${tuned}-without-good`]: arm('good', 'left-out'),
  },
};

/** Time of each environment over that of the defaults. */
const FACTORS: Readonly<Record<string, number>> = {
  native: 0.5,
  [base]: 1,
  [tuned]: 0.8,
  [`${base}-with-good`]: 0.8,
  [`${base}-with-bad`]: 1.3,
  [`${base}-with-idle`]: 1,
  [`${base}-with-weak`]: 0.5,
  [`${tuned}-without-good`]: 1,
};

function tuningRun(change: Readonly<Record<string, readonly Cell[]>> = {}): RunData {
  const columns = Object.fromEntries(
    Object.entries(FACTORS).map(([id, factor]) => [id, change[id] ?? launches(N, 2e7 * factor, 0.02, id)]),
  );
  const run = runOf(columns);
  return { ...run, manifest: { ...run.manifest, plan: { ...run.manifest.plan, tune: record } } };
}

const settings = ['good', 'bad', 'idle', 'weak'].map((id) => settingOf(id));
const plain: Profile = { ...manifest().environments[0]!.profile, runscFlags: [] };
const found = (run: RunData) =>
  profilesFrom({
    effects: settingEffects(run),
    settings,
    base: plain,
    run: 'run-1',
    apply: (profile, { runscFlags }): Profile => ({ ...profile, runscFlags: [...profile.runscFlags, ...runscFlags] }),
  });

describe('the effect of a setting', () => {
  const effects = settingEffects(tuningRun());
  const of = (id: string, kind = 'alone') =>
    effects.find((it) => it.id === id && it.kind === kind && it.class === 'all')!;

  it('is its time over that without it, alone and left out alike', () => {
    for (const it of [of('good'), of('good', 'left-out')]) {
      expect(it.ratio).toBeCloseTo(0.8, 1);
      expect(it.high).toBeLessThan(1);
      expect(it.adjustedP).toBeLessThan(0.01);
    }
    expect(of('bad').low).toBeGreaterThan(1.2);
    expect(of('idle').low).toBeLessThan(1);
    expect(of('idle').high).toBeGreaterThan(1);
  });

  it('is told for the class of the cases too, and counts blocks and cases', () => {
    expect(new Set(effects.map((it) => it.class))).toEqual(new Set(['all', 'startup']));
    expect(of('good')).toMatchObject({ n: N, cases: 1, value: 'good=1' });
  });

  it('needs blocks: one or none is no answer', () => {
    const one = tuningRun({
      [`${base}-with-good`]: [2e7],
      [`${base}-with-bad`]: Array.from({ length: N }, () => 'failed' as const),
    });
    const all = settingEffects(one);
    expect(all.find((it) => it.id === 'good' && it.kind === 'alone')).toMatchObject({ n: 1, low: null, high: null });
    expect(all.some((it) => it.id === 'bad')).toBe(false);
    const empty = runOf({ native: [] });
    const nothing = { ...empty, manifest: { ...empty.manifest, plan: { ...empty.manifest.plan, tune: record } } };
    expect(() => settingEffects(nothing)).toThrow(expect.objectContaining({ code: 'nothing-measured' }));
    expect(() => settingEffects(empty)).toThrow(expect.objectContaining({ code: 'no-tuning-run' }));
  });

  it('is told over what the arm is held against, where that is not the defaults', () => {
    const over = { [`${base}-with-idle`]: { ...arm('idle', 'alone'), over: `${base}-with-bad` } };
    const run = tuningRun();
    const { plan } = run.manifest;
    const changed = { ...run, manifest: { ...run.manifest, plan: { ...plan, tune: { ...record, arms: over } } } };
    expect(settingEffects(changed)[0]!.ratio).toBeCloseTo(1 / 1.3, 1);
  });

  it('is nothing where native failed: nobody knows whether the answers were right', () => {
    const run = tuningRun({ native: Array.from({ length: N }, () => 'failed' as const) });
    expect(() => settingEffects(run)).toThrow(expect.objectContaining({ code: 'nothing-measured' }));
  });
});

describe('found profiles', () => {
  it('hold what helps, with what was measured; nothing that hurts, does nothing, or weakens isolation', () => {
    const [all, ...more] = found(tuningRun());
    expect(more).toEqual([]);
    expect(all).toMatchObject({ id: 'found', class: 'all', settings: ['good'] });
    expect(all!.profile.runscFlags).toHaveLength(1);
    expect(all!.profile.runscFlags[0]!.reason).toMatch(
      /^because\. Alone 0\.[78]\d× \(0\.\d\d–0\.\d\d, n = 20\) the time for all; run run-1\.$/,
    );
  });

  it('are none where nothing helps', () => {
    expect(found(tuningRun({ [`${base}-with-good`]: launches(N, 2e7, 0.02, 'still') }))).toEqual([]);
  });

  it('are checked against others on fresh blocks, and told', () => {
    const fresh = runOf({
      native: launches(N, 1e7, 0.02, 'n'),
      [base]: launches(N, 2e7, 0.02, 'b'),
      'gvisor-systrap-found': launches(N, 1.5e7, 0.02, 'f'),
    });
    const ratios = checkedRatios(fresh, [
      ['gvisor-systrap-found', base],
      ['gvisor-systrap-found', 'native'],
      ['nobody', base],
    ]);
    expect(ratios.filter((it) => it.class === 'all').map((it) => it.baseline)).toEqual([base, 'native']);
    expect(ratios[0]!.ratio).toBeCloseTo(0.75, 1);
    const run = tuningRun();
    const profiles = confirmedBy(ratios, found(run), base);
    expect(profiles.map(({ confirmed }) => confirmed)).toEqual([true]);
    const { findings, checkedBy } = tuneResult({
      run: 'r',
      record,
      settings: settingEffects(run),
      profiles,
      search: [],
      beyondNative: [],
      leftOut: [{ id: 'huge', reason: 'a setting of the host' }],
      check: { run: 'r2', ratios },
    });
    expect(checkedBy).toBe('r2');
    const text = findings.join('\n');
    expect(text).toMatch(
      /Profile found holds good; on fresh blocks it takes 0\.7\d× .* the time of gvisor-systrap, .*: confirmed\./,
    );
    expect(text).toMatch(/What hurts most, alone: bad for startup/);
    expect(text).toContain('Not tried, a setting of the host: huge.');
    const written = writtenProfile(profiles[0]!, ratios, base, 'r2');
    expect(written.description).toMatch(
      /On fresh blocks \(run r2\): 0\.7\d× .* the time of gvisor-systrap, .* of native\.$/,
    );
  });

  it('are not confirmed by blocks that are too few, or that show no gain', () => {
    const profiles = found(tuningRun());
    const few = { native: [1e7, 1e7], [base]: [2e7, 2e7], 'gvisor-systrap-found': [1e7, 1e7] };
    const same = { native: launches(N, 1e7, 0.02, 'n'), [base]: launches(N, 2e7, 0.02, 'b') };
    for (const columns of [few, { ...same, 'gvisor-systrap-found': launches(N, 2e7, 0.02, 'f') }]) {
      const ratios = checkedRatios(runOf(columns), [['gvisor-systrap-found', base]]);
      expect(confirmedBy(ratios, profiles, base)[0]!.confirmed).toBe(false);
    }
  });
});
