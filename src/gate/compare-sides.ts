import { NATIVE, plainId, twinOf, type RunData } from '../model/index.js';
import { comparedBlocks } from '../stats/index.js';
import {
  completedIn,
  identityOf,
  isMeasured,
  logRatioOf,
  metricFor,
  ofName,
  tallyOf,
  type Side,
  type SideEntry,
} from './side.js';
import type { Comparison, Obstacle, Tally } from './types.js';

const NO_TRIALS: Tally = { completed: 0, other: 0, text: '' };

/** Two environments of one run, block by block; and native against its twin, where the run has one. */
export function comparisonsWithin(
  run: RunData,
  candidate: string,
  baseline: string,
  metric: string | null,
): Comparison[] {
  const blocks = comparedBlocks(run, metricFor(run, metric));
  const nullControl = run.manifest.plan.environments.includes(twinOf(NATIVE));
  return run.manifest.plan.cases.flatMap((info) => {
    const ofCase = [...(blocks.get(info.id)?.values() ?? [])];
    // Where native failed, nobody knows whether the answers were right.
    const checked = ofCase.filter((block) => !block.has(NATIVE) || completedIn(block, NATIVE));
    const compare = (a: string, b: string, isControl: boolean): Comparison => {
      const identity = identityOf(info, a, metric);
      const both = checked.flatMap((block) => {
        const [own, other] = [completedIn(block, a), completedIn(block, b)];
        return own && other ? [{ own, other, logRatio: logRatioOf(own, other) }] : [];
      });
      const pairs = both.flatMap(({ logRatio, ...pair }) => (logRatio === null ? [] : [{ ...pair, logRatio }]));
      return {
        ...identity,
        evidence: {
          kind: 'paired',
          logRatios: pairs.map(({ logRatio }) => logRatio),
          candidate: pairs.map(({ own }) => own.logValue!),
          baseline: pairs.map(({ other }) => other.logValue!),
        },
        tallies: { candidate: tallyOf(ofCase, a), baseline: tallyOf(ofCase, b) },
        obstacle:
          unavailableIn(run, a) ??
          unavailableIn(run, b) ??
          (ofCase.length > 0 && checked.length === 0 ? NATIVE_FAILED : null) ??
          lacking(identity, both.length - pairs.length, both.length, isMeasured(checked, a, b)),
        nullControl: isControl,
      };
    };
    return [
      compare(candidate, baseline, false),
      ...(nullControl && plainId(candidate) !== NATIVE ? [compare(twinOf(NATIVE), NATIVE, true)] : []),
    ];
  });
}

const NATIVE_FAILED: Obstacle = {
  code: 'native-failed',
  reason: 'native never completed, so that no answer could be checked',
};

/**
 * Completed trials without a value: what a broken clock or a cut-off file left, so that the rest is not to be trusted either.
 * @param measured one trial at least has the metric; otherwise the case has no such metric
 */
function lacking(
  { case: id, metric }: Pick<SideEntry, 'case' | 'metric'>,
  unusable: number,
  all: number,
  measured: boolean,
): Obstacle | null {
  if (unusable === 0) return null;
  return measured
    ? {
        code: 'unusable-values',
        reason: `${unusable} of ${all} completed blocks have no usable ${metric}: missing, zero, negative, not finite, or beyond all bounds`,
      }
    : { code: 'metric-missing', reason: `${id} has no ${metric}` };
}

function unavailableIn(run: RunData, environment: string): Obstacle | null {
  const probe = run.manifest.environments.find(({ id }) => id === environment)?.probe;
  return probe?.status === 'unavailable'
    ? { code: 'environment-unavailable', reason: `${environment} is unavailable: ${probe.reason}` }
    : null;
}

/** Two sides that were measured apart: every case and environment that either has. */
export function comparisonsAcross(candidate: Side, baseline: Side): Comparison[] {
  const keyOf = ({ case: id, environment, metric }: SideEntry): string => [id, environment, metric].join('\n');
  const own = new Map(candidate.entries.map((entry) => [keyOf(entry), entry]));
  const other = new Map(baseline.entries.map((entry) => [keyOf(entry), entry]));
  return [...new Map([...other, ...own])].map(([key, { case: caseId, environment, metric, better }]) => {
    const [a, b] = [own.get(key), other.get(key)];
    return {
      case: caseId,
      environment,
      metric,
      better,
      evidence: { kind: 'samples', candidate: a?.logRatios ?? [], baseline: b?.logRatios ?? [] },
      tallies: { candidate: a?.tally ?? NO_TRIALS, baseline: b?.tally ?? NO_TRIALS },
      obstacle:
        missing('candidate', candidate, a, b) ??
        missing('baseline', baseline, b, a) ??
        otherWork(candidate, baseline, caseId) ??
        lackingAcross(a!, b!),
      nullControl: false,
    };
  });
}

/** @param entry of this side @param wanted the same of the other side, where this has none */
function missing(
  which: string,
  side: Side,
  entry: SideEntry | undefined,
  wanted: SideEntry | undefined,
): Obstacle | null {
  if (entry !== undefined || wanted === undefined) return null;
  const { case: id, environment, metric } = wanted;
  const why = ofName(side.unavailable, environment);
  return why === undefined
    ? { code: 'case-missing', reason: `the ${which} (${side.run}) has no ${metric} of ${id} in ${environment}` }
    : { code: 'environment-unavailable', reason: `${environment} was unavailable in the ${which}: ${why}` };
}

function lackingAcross(a: SideEntry, b: SideEntry): Obstacle | null {
  const unusable = a.unusable + b.unusable;
  return lacking(a, unusable, a.logRatios.length + b.logRatios.length + unusable, a.measured || b.measured);
}

function otherWork(candidate: Side, baseline: Side, caseId: string): Obstacle | null {
  const text = ({ params }: Side): string => JSON.stringify(Object.entries(ofName(params, caseId) ?? {}).toSorted());
  return text(candidate) === text(baseline)
    ? null
    : { code: 'other-work', reason: `${caseId} was planned with other parameters: it is not the same work` };
}
