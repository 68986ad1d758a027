import {
  metricOf,
  NATIVE,
  plainId,
  SCHEMA_VERSION,
  type Better,
  type CaseInfo,
  type OutcomeKind,
  type Params,
  type Profile,
  type RunData,
} from '../model/index.js';
import { blockLogRatio, comparedBlocks, type ComparedBlock, type ComparedTrial } from '../stats/index.js';
import type { Tally } from './types.js';

/** One case, environment and metric of a side: block by block the logarithm of the ratio to native (or of the value). */
export interface SideEntry {
  readonly case: string;
  readonly environment: string;
  readonly metric: string;
  readonly better: Better;
  readonly logRatios: readonly number[];
  /** Blocks in which all trials completed, and yet there is no ratio: see {@link logRatioOf}. */
  readonly unusable: number;
  /** Whether any trial has the metric at all. */
  readonly measured: boolean;
  readonly tally: Tally;
}

/** What a gate compares: a stored run, or a baseline file, reduced to the same. A baseline file is this as JSON. */
export interface Side {
  readonly schemaVersion: number;
  readonly kind: 'seebench-baseline';
  readonly run: string;
  readonly seebenchVersion: string;
  /** Id of the host's fingerprint, and its name for people. */
  readonly fingerprint: string;
  readonly host: string;
  /** Version of the runtime by environment; `null` where not known. */
  readonly versions: Readonly<Record<string, string | null>>;
  /** Why an environment did not run, by environment. */
  readonly unavailable: Readonly<Record<string, string>>;
  /** Settings of the profile by environment, by name. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Digest of native's answer by case; a case without an answer, or with several, is not here. */
  readonly answers: Readonly<Record<string, string>>;
  readonly digests: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, Params>>;
  /** Ratios to native, or the values themselves. */
  readonly absolute: boolean;
  readonly entries: readonly SideEntry[];
}

export interface SideOptions {
  /** Metric of all cases; `null` for each case's headline. */
  readonly metric: string | null;
  readonly absolute: boolean;
}

/** A run as one side: every case × environment but native and what certify adds. */
export function sideOf(run: RunData, { metric, absolute }: SideOptions): Side {
  const { manifest } = run;
  const blocks = comparedBlocks(run, metricFor(run, metric));
  const own = manifest.environments.filter(({ id }) => plainId(id) === id);
  const environments = own.filter(({ id }) => absolute || id !== NATIVE);
  const shown = environments.filter(({ probe }) => probe.status === 'available');
  return {
    schemaVersion: SCHEMA_VERSION,
    kind: 'seebench-baseline',
    run: manifest.id,
    seebenchVersion: manifest.seebenchVersion,
    fingerprint: manifest.fingerprint.id,
    host: `${manifest.fingerprint.cpuModel}, ${manifest.fingerprint.cores} CPUs, Linux ${manifest.fingerprint.kernel}`,
    versions: Object.fromEntries(own.map(({ id, version }) => [id, version])),
    unavailable: Object.fromEntries(
      environments.flatMap(({ id, probe }) => (probe.status === 'unavailable' ? [[id, probe.reason]] : [])),
    ),
    settings: Object.fromEntries(own.map(({ id, profile }) => [id, settingsOf(profile)])),
    answers: answersOf(run),
    digests: manifest.digests,
    params: Object.fromEntries(manifest.plan.cases.map(({ id, params }) => [id, params])),
    absolute,
    entries: manifest.plan.cases.flatMap((info) =>
      shown.map(({ id }) => {
        const ofCase = [...(blocks.get(info.id)?.values() ?? [])];
        const ratios = ofCase.flatMap((block) => ratioIn(block, id, absolute) ?? []);
        const logRatios = ratios.filter((ratio) => typeof ratio === 'number');
        const unusable = ratios.length - logRatios.length;
        const measured = isMeasured(ofCase, id);
        return { ...identityOf(info, id, metric), logRatios, unusable, measured, tally: tallyOf(ofCase, id) };
      }),
    ),
  };
}

/** The metric of each case of a run: what was asked, or its headline. */
export function metricFor(run: RunData, metric: string | null): (caseId: string) => string | null {
  const headlines = new Map(run.manifest.plan.cases.map(({ id, headline }) => [id, headline]));
  return (caseId) => metric ?? headlines.get(caseId) ?? null;
}

export function identityOf(
  info: CaseInfo,
  environment: string,
  metric: string | null,
): Pick<SideEntry, 'case' | 'environment' | 'metric' | 'better'> {
  const name = metric ?? info.headline;
  const better = name === info.headline ? info.headlineBetter : (metricOf(name)?.better ?? 'lower');
  return { case: info.id, environment, metric: name, better };
}

/** @returns `null` where not all completed */
function ratioIn(block: ComparedBlock, environment: string, absolute: boolean): number | 'unusable' | null {
  const own = completedIn(block, environment);
  if (absolute) return own && (isUsable(own) ? own.logValue! : 'unusable');
  const native = completedIn(block, NATIVE);
  return own && native && (logRatioOf(own, native) ?? 'unusable');
}

/** Whether any completed trial of some environments has the metric. */
export function isMeasured(blocks: readonly ComparedBlock[], ...environments: readonly string[]): boolean {
  return blocks.some((block) => environments.some((id) => completedIn(block, id)?.measured));
}

/** An entry of a record whose names come from files: `constructor` is a name like any other. */
export function ofName<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Nothing that is measured lies beyond e^±40 of its unit: 2·10¹⁷ ns are seven years. */
const FARTHEST_LOG = 40;

function isUsable({ logValue, iterations }: ComparedTrial): boolean {
  return [logValue ?? NaN, ...iterations].every((log) => Math.abs(log) <= FARTHEST_LOG);
}

/** One side over another of a block; `null` where a value is missing, zero, negative, not finite or beyond all bounds. */
export function logRatioOf(own: ComparedTrial, other: ComparedTrial): number | null {
  return isUsable(own) && isUsable(other) ? blockLogRatio(own, other) : null;
}

function settingsOf(profile: Profile): Record<string, string> {
  const lists = [profile.runscFlags, profile.annotations, profile.guestEnv, profile.hostSettings].flat();
  const allowed = profile.allowedSyscalls
    ?.flatMap(({ names }) => names)
    .toSorted()
    .join(' ');
  return {
    rootfs: profile.rootfs,
    ...(allowed === undefined ? {} : { allowedSyscalls: allowed }),
    ...Object.fromEntries(lists.map(({ name, value }) => [name, value])),
  };
}

function answersOf({ manifest, trials }: RunData): Record<string, string> {
  const answers = new Map<string, Set<string>>(manifest.plan.cases.map(({ id }) => [id, new Set()]));
  for (const { caseId, environmentId, outcome, digest } of trials)
    if (environmentId === NATIVE && outcome.kind === 'completed' && digest !== null) answers.get(caseId)?.add(digest);
  return Object.fromEntries([...answers].flatMap(([id, own]) => (own.size === 1 ? [[id, [...own][0]!]] : [])));
}

/** The trial of an environment in a block, if it completed. */
export function completedIn(block: ComparedBlock, environment: string): ComparedTrial | null {
  const trial = block.get(environment);
  return trial?.outcome === 'completed' ? trial : null;
}

/** How the trials of an environment ended. */
export function tallyOf(blocks: readonly ComparedBlock[], environment: string): Tally {
  const counts = new Map<OutcomeKind, number>();
  for (const block of blocks) {
    const outcome = block.get(environment)?.outcome;
    if (outcome) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  const others = [...counts].filter(([kind]) => kind !== 'completed');
  return {
    completed: counts.get('completed') ?? 0,
    other: others.reduce((sum, [, count]) => sum + count, 0),
    text: others.map(([kind, count]) => `${count} ${kind}`).join(', '),
  };
}
