import type { Verdict } from '../model/index.js';
import type { GateVerdict } from './types.js';
import { overallOf, sentenceOf } from './verdict.js';

/**
 * What is left of regressions after they were measured again: those that the fresh blocks alone show too are confirmed, the others
 * inconclusive. Only what was flagged is in the second family, and only fresh trials are in its p-values, so that looking twice
 * does not raise the rate of false alarms: it is that of both happening.
 * @param again the verdict over the flagged cases, from fresh blocks alone
 */
export function confirmed(first: GateVerdict, again: GateVerdict): GateVerdict {
  const fresh = new Map(again.verdicts.map((verdict) => [`${verdict.case}\n${verdict.environment}`, verdict]));
  const verdicts = first.verdicts.map((verdict): Verdict => {
    const second = fresh.get(`${verdict.case}\n${verdict.environment}`);
    if (verdict.verdict !== 'regression' || second === undefined) return verdict;
    if (second.verdict === 'regression') return { ...second, confirmed: true };
    return {
      ...second,
      verdict: 'inconclusive',
      code: 'not-confirmed',
      reason: `it looked like a regression (${verdict.reason}), and did not on fresh blocks: ${second.reason}`,
    };
  });
  const whole = {
    ...first,
    verdicts,
    overall: overallOf(verdicts, first.policy),
    notes: [
      ...first.notes,
      `what was flagged was ${again.notes[0]?.replace(/^measured/, 'measured again') ?? 'measured again'}`,
    ],
  };
  return { ...whole, sentence: sentenceOf(whole) };
}
