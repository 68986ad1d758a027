import { describe, expect, it } from 'vitest';
import type { CatalogueSetting, Profile, RunData, TuneRecord } from '../../src/model/index.js';
import { checkedRatios, profilesFrom, settingEffects, tuneResult } from '../../src/study/index.js';
import { runOf, type Cell } from '../gate/fixture.js';
import { manifest } from '../store/fixture.js';
import { launches } from './fixture.js';

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

const setting = (id: string): CatalogueSetting => ({
  id,
  isolation: 'same',
  reason: 'because.',
  touches: 't',
  source: 's',
  rootfs: null,
  runscFlags: [{ name: id, value: '1', reason: 'because.' }],
  annotations: [],
  guestEnv: [],
});
const plain: Profile = { ...manifest().environments[0]!.profile, runscFlags: [] };
const found = (run: RunData) =>
  profilesFrom(
    settingEffects(run),
    ['good', 'bad', 'idle', 'weak'].map(setting),
    plain,
    (profile, { runscFlags }): Profile => ({ ...profile, runscFlags: [...profile.runscFlags, ...runscFlags] }),
  );

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
    expect(all!.profile.runscFlags[0]!.reason).toMatch(/^because\. 0\.[78]\d× \(0\.\d\d–0\.\d\d, n = 20\) the time\.$/);
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
    const { findings, checkedBy } = tuneResult('r', record, settingEffects(run), found(run), { run: 'r2', ratios });
    expect(checkedBy).toBe('r2');
    expect(findings.join('\n')).toMatch(
      /On fresh blocks gvisor-systrap-found takes 0\.7\d× .* the time of gvisor-systrap over 1 cases/,
    );
    expect(findings.join('\n')).toMatch(/What hurts most, alone: bad for startup/);
  });
});
