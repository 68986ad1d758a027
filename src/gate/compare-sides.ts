import { NATIVE, plainId, twinOf, type RunData } from '../model/index.js';
import { blockLogRatio, comparedBlocks, COVARIATE_NAMES } from '../stats/index.js';
import { completedIn, identityOf, metricFor, tallyOf, type Side, type SideEntry } from './side.js';
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
    const compare = (a: string, b: string, isControl: boolean): Comparison => {
      const pairs = ofCase.flatMap((block) => {
        const [own, other] = [completedIn(block, a), completedIn(block, b)];
        const logRatio = own && other && blockLogRatio(own, other);
        return logRatio == null ? [] : [{ own: own!, other: other!, logRatio }];
      });
      return {
        ...identityOf(info, a, metric),
        evidence: {
          kind: 'paired',
          logRatios: pairs.map(({ logRatio }) => logRatio),
          candidate: pairs.map(({ own }) => own.logValue!),
          baseline: pairs.map(({ other }) => other.logValue!),
          covariates: COVARIATE_NAMES.map((_, k) =>
            pairs.map(({ own, other }) => own.covariates[k]! - other.covariates[k]!),
          ),
        },
        tallies: { candidate: tallyOf(ofCase, a), baseline: tallyOf(ofCase, b) },
        obstacle: unavailableIn(run, a) ?? unavailableIn(run, b),
        nullControl: isControl,
      };
    };
    return [
      compare(candidate, baseline, false),
      ...(nullControl && plainId(candidate) !== NATIVE ? [compare(twinOf(NATIVE), NATIVE, true)] : []),
    ];
  });
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
        missing('candidate', candidate, a, caseId, environment) ??
        missing('baseline', baseline, b, caseId, environment) ??
        otherWork(candidate, baseline, caseId),
      nullControl: false,
    };
  });
}

function missing(
  which: string,
  side: Side,
  entry: SideEntry | undefined,
  caseId: string,
  environment: string,
): Obstacle | null {
  const why = side.unavailable[environment];
  if (why !== undefined)
    return { code: 'environment-unavailable', reason: `${environment} was unavailable in the ${which}: ${why}` };
  if (entry === undefined)
    return { code: 'case-missing', reason: `the ${which} (${side.run}) has no ${caseId} in ${environment}` };
  return null;
}

function otherWork(candidate: Side, baseline: Side, caseId: string): Obstacle | null {
  const text = ({ params }: Side): string => JSON.stringify(Object.entries(params[caseId] ?? {}).toSorted());
  return text(candidate) === text(baseline)
    ? null
    : { code: 'other-work', reason: `${caseId} was planned with other parameters: it is not the same work` };
}

/** What differs between two sides beside what is compared, each in a sentence. */
export function differencesOf(candidate: Side, baseline: Side): string[] {
  const notes: string[] = [];
  if (candidate.fingerprint !== baseline.fingerprint)
    notes.push(
      `measured on different hosts (${baseline.host}; ${candidate.host}): ratios to native are compared, and hosts change these too`,
    );
  if (candidate.seebenchVersion !== baseline.seebenchVersion)
    notes.push(
      `measured by different seebench versions: ${baseline.seebenchVersion}, then ${candidate.seebenchVersion}`,
    );
  const changed = (a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): string[] =>
    Object.keys(a).filter((name) => name in b && a[name] !== b[name]);
  const versions = changed(candidate.versions, baseline.versions);
  if (versions.length > 0)
    notes.push(
      `runtime versions differ: ${versions.map((id) => `${id} ${baseline.versions[id] ?? 'unknown'} → ${candidate.versions[id] ?? 'unknown'}`).join('; ')}`,
    );
  const digests = changed(candidate.digests, baseline.digests).filter((name) => !name.startsWith('runtime/'));
  if (digests.length > 0) notes.push(`digests differ: ${digests.join(', ')}`);
  return notes;
}
