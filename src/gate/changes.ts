import {
  metricOf,
  NATIVE,
  type ChangedSide,
  type ComparedRow,
  type EnvironmentRecord,
  type Policy,
  type RunData,
  type RunManifest,
  versionName,
} from '../model/index.js';
import { median, summarize } from '../stats/index.js';
import { comparisonsWithin } from './compare-sides.js';
import { decide } from './decide.js';
import type { Comparison, Evidence } from './types.js';

/** Metrics of the whole trial that stand beside the headlines. */
export const BESIDE = ['startup_ns', 'wall_ns', 'cpu_ns', 'peak_bytes', 'vmas', 'faults', 'ctx_switches'] as const;

/** How the rows of a comparison are written. */
interface RowStyle {
  readonly unit: (metric: string) => string;
  /** Ratios to native of the baseline and of the candidate. */
  readonly ratios: (
    one: Comparison,
    values: Pick<ComparedRow, 'baselineValue' | 'candidateValue'>,
  ) => readonly [number | null, number | null];
}

/** Verdicts of comparisons, with what both sides are. */
export function comparedRows(
  comparisons: readonly Comparison[],
  policy: Policy,
  { unit, ratios }: RowStyle,
): ComparedRow[] {
  return decide(comparisons, policy).map((verdict, i): ComparedRow => {
    const one = comparisons[i]!;
    const values = valuesOf(one.evidence);
    const [baselineRatio, candidateRatio] = ratios(one, values);
    return { ...verdict, ...values, unit: unit(verdict.metric), baselineRatio, candidateRatio };
  });
}

/**
 * Two environments of one run, block by block.
 * @param metrics one family of comparisons; `null` for each case's headline
 */
export function changesWithin(
  run: RunData,
  baseline: string,
  candidate: string,
  metrics: readonly (string | null)[],
  policy: Policy,
): ComparedRow[] {
  const keyOf = (...parts: readonly string[]): string => parts.join('\n');
  const ratios = new Map(summarize(run).map((row) => [keyOf(row.case, row.environment, row.metric), row.ratio]));
  const workUnits = new Map(run.manifest.plan.cases.map(({ headline, workUnit }) => [headline, workUnit]));
  const comparisons = metrics.flatMap((metric) =>
    comparisonsWithin(run, candidate, baseline, metric).filter(({ nullControl }) => !nullControl),
  );
  const over = (one: Comparison, side: string): number | null =>
    side === NATIVE ? 1 : (ratios.get(keyOf(one.case, side, one.metric)) ?? null);
  return comparedRows(comparisons, policy, {
    unit: (metric) => metricOf(metric, workUnits.get(metric) ?? undefined)?.unit ?? '',
    ratios: (one) => [over(one, baseline), over(one, candidate)],
  });
}

/** What stands beside the headlines of two environments of one run, where both have it. */
export function besideWithin(run: RunData, baseline: string, candidate: string, policy: Policy): ComparedRow[] {
  const headlines = new Map(run.manifest.plan.cases.map(({ id, headline }) => [id, headline]));
  return changesWithin(run, baseline, candidate, BESIDE, policy).filter(
    (row) => row.n > 0 && headlines.get(row.case) !== row.metric,
  );
}

/** The same environment in two versions of its runtime, the older first. */
export interface VersionPair {
  readonly baseline: ChangedSide;
  readonly candidate: ChangedSide;
  readonly subject: string;
}

/** Environments of a run that differ in the version of their runtime and in nothing else; of more than two, each with the next. */
export function versionPairs({ environments }: RunManifest): VersionPair[] {
  const groups = new Map<string, EnvironmentRecord[]>();
  for (const record of environments) {
    if (record.runtime !== 'runsc' || record.version === null || record.probe.status !== 'available') continue;
    const key = JSON.stringify([record.platform, record.profile, record.restored ?? false]);
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  return [...groups.values()].flatMap((group) => {
    const versions = group.filter((record, i) => group.findIndex(({ version }) => version === record.version) === i);
    const sorted = versions.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    return sorted.slice(1).map((record, i) => ({
      baseline: sideOfVersion(sorted[i]!),
      candidate: sideOfVersion(record),
      subject: subjectOf(record),
    }));
  });
}

function nameOf({ version }: EnvironmentRecord): string {
  return versionName(version!);
}

function sideOfVersion(record: EnvironmentRecord): ChangedSide {
  return { ref: record.id, name: nameOf(record) };
}

function subjectOf({ platform, profile, restored }: EnvironmentRecord): string {
  const more = [...(profile.id === 'default' ? [] : [profile.id]), ...(restored ? ['restored'] : [])];
  return `gVisor on ${platform}${more.length === 0 ? '' : ` (${more.join(', ')})`}`;
}

function valuesOf({ baseline, candidate }: Evidence): Pick<ComparedRow, 'baselineValue' | 'candidateValue'> {
  const center = (logs: readonly number[]): number | null => (logs.length === 0 ? null : Math.exp(median(logs)!));
  return { baselineValue: center(baseline), candidateValue: center(candidate) };
}
