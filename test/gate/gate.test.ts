import { describe, expect, it } from 'vitest';
import {
  comparisonsAcross,
  comparisonsWithin,
  confirmed,
  differencesOf,
  gateVerdict,
  junit,
  markdown,
  parseBaseline,
  sideOf,
  type GateVerdict,
} from '../../src/gate/index.js';
import type { Policy, RunData } from '../../src/model/index.js';
import { around, POLICY, runOf, twoSides, type Cell } from './fixture.js';

function within(run: RunData, policy: Partial<Policy> = {}): GateVerdict {
  return gateVerdict({
    run: 'r1',
    candidate: 'b',
    baseline: 'a',
    comparisons: comparisonsWithin(run, 'b', 'a', null),
    policy: { ...POLICY, ...policy },
    notes: [],
    errorRates: null,
    today: '2026-11-24',
  });
}

function across(candidate: RunData, baseline: RunData): GateVerdict {
  const [own, other] = [candidate, baseline].map((run) => sideOf(run, { metric: null, absolute: false }));
  return gateVerdict({
    run: 'r2',
    candidate: 'r2',
    baseline: 'r1',
    comparisons: comparisonsAcross(own!, other!),
    policy: POLICY,
    notes: differencesOf(own!, other!),
    errorRates: null,
    today: '2026-11-24',
  });
}

describe('two environments of one run', () => {
  it('a slower candidate is a regression, with its ratio and interval', () => {
    const { overall, verdicts, sentence } = within(runOf(twoSides(1.1)));
    expect(overall).toBe('regression');
    expect(verdicts[0]).toMatchObject({
      verdict: 'regression',
      case: 'true@smoke',
      environment: 'b',
      n: 30,
      confirmed: false,
    });
    expect(verdicts[0]!.ratio).toBeCloseTo(1.1, 2);
    expect(verdicts[0]!.low).toBeGreaterThan(1);
    expect(sentence).toMatch(/^Regression: b against a, 1 comparisons: 1 worse/);
  });

  it('what the host took from the side that lasts longer is not taken out of the difference', () => {
    const run = runOf(twoSides(2.7));
    const stolen = run.trials.map((trial) => {
      const wall = trial.values['wall_ns']!;
      return { ...trial, values: { ...trial.values, steal_ns: wall / 5, others_cpu_ns: wall / 2 } };
    });
    expect(within({ ...run, trials: stolen }).verdicts).toEqual(within(run).verdicts);
    expect(within({ ...run, trials: stolen }).verdicts[0]!.ratio).toBeCloseTo(2.7, 1);
  });

  it('a faster one is an improvement, unless only what is worse was asked for', () => {
    expect(within(runOf(twoSides(0.8)))).toMatchObject({ overall: 'pass', verdicts: [{ verdict: 'improvement' }] });
    expect(within(runOf(twoSides(0.8)), { direction: 'worse' }).verdicts[0]).toMatchObject({
      verdict: 'inconclusive',
      code: 'direction-not-asked',
    });
  });

  it('the same is equivalent when the whole interval lies inside the margin', () => {
    expect(within(runOf(twoSides(1)))).toMatchObject({ overall: 'pass', verdicts: [{ verdict: 'equivalent' }] });
  });

  it('a change that is real and small does not count', () => {
    expect(within(runOf(twoSides(1.025)), { equivalence: 0.01 }).verdicts[0]).toMatchObject({
      verdict: 'inconclusive',
      code: 'below-smallest-effect',
    });
  });

  it('too wide an interval is no answer, and passes only where the policy says so', () => {
    const wide = (seed: number): number[] => around(2e7, 30, seed).map((value) => value * (value / 2e7) ** 8);
    const noisy = { ...twoSides(1), a: wide(3), b: wide(4) };
    expect(within(runOf(noisy))).toMatchObject({ overall: 'pass', verdicts: [{ code: 'interval-too-wide' }] });
    expect(within(runOf(noisy), { onInconclusive: 'fail' }).overall).toBe('inconclusive');
  });

  it.each([1, 2, 5, 7])('%i blocks are too few for 99 %%, and that is no pass', (n) => {
    expect(within(runOf(twoSides(3, n)))).toMatchObject({
      overall: 'inconclusive',
      verdicts: [{ code: 'too-few-blocks', n }],
    });
  });

  it('metrics of which more is better turn round', () => {
    const run = runOf(twoSides(1.2));
    const faster = {
      ...run,
      manifest: {
        ...run.manifest,
        plan: {
          ...run.manifest.plan,
          cases: run.manifest.plan.cases.map((info) => ({ ...info, headlineBetter: 'higher' as const })),
        },
      },
    };
    expect(within(faster).verdicts[0]!.verdict).toBe('improvement');
  });

  it('when native differs from its twin, no regression of the run is trusted', () => {
    const verdict = within(runOf({ ...twoSides(1.2), 'native+null': around(1.1e7, 30, 2) }));
    expect(verdict.nullControl?.tripped).toBe(true);
    expect(verdict).toMatchObject({ overall: 'inconclusive', verdicts: [{ code: 'null-control-tripped' }] });
  });

  it('a larger share of slow launches is a regression by modes, though most blocks look alike', () => {
    const modes = (share: number, seed: number): number[] =>
      around(2e7, 60, seed).map((value, i) => ((i * 7 + seed) % 20 < 20 * share ? 5 * value : value));
    const verdict = within(runOf({ native: around(1e7, 60), a: modes(0.1, 1), b: modes(0.6, 2) }));
    expect(verdict.overall).toBe('regression');
  });

  it('many cases are one family: what chance makes in one of many is no regression', () => {
    const run = runOf(twoSides(1));
    const cases = Array.from({ length: 200 }, (_, i) => ({ ...run.manifest.plan.cases[0]!, id: `case-${i}` }));
    let state = 1;
    const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
    const trials = cases.flatMap(({ id }) =>
      run.trials.map((one) => ({
        ...one,
        id: `${id}${one.id}`,
        caseId: id,
        values: { wall_ns: 1e7 * Math.exp(0.1 * (random() + random() + random() - 1.5)) },
      })),
    );
    const many = {
      ...run,
      trials,
      manifest: { ...run.manifest, plan: { ...run.manifest.plan, cases, environments: ['native', 'a', 'b'] } },
    };
    const flagged = (policy: Partial<Policy>): number =>
      within(many, { smallestEffect: 0, ...policy }).verdicts.filter(
        ({ verdict }) => verdict === 'regression' || verdict === 'improvement',
      ).length;
    expect(flagged({ control: 'none', confidence: 0.95 })).toBeGreaterThan(2);
    expect(flagged({ control: 'benjamini-hochberg', confidence: 0.95 })).toBe(0);
    expect(flagged({ control: 'holm', confidence: 0.95 })).toBe(0);
  });
});

describe('trials that did not complete', () => {
  const n = 20;
  const fails = (count: number): Cell[] => around(2e7, n).map((value, i) => (i < count ? 'failed' : value));

  it('a candidate that never completes is a regression of its own kind', () => {
    expect(within(runOf({ native: around(1e7, n), a: around(2e7, n), b: fails(n) }))).toMatchObject({
      overall: 'regression',
      verdicts: [{ verdict: 'regression', code: 'candidate-failed', ratio: null, n: 0 }],
    });
  });

  it('so is one that fails more often than chance', () => {
    expect(within(runOf({ native: around(1e7, n), a: around(2e7, n), b: fails(8) })).verdicts[0]!.code).toBe(
      'candidate-fails-more',
    );
    expect(within(runOf({ native: around(1e7, n), a: around(2e7, n), b: fails(1) })).verdicts[0]!.reason).toContain(
      '1 failed',
    );
  });

  it('a baseline that never completes leaves the question open', () => {
    expect(within(runOf({ native: around(1e7, n), a: fails(n), b: around(2e7, n) }))).toMatchObject({
      overall: 'nothing-measured',
      verdicts: [{ code: 'baseline-failed' }],
    });
  });

  it.each([[{}], [{ native: [], a: [], b: [] }], [{ native: around(1e7, n), a: fails(n), b: fails(n) }]])(
    'nothing measured is never a pass: %#',
    (columns: Record<string, readonly Cell[]>) => {
      expect(['nothing-measured', 'regression']).toContain(within(runOf(columns)).overall);
    },
  );

  it('an environment that is unavailable has its own reason', () => {
    const run = runOf({ native: around(1e7, n), a: around(2e7, n), b: [] });
    const environments = run.manifest.environments.map((one) =>
      one.id === 'b'
        ? { ...one, probe: { status: 'unavailable' as const, reason: 'no KVM', log: '', launchMs: null } }
        : one,
    );
    expect(within({ ...run, manifest: { ...run.manifest, environments } })).toMatchObject({
      overall: 'nothing-measured',
      verdicts: [{ code: 'environment-unavailable', reason: 'b is unavailable: no KVM' }],
    });
  });

  it.each([0, -1, Number.NaN, Infinity])('a value of %d is no time', (value) => {
    expect(within(runOf({ ...twoSides(1), b: Array.from({ length: 30 }, () => value) })).overall).toBe(
      'nothing-measured',
    );
  });

  it.each([0, -1, Number.NaN, Infinity, 1e30])('one value of %d among thirty makes the rest no pass', (value) => {
    const b = twoSides(1)['b']!.map((cell, i) => (i === 7 ? value : cell));
    expect(within(runOf({ ...twoSides(1), b }))).toMatchObject({
      overall: 'nothing-measured',
      verdicts: [{ verdict: 'inconclusive', code: 'unusable-values' }],
    });
    expect(
      across(runOf({ native: around(1e7, 30), b }), runOf(twoSides(1))).verdicts.map(({ code }) => code),
    ).toContain('unusable-values');
  });

  it('where native never completed no answer was checked', () => {
    expect(within(runOf({ ...twoSides(1), native: Array.from({ length: 30 }, () => 'failed') }))).toMatchObject({
      overall: 'nothing-measured',
      verdicts: [{ code: 'native-failed' }],
    });
  });

  it('a metric that nobody measured is said to be missing', () => {
    expect(
      gateVerdict({
        run: 'r1',
        candidate: 'b',
        baseline: 'a',
        comparisons: comparisonsWithin(runOf(twoSides(1)), 'b', 'a', 'rss_bytes'),
        policy: POLICY,
        notes: [],
        errorRates: null,
        today: '2026-11-24',
      }),
    ).toMatchObject({ overall: 'nothing-measured', verdicts: [{ code: 'metric-missing' }] });
  });

  it('huge and tiny values are compared like others', () => {
    expect(within(runOf({ ...twoSides(1), b: around(1e17, 30), a: around(1e-3, 30) })).overall).toBe('regression');
  });
});

describe('two runs', () => {
  const run = (factor: number): RunData => runOf({ native: around(1e7, 20, factor), b: around(2e7 * factor, 20, 5) });

  it('compare ratios to native: a host that is slower in all is no regression', () => {
    const slow = runOf({ native: around(3e7, 20, 1), b: around(6e7, 20, 5) });
    expect(across(slow, run(1)).overall).toBe('pass');
    expect(across(run(1.2), run(1)).overall).toBe('regression');
  });

  it('go through a baseline file without a loss', () => {
    const side = sideOf(run(1), { metric: null, absolute: false });
    expect(parseBaseline(JSON.stringify(side), 'f')).toEqual(JSON.parse(JSON.stringify(side)));
  });

  it('name other hosts, versions and digests', () => {
    const { manifest } = run(1);
    const other = {
      ...run(1),
      manifest: {
        ...manifest,
        seebenchVersion: '9',
        fingerprint: { ...manifest.fingerprint, id: 'other' },
        digests: { rootfs: 'b' },
      },
    };
    const here = { ...run(1), manifest: { ...manifest, digests: { rootfs: 'a' } } };
    const { notes } = across(here, other);
    expect(notes.join('\n')).toMatch(/different hosts[\s\S]*different seebench versions[\s\S]*digests differ: rootfs/);
  });

  it('name settings and answers that changed, and a run that is compared with itself', () => {
    const { manifest } = run(1);
    const other = {
      ...run(1),
      manifest: {
        ...manifest,
        id: 'other',
        environments: manifest.environments.map((one) => ({
          ...one,
          profile: { ...one.profile, runscFlags: [{ name: 'directfs', value: 'false', reason: 'x' }] },
        })),
      },
      trials: run(1).trials.map((one) => ({ ...one, digest: 'changed' })),
    };
    const here = { ...run(1), trials: run(1).trials.map((one) => ({ ...one, digest: 'first' })) };
    expect(across(other, here).notes.join('\n')).toMatch(
      /settings of native differ: directfs not set → false[\s\S]*answers differ: true@smoke/,
    );
    expect(across(run(1), run(1)).notes[0]).toContain('this can find nothing');
  });

  it('do not compare other work, and miss no case', () => {
    const { manifest } = run(1);
    const change = (part: object): RunData => ({
      ...run(1),
      manifest: { ...manifest, plan: { ...manifest.plan, cases: [{ ...manifest.plan.cases[0]!, ...part }] } },
    });
    expect(across(change({ params: { n: 2 } }), run(1)).verdicts[0]!.code).toBe('other-work');
    const missing = across(change({ id: 'other@smoke' }), run(1));
    expect(missing.overall).not.toBe('pass');
    expect(missing.verdicts.map(({ code }) => code)).toEqual(['case-missing', 'case-missing']);
  });

  it.each([
    ['{', 'no JSON'],
    ['null', 'file'],
    ['{"schemaVersion": 99}', 'schema version 99'],
    ['{"schemaVersion": 1, "kind": "x"}', 'kind'],
  ])('refuse a baseline that is none: %s', (text, why) => {
    expect(() => parseBaseline(text, 'base.json')).toThrow(why);
  });

  it.each([1e9, null, 'x'])('refuse a baseline with the ratio %s', (bad) => {
    const side = sideOf(run(1), { metric: null, absolute: false });
    const text = JSON.stringify({ ...side, entries: [{ ...side.entries[0], logRatios: [bad] }] });
    expect(() => parseBaseline(text, 'base.json')).toThrow('entries.0.logRatios.0');
  });
});

describe('what is ignored', () => {
  const entry = { case: 'true@smoke', metric: null, reason: 'known', expires: '2027-01-01' };

  it('is not judged, and is said', () => {
    const verdict = within(runOf(twoSides(1.5)), { ignore: [entry] });
    expect(verdict.overall).toBe('nothing-measured');
    expect(verdict.notes).toContain('ignored by the policy: true@smoke in b');
  });

  it('and is not there, is said too', () => {
    const verdict = within(runOf(twoSides(1)), { ignore: [{ ...entry, case: 'gone@smoke' }] });
    expect(verdict.notes).toContain('the policy ignores gone@smoke, which is not here');
  });
});

describe('measuring again', () => {
  const first = within(runOf(twoSides(1.1)));

  it('confirms what fresh blocks show too', () => {
    expect(confirmed(first, within(runOf(twoSides(1.12))))).toMatchObject({
      overall: 'regression',
      verdicts: [{ confirmed: true }],
    });
  });

  it('takes back what they do not show', () => {
    expect(confirmed(first, within(runOf(twoSides(1))))).toMatchObject({
      overall: 'inconclusive',
      verdicts: [{ verdict: 'inconclusive', code: 'not-confirmed', confirmed: false }],
    });
  });
});

describe('verdicts for others to read', () => {
  const HOSTILE = 'x"\'<b>&|`\u0000\u0007\ud800\n]]>*_';
  const hostile = (): GateVerdict => {
    const verdict = within(runOf(twoSides(1.2)));
    return {
      ...verdict,
      sentence: HOSTILE,
      verdicts: verdict.verdicts.map((it) => ({ ...it, case: HOSTILE, reason: HOSTILE })),
    };
  };

  it('JUnit is well-formed whatever names hold, and fails what regressed', async () => {
    const text = junit(hostile());
    expect(text).toContain('failures="1"');
    // eslint would see it too: no character that XML 1.0 forbids.
    expect(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(text)).toBe(false);
    const tags = [...text.matchAll(/<(\/?)([a-z-]+)((?:\s[a-z]+="[^"<]*")*)(\/?)>/g)];
    const left = tags.reduce<string[]>((open, [, closing, name, , empty]) => {
      if (closing) return open.at(-1) === name ? open.slice(0, -1) : [...open, `/${name}`];
      return empty ? open : [...open, name!];
    }, []);
    expect(left).toEqual([]);
    expect(text.replaceAll(/<[^>]*>|<\?[^>]*\?>/g, '')).not.toContain('<');
  });

  it('JUnit has an error where there is no answer: skipped tests pass elsewhere', () => {
    const text = junit(within(runOf({ native: [], a: [], b: [] })));
    expect(text).toContain('errors="1"');
    expect(text).toContain('<error ');
  });

  it('Markdown keeps to its table', () => {
    const lines = markdown(hostile()).split('\n');
    const row = lines.find((line) => line.includes('regression |'))!;
    expect(row.replaceAll('\\|', '').split('|')).toHaveLength(9);
    expect(row).not.toContain('<b>');
  });
});
