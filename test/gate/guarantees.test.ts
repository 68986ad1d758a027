import { describe, expect, it } from 'vitest';
import type { Conformance } from '../../src/model/index.js';
import { conformance } from '../conformance.js';
import {
  comparisonsWithin,
  conformanceJunit,
  gateVerdict,
  junit,
  guaranteeCount,
  lostGuarantees,
  markdown,
  withGuarantees,
  type GateVerdict,
} from '../../src/gate/index.js';
import { POLICY, runOf, twoSides } from './fixture.js';

function verdictOf(): GateVerdict {
  return gateVerdict({
    run: 'r1',
    candidate: 'b',
    baseline: 'a',
    comparisons: comparisonsWithin(runOf(twoSides(1)), 'b', 'a', null),
    policy: POLICY,
    notes: [],
    errorRates: null,
    today: '2026-11-24',
  });
}

const SAME = [
  { baseline: 'native', candidate: 'native' },
  { baseline: 'gvisor-systrap', candidate: 'gvisor-systrap' },
];
const changed = (part: 'containment' | 'limits' | 'features' | 'areas', answer: string): Conformance => {
  const before = conformance();
  const rows = (before[part] as readonly { environment: string; answer: string }[]).map((row) =>
    row.environment === 'gvisor-systrap' ? { ...row, answer } : row,
  );
  return { ...before, [part]: rows };
};

describe('a guarantee', () => {
  it('is kept when the answers are', () => {
    expect(lostGuarantees(conformance(), conformance(), SAME)).toEqual([]);
  });

  it.each([
    ['containment', 'allowed', 'containment/mount'],
    ['limits', 'not-enforced', 'limits/open-files'],
    ['features', 'blocked', 'features/fork'],
    ['areas', 'differs', 'snowpark/sessions'],
  ] as const)('of %s is lost when the candidate says %s', (part, answer, what) => {
    const lost = lostGuarantees(conformance(), changed(part, answer), SAME);
    expect(lost).toMatchObject([{ what, environment: 'gvisor-systrap', after: answer }]);
    // The other way round it was won.
    expect(lostGuarantees(changed(part, answer), conformance(), SAME)).toEqual([]);
  });

  it('is lost when it was not asked for, and not when the host cannot be asked', () => {
    const { containment } = conformance();
    const without = conformance({ containment: containment.filter(({ environment }) => environment === 'native') });
    expect(lostGuarantees(conformance(), without, SAME)).toMatchObject([{ after: 'not asked' }]);
    expect(lostGuarantees(conformance(), changed('limits', 'not-applicable'), SAME)).toEqual([]);
  });

  it('is lost when one environment of a host is said to be excused by it and the other is not', () => {
    const one = changed('limits', 'not-applicable');
    const native = one.limits.map((row) => ({ ...row, environment: 'native', answer: 'enforced' as const }));
    const both = { ...one, limits: [...native, ...one.limits.filter(({ environment }) => environment !== 'native')] };
    const pairs = [{ baseline: 'native', candidate: 'gvisor-systrap' }];
    expect(lostGuarantees(both, both, pairs)).toContainEqual(
      expect.objectContaining({ what: 'limits/open-files', after: 'not-applicable' }),
    );
  });

  it('is counted, so that nothing lost is not said of nothing asked', () => {
    expect(guaranteeCount(conformance(), 'gvisor-systrap')).toBeGreaterThan(0);
    expect(guaranteeCount(conformance(), 'gvisor-kvm')).toBe(0);
  });

  it('of one environment is held against another’s', () => {
    const pairs = [{ baseline: 'native', candidate: 'gvisor-systrap' }];
    const one = changed('features', 'broken');
    expect(lostGuarantees(one, one, pairs)).toMatchObject([
      { what: 'features/fork', after: 'broken' },
      { what: 'compat/cpython/test.test_fcntl.T.test_64', before: 'as natively', after: 'failed' },
    ]);
  });

  it('is also that no other test fails than before', () => {
    const without = { ...conformance(), differences: [] };
    expect(lostGuarantees(without, conformance(), SAME)).toMatchObject([
      { what: 'compat/cpython/test.test_fcntl.T.test_64', environment: 'gvisor-systrap', after: 'failed' },
    ]);
    expect(lostGuarantees({ ...without, compat: [] }, conformance(), SAME)).toEqual([]);
    const flaky = conformance().differences.map((row) => ({ ...row, flaky: true }));
    expect(lostGuarantees(without, { ...without, differences: flaky }, SAME)).toEqual([]);
    expect(lostGuarantees(without, { ...without, compat: [] }, SAME)).toMatchObject([
      { what: 'compat/cpython', environment: 'native', after: 'not asked' },
      { what: 'compat/cpython', environment: 'gvisor-systrap', after: 'not asked' },
    ]);
  });
});

describe('a verdict with a lost guarantee', () => {
  const lost = lostGuarantees(conformance(), changed('containment', 'allowed'), SAME);
  const verdict = withGuarantees(verdictOf(), lost);

  it('is a regression, however fast the candidate is', () => {
    expect(verdictOf().overall).toBe('pass');
    expect(verdict.overall).toBe('regression');
    expect(verdict.sentence).toMatch(
      /^Regression: a guarantee is lost: containment\/mount in gvisor-systrap is allowed\. /,
    );
    expect(withGuarantees(verdictOf(), []).overall).toBe('pass');
  });

  it('says so in Markdown and JUnit', () => {
    expect(markdown(verdict)).toContain(
      '**Guarantees lost**: containment/mount in gvisor-systrap (was contained, is allowed)',
    );
    expect(junit(verdict)).toContain('failures="1"');
    expect(junit(verdict)).toContain('name="containment/mount"><failure message="was contained, is allowed"');
    expect(markdown(withGuarantees(verdictOf(), []))).toContain('Guarantees: none was lost.');
  });
});

describe('conformance as JUnit', () => {
  it('has a test for each answer, a failure for what is not as expected', () => {
    const before = conformance();
    const [row] = before.limits;
    const result = {
      ...before,
      limits: [
        { ...row!, ok: false, seen: '<b> & "x"' },
        { ...row!, answer: 'not-applicable' as const },
      ],
    };
    const xml = conformanceJunit(result);
    expect(xml).toContain('tests="13" failures="1" errors="0" skipped="1"');
    expect(xml.match(/<testcase /g)).toHaveLength(13);
    expect(xml).toContain('message="enforced: &#60;b&#62; &#38; &#34;x&#34;"');
  });

  it('has a failure for an environment that could not be asked', () => {
    const [first, ...others] = conformance().environments;
    const gone = { ...first!, status: 'unavailable' as const, reason: 'it does not start' };
    const xml = conformanceJunit(conformance({ environments: [gone, ...others] }));
    expect(xml).toContain('<failure message="unavailable: it does not start" type="not-as-expected"/>');
  });
});
