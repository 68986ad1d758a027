import type { Policy, Verdict, VerdictKind } from '../model/index.js';
import {
  adjustP,
  compareModes,
  compareModesUnpaired,
  fisherP,
  pairedShift,
  twoSampleShift,
  type ModesShift,
  type Shift,
} from '../stats/index.js';
import type { Comparison, Evidence } from './types.js';

/** What the statistics say of one comparison, before the others are looked at. */
export interface Finding {
  readonly location: Shift;
  /** `null` where there are no two modes. */
  readonly modes: ModesShift | null;
  /** Of location; where there are two modes, of location and shares together. */
  readonly p: number | null;
}

/** What is tested: location, and where launches fall into two modes their shares too. */
export function find(evidence: Evidence, confidence: number): Finding {
  if (evidence.kind === 'samples') {
    const { candidate, baseline } = evidence;
    const location = twoSampleShift(candidate, baseline, confidence);
    const modes = compareModesUnpaired(candidate, baseline, confidence);
    return { location, modes, p: modes?.jointP ?? location.p };
  }
  const location = pairedShift(evidence.logRatios, confidence);
  const modes = compareModes(evidence.candidate, evidence.baseline, confidence, evidence.logRatios);
  return { location, modes, p: modes?.jointP ?? location.p };
}

/**
 * Verdicts of all comparisons of a gate, in their order. Pure: the same in, the same out.
 * A change needs all three: an interval beyond 1, a p-value that survives control over the family, and an estimate beyond the
 * smallest effect that counts. `equivalent` needs the whole interval inside the margin. All else is `inconclusive`.
 */
export function decide(comparisons: readonly Comparison[], policy: Policy): Verdict[] {
  const findings = comparisons.map((one) => (one.obstacle === null ? find(one.evidence, policy.confidence) : null));
  return verdictsOf(comparisons, findings, policy);
}

/** The second half of {@link decide}, for findings that are made already. */
export function verdictsOf(
  comparisons: readonly Comparison[],
  findings: readonly (Finding | null)[],
  policy: Policy,
): Verdict[] {
  const adjusted = adjustP(
    findings.map((finding) => finding?.p ?? null),
    policy.control,
  );
  return comparisons.map((one, i) => verdictOf(one, findings[i]!, adjusted[i]!, policy));
}

function verdictOf(one: Comparison, finding: Finding | null, adjustedP: number | null, policy: Policy): Verdict {
  const { case: caseId, environment, metric, better, tallies } = one;
  const identity = { case: caseId, environment, metric, better, confirmed: false } as const;
  const broken = brokenReason(one, policy.confidence);
  if (finding === null || broken?.verdict === 'regression' || finding.location.n === 0) {
    const nothing = {
      ...identity,
      by: 'location',
      ratio: null,
      low: null,
      high: null,
      p: null,
      adjustedP: null,
    } as const;
    const obstacle = broken ?? one.obstacle ?? { code: 'nothing-measured', reason: 'no block completed on both sides' };
    return {
      ...nothing,
      n: 0,
      verdict: broken?.verdict ?? 'inconclusive',
      code: obstacle.code,
      reason: obstacle.reason,
    };
  }
  const significant = adjustedP !== null && adjustedP <= 1 - policy.confidence + 1e-12;
  const looks = [locationLook(finding.location), ...(finding.modes ? [modesLook(finding.modes)] : [])];
  const judged = looks.map((look) => ({ look, ...judge(look, better, significant, policy) }));
  // A regression goes first, then an improvement; equivalent only if both looks are.
  const first = (kind: VerdictKind) => judged.find(({ verdict }) => verdict === kind);
  const chosen =
    first('regression') ??
    first('improvement') ??
    (judged.every(({ verdict }) => verdict === 'equivalent')
      ? judged[0]!
      : judged.find((it) => it.verdict !== 'equivalent')!);
  const { look } = chosen;
  const n = one.evidence.kind === 'paired' ? one.evidence.logRatios.length : finding.location.n;
  const lost = [tallies.candidate, tallies.baseline].some(({ other }) => other > 0)
    ? ` (trials that did not count: candidate ${tallies.candidate.text || 'none'}; baseline ${tallies.baseline.text || 'none'})`
    : '';
  return {
    ...identity,
    verdict: chosen.verdict,
    by: look.by,
    ratio: look.ratio,
    low: look.low,
    high: look.high,
    p: look.p,
    adjustedP,
    n,
    code: chosen.code,
    reason: chosen.reason + lost,
  };
}

interface Look {
  readonly by: Verdict['by'];
  readonly ratio: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly p: number | null;
  readonly words: string;
}

function locationLook({ estimate, low, high, p }: Shift): Look {
  const exp = (log: number | null): number | null => (log === null ? null : Math.exp(log));
  return { by: 'location', ratio: Math.exp(estimate ?? 0), low: exp(low), high: exp(high), p, words: '' };
}

function modesLook({ meanRatio, low, high, p, shares }: ModesShift): Look {
  const percent = (share: number): string => `${Math.round(100 * share)} %`;
  const words = `launches in the slow mode: ${percent(shares[1])} → ${percent(shares[0])}; `;
  return { by: 'modes', ratio: meanRatio, low, high, p, words };
}

function judge(
  { ratio, low, high, p, words }: Look,
  better: Comparison['better'],
  significant: boolean,
  policy: Policy,
): Pick<Verdict, 'verdict' | 'code' | 'reason'> {
  const say = (verdict: VerdictKind, code: string, reason: string) => ({ verdict, code, reason: words + reason });
  if (low === null || high === null) return say('inconclusive', 'too-few-blocks', 'too few blocks for an interval');
  const beyond = low > 1 || high < 1;
  const counts = Math.abs(Math.log(ratio)) >= Math.log1p(policy.smallestEffect) - 1e-12;
  const size = changeText(ratio);
  if (beyond && significant && p !== null && counts) {
    const worse = better === 'lower' ? ratio > 1 : ratio < 1;
    if (worse)
      return say(
        'regression',
        'beyond-smallest-effect',
        `${size}, beyond the ${percentText(policy.smallestEffect)} that count`,
      );
    if (policy.direction === 'both')
      return say(
        'improvement',
        'beyond-smallest-effect',
        `${size}, beyond the ${percentText(policy.smallestEffect)} that count`,
      );
  }
  const margin = 1 + policy.equivalence;
  if (low >= 1 / margin && high <= margin)
    return say('equivalent', 'inside-margin', `the whole interval lies inside ±${percentText(policy.equivalence)}`);
  if (beyond && !significant)
    return say('inconclusive', 'not-significant-in-family', `${size}, but it does not survive control over all cases`);
  if (beyond && !counts)
    return say(
      'inconclusive',
      'below-smallest-effect',
      `${size}: real, but below the ${percentText(policy.smallestEffect)} that count`,
    );
  if (beyond) return say('inconclusive', 'direction-not-asked', `${size}, which the policy does not ask for`);
  return say(
    'inconclusive',
    'interval-too-wide',
    `the interval from ${changeText(low)} to ${changeText(high)} is too wide to tell`,
  );
}

/** A workload that fails on one side is no matter of times. */
function brokenReason(
  { tallies, obstacle }: Comparison,
  confidence: number,
): { readonly verdict: 'regression' | 'inconclusive'; readonly code: string; readonly reason: string } | null {
  if (obstacle !== null) return null;
  const { candidate, baseline } = tallies;
  if (candidate.other > 0) {
    const all = [candidate.completed + candidate.other, baseline.completed + baseline.other] as const;
    const p = fisherP(candidate.other, all[0], baseline.other, all[1]);
    const more = candidate.other / all[0] > baseline.other / Math.max(1, all[1]);
    if (candidate.completed === 0 && baseline.completed > 0)
      return {
        verdict: 'regression',
        code: 'candidate-failed',
        reason: `the candidate never completed: ${candidate.text}`,
      };
    if (more && p <= 1 - confidence)
      return {
        verdict: 'regression',
        code: 'candidate-fails-more',
        reason: `the candidate fails more often: ${candidate.text} of ${all[0]}; baseline ${baseline.text || 'none'} of ${all[1]}`,
      };
  }
  if (baseline.completed === 0 && baseline.other > 0)
    return {
      verdict: 'inconclusive',
      code: 'baseline-failed',
      reason: `the baseline never completed: ${baseline.text}`,
    };
  return null;
}

/** `+5.2 %`, `−12 %`; a factor where a per cent is too small a word. */
export function changeText(ratio: number): string {
  if (ratio >= 3 || ratio <= 1 / 3)
    return `${ratio < 0.01 || ratio >= 1e6 ? ratio.toExponential(1) : ratio.toPrecision(3)}×`;
  const percent = 100 * (ratio - 1);
  const digits = Math.abs(percent) < 10 ? 1 : 0;
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(digits)} %`;
}

export function percentText(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
