import { SCHEMA_VERSION, type ErrorRates, type Policy, type Verdict } from '../model/index.js';
import { decide } from './decide.js';
import type { Comparison, GateVerdict, Overall } from './types.js';

/** Reasons that leave the question open for lack of data, and not of a difference: a gate that met one has no answer. */
const BROKEN = new Set([
  'baseline-failed',
  'case-missing',
  'environment-unavailable',
  'metric-missing',
  'native-failed',
  'not-confirmed',
  'nothing-measured',
  'null-control-tripped',
  'other-work',
  'too-few-blocks',
  'unusable-values',
]);

export interface GateInput {
  readonly run: string;
  readonly candidate: string;
  readonly baseline: string;
  readonly comparisons: readonly Comparison[];
  readonly policy: Policy;
  readonly notes: readonly string[];
  /** What certify found on this host; `null` until it has. */
  readonly errorRates: ErrorRates | null;
  /** Ignored cases end on their day: ISO date of today. */
  readonly today: string;
}

/** What a gate says of comparisons: ignored ones left out, null controls heeded, and the whole in one sentence. */
export function gateVerdict(input: GateInput): GateVerdict {
  const { comparisons, policy } = input;
  const ignored = (one: Comparison): boolean =>
    policy.ignore.some(
      (it) => (it.case === '*' || it.case === one.case) && (it.metric === null || it.metric === one.metric),
    );
  const controls = comparisons.filter(({ nullControl }) => nullControl);
  const judged = comparisons.filter((one) => !one.nullControl && !ignored(one));
  const control = decide(controls, policy);
  const tripped = control.some(({ verdict }) => verdict === 'regression' || verdict === 'improvement');
  const verdicts = decide(judged, policy).map((verdict) => (tripped ? doubted(verdict) : verdict));
  const unused = policy.ignore.filter(
    (it) =>
      !comparisons.some((one) => (it.case === '*' || it.case === one.case) && (it.metric ?? one.metric) === one.metric),
  );
  const skipped = comparisons.filter((one) => !one.nullControl && ignored(one));
  const verdict = {
    schemaVersion: SCHEMA_VERSION,
    run: input.run,
    candidate: input.candidate,
    baseline: input.baseline,
    overall: overallOf(verdicts, policy),
    verdicts,
    control: {
      method: policy.control,
      comparisons: verdicts.filter(({ p }) => p !== null).length,
      rate: Number((1 - policy.confidence).toPrecision(6)),
    },
    nullControl: controls.length === 0 ? null : { tripped, verdicts: control },
    errorRates: input.errorRates,
    guarantees: null,
    policy,
    notes: [
      ...input.notes,
      ...skipped.map((one) => `ignored by the policy: ${one.case} in ${one.environment}`),
      ...unused.map(
        (it) => `the policy ignores ${it.case}${it.metric === null ? '' : ` (${it.metric})`}, which is not here`,
      ),
      ...(tripped ? ['the null control tripped: native differs from itself, so this run can call no regression'] : []),
    ],
  };
  return { ...verdict, sentence: sentenceOf(verdict) };
}

function doubted(verdict: Verdict): Verdict {
  if (verdict.verdict !== 'regression' || verdict.p === null) return verdict;
  const reason = `native differs from itself in this run, so this is not trusted: ${verdict.reason}`;
  return { ...verdict, verdict: 'inconclusive', code: 'null-control-tripped', reason };
}

/** Worst first; “nothing was measured” is never “no regression”. */
export function overallOf(verdicts: readonly Verdict[], policy: Policy): Overall {
  const has = (kind: Verdict['verdict']): boolean => verdicts.some(({ verdict }) => verdict === kind);
  if (has('regression')) return 'regression';
  if (!verdicts.some(({ n }) => n > 0)) return 'nothing-measured';
  if (verdicts.some(({ verdict, code }) => verdict === 'inconclusive' && BROKEN.has(code))) return 'inconclusive';
  return has('inconclusive') && policy.onInconclusive === 'fail' ? 'inconclusive' : 'pass';
}

/** The whole verdict in one sentence. */
export function sentenceOf(verdict: Omit<GateVerdict, 'sentence'>): string {
  const { verdicts, overall, candidate, baseline } = verdict;
  const of = (kind: Verdict['verdict']): Verdict[] => verdicts.filter((it) => it.verdict === kind);
  const [worse, better, same, open] = [of('regression'), of('improvement'), of('equivalent'), of('inconclusive')];
  const who = `${candidate} against ${baseline}`;
  if (overall === 'nothing-measured') return `Nothing was measured that could be compared: ${who}.`;
  const counts = [
    `${worse.length} worse`,
    `${better.length} better`,
    `${same.length} equivalent`,
    `${open.length} not known`,
  ].join(', ');
  const word = { pass: 'Pass', regression: 'Regression', inconclusive: 'No answer' }[overall];
  const named = worse.slice(0, 3).map(({ case: id, reason }) => `${id} (${reason})`);
  const more = worse.length > 3 ? ` and ${worse.length - 3} more` : '';
  return `${word}: ${who}, ${verdicts.length} comparisons: ${counts}${named.length > 0 ? `. Worse: ${named.join('; ')}${more}` : ''}.`;
}
