import type { CatalogueSetting, CaseInfo, RunData, SettingEffect } from '../../../src/model/index.js';
import { rng } from '../../../src/stats/index.js';
import { runOf } from '../../gate/fixture.js';
import { normal } from '../../stats/simulate.js';

/** A setting of the catalogue that sets one flag of its own name. */
export function settingOf(id: string, change: Partial<CatalogueSetting> = {}): CatalogueSetting {
  return {
    id,
    entry: id,
    isolation: 'same',
    reason: 'because.',
    touches: 't',
    source: 's',
    rootfs: null,
    runscBuild: null,
    snapshot: false,
    runscFlags: [{ name: id, value: '1', reason: 'because.' }],
    annotations: [],
    guestEnv: [],
    hostSettings: [],
    checkpointFlags: [],
    restoreFlags: [],
    platforms: null,
    threads: false,
    ...change,
  };
}

/** What a setting was seen to do alone. */
export function effectOf(id: string, ratio: number, change: Partial<SettingEffect> = {}): SettingEffect {
  const sure = Math.abs(Math.log(ratio)) > 0.05;
  return {
    id,
    kind: 'alone',
    value: `${id}=1`,
    class: 'all',
    ratio,
    low: ratio * (sure ? 0.98 : 0.8),
    high: ratio * (sure ? 1.02 : 1.2),
    adjustedP: sure ? 0.001 : 0.5,
    n: 10,
    cases: 2,
    isolation: 'same',
    ...change,
  };
}

/** A launch as on systrap: two modes, of which the slow one comes in some launches whatever the settings, and noise about each. */
export function bimodal(n: number, center: number, seed: string, slowShare = 0.4, slow = 1.5, sd = 0.05): number[] {
  const random = rng(seed);
  return Array.from({ length: n }, () => {
    const mode = random() < slowShare ? slow : 1;
    return center * mode * Math.exp(sd * normal(random));
  });
}

/** A run of one case in which environments take these times. */
export function runWith(columns: Readonly<Record<string, readonly number[]>>, change: Partial<CaseInfo> = {}): RunData {
  const run = runOf(columns);
  const cases = run.manifest.plan.cases.map((it) => ({ ...it, ...change }));
  return { ...run, manifest: { ...run.manifest, plan: { ...run.manifest.plan, cases } } };
}
