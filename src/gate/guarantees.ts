import type { Conformance } from '../model/index.js';
import type { GateVerdict, LostGuarantee } from './types.js';

/** Answers that are a guarantee, by part of the conformance. */
const GOOD: ReadonlySet<string> = new Set(['contained', 'enforced', 'works', 'equal']);

interface Said {
  readonly answer: string;
  readonly detail: string;
}

/** Every answer of one environment, by what was asked. */
function answersOf(result: Conformance, environment: string): Map<string, Said> {
  const of = <Row extends { readonly environment: string }>(rows: readonly Row[]) =>
    rows.filter((row) => row.environment === environment);
  return new Map<string, Said>([
    ...of(result.containment).map(({ probe, answer, detail }) => [`containment/${probe}`, { answer, detail }] as const),
    ...of(result.limits).map(({ limit, answer, seen }) => [`limits/${limit}`, { answer, detail: seen }] as const),
    ...of(result.features).map(({ feature, answer, detail }) => [`features/${feature}`, { answer, detail }] as const),
    ...of(result.areas).map(({ area, answer, detail }) => [`snowpark/${area}`, { answer, detail }] as const),
    ...of(result.compat).map(({ suite, tests }) => [`compat/${suite}`, wasRun(tests)] as const),
  ]);
}

function wasRun(tests: number): Said {
  return { answer: tests > 0 ? 'works' : 'not run', detail: '' };
}

/** Tests that come out worse than natively in one environment each time, by name. */
function worseTests({ differences }: Conformance, environment: string): Map<string, Said> {
  const worse = differences.filter((row) => row.environment === environment && !row.flaky && row.here !== 'passed');
  return new Map(worse.map(({ suite, test, here, detail }) => [`compat/${suite}/${test}`, { answer: here, detail }]));
}

/** How many answers of an environment are a guarantee that could be lost. */
export function guaranteeCount(result: Conformance, environment: string): number {
  return [...answersOf(result, environment).values()].filter(({ answer }) => GOOD.has(answer)).length;
}

/** Two environments whose guarantees are held against each other; for two results usually the same one twice. */
export interface GuaranteePair {
  readonly baseline: string;
  readonly candidate: string;
}

/**
 * What the baseline guarantees and the candidate does not: contained, enforced, works or equal there, and not here; and tests that come out worse
 * than natively here alone. What the candidate was not asked
 * counts as lost, what its host cannot be asked does not.
 */
export function lostGuarantees(
  baseline: Conformance,
  candidate: Conformance,
  pairs: readonly GuaranteePair[],
): LostGuarantee[] {
  return pairs.flatMap((pair) => {
    // Two environments of one result have one host: nothing there excuses the one and not the other.
    const excused = (answer: string): boolean => answer === 'not-applicable' && baseline !== candidate;
    const after = answersOf(candidate, pair.candidate);
    const known = worseTests(baseline, pair.baseline);
    const suites = baseline.compat.filter(({ environment }) => environment === pair.baseline);
    const worse = [...worseTests(candidate, pair.candidate)].flatMap(([what, now]) =>
      !known.has(what) && suites.some(({ suite }) => what.startsWith(`compat/${suite}/`))
        ? [{ what, environment: pair.candidate, before: 'as natively', after: now.answer, detail: now.detail }]
        : [],
    );
    const lost = [...answersOf(baseline, pair.baseline)].flatMap(([what, before]) => {
      const now = after.get(what) ?? { answer: 'not asked', detail: '' };
      return GOOD.has(before.answer) && !GOOD.has(now.answer) && !excused(now.answer)
        ? [{ what, environment: pair.candidate, before: before.answer, after: now.answer, detail: now.detail }]
        : [];
    });
    return [...lost, ...worse];
  });
}

/** The verdict with what was lost: a faster sandbox that contains less has not passed. */
export function withGuarantees(verdict: GateVerdict, lost: readonly LostGuarantee[]): GateVerdict {
  if (lost.length === 0) return { ...verdict, guarantees: lost };
  const named = lost.slice(0, 3).map(({ what, environment, after }) => `${what} in ${environment} is ${after}`);
  const more = lost.length > 3 ? ` and ${lost.length - 3} more` : '';
  return {
    ...verdict,
    guarantees: lost,
    overall: 'regression',
    sentence: `Regression: ${lost.length === 1 ? 'a guarantee is' : `${lost.length} guarantees are`} lost: ${named.join('; ')}${more}. ${verdict.sentence}`,
  };
}
