import {
  NATIVE,
  versionName,
  WORKLOAD_CLASSES,
  type CaseInfo,
  type EnvironmentRecord,
  type OutcomeKind,
  type SummaryRow,
  type Trial,
  type WorkloadClass,
} from '../model/index.js';
import {
  coreDistance,
  settledOutcomes,
  spreadsOf,
  trialValues,
  type CoreDistance,
  type Spread,
} from '../stats/index.js';
import type { StoredRun } from '../store/reader.js';
import { classMeans, type ClassMean } from '../study/index.js';
import { profilePairs } from './compare.js';
import { looksOf, type Look } from './palette.js';
import { oneLine } from './text.js';

/** A case with a label that no other case of the run has. */
export interface CaseView extends CaseInfo {
  readonly label: string;
}

/** A measured environment: how it is named in charts, and how it is drawn. */
export interface EnvironmentView {
  readonly id: string;
  /** Short: `systrap tuned`; unique in the run. */
  readonly label: string;
  /** For sentences: `gVisor on systrap, tuned`. */
  readonly name: string;
  readonly look: Look;
  readonly record: EnvironmentRecord;
}

/** A ratio to native as time, so that more than 1 is slower whatever the metric's direction. Ends are null where open. */
export interface Overhead {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

/** What every part of the report is made from: run and rows, sorted, labelled and indexed once. */
export interface ReportView {
  readonly run: StoredRun;
  readonly rows: readonly SummaryRow[];
  readonly cases: readonly CaseView[];
  /** Every environment with rows, native first, then in the order of the plan. */
  readonly measured: readonly EnvironmentView[];
  /** The same without native. */
  readonly others: readonly EnvironmentView[];
  readonly unavailable: readonly EnvironmentRecord[];
  /** What lies behind each median: modes, warm-up, components of variance. */
  readonly spreads: readonly Spread[];
  /** Each environment over native, and tuned profiles over what they tune, by class of workloads. */
  readonly means: readonly ClassMean[];
  /** Where the machine's CPUs stood, if a hypervisor moved them during the run. */
  readonly coreDistance: CoreDistance | null;
  /** Trials of a case, in the order of acquisition. */
  trials(caseId: string): readonly HeadlineTrial[];
  row(caseId: string, environmentId: string, metric: string): SummaryRow | undefined;
  /** Overhead of a case by its headline metric; `null` where nothing could be compared. */
  overhead(aCase: CaseInfo, environmentId: string): Overhead | null;
}

/** A trial as it counts, with its headline value: `null` unless it completed with native's answer. */
export interface HeadlineTrial {
  readonly trial: Trial;
  readonly outcome: OutcomeKind;
  readonly value: number | null;
}

/** Titles of the classes, in the order in which they are shown. */
export const CLASS_TITLES: Readonly<Record<WorkloadClass, string>> = {
  startup: 'startup',
  data: 'data engineering',
  ml: 'machine learning',
  snowpark: 'Snowpark',
  system: 'system',
};

export function makeView(run: StoredRun, rows: readonly SummaryRow[]): ReportView {
  const { manifest } = run;
  const index = new Map(rows.map((row) => [key(row.case, row.environment, row.metric), row]));
  const withRows = new Set(rows.map((row) => row.environment));
  const available = manifest.environments.filter((record) => withRows.has(record.id));
  const records = [...available.filter(isNative), ...available.filter((record) => !isNative(record))];
  const looks = looksOf(manifest.environments.map((record) => record.id));
  const labels = environmentLabels(records.map(({ id }) => id));
  const measured = records.map((record, position) => ({
    id: record.id,
    label: labels[position]!,
    name: environmentName(record),
    look: looks.get(record.id)!,
    record,
  }));
  const trials = headlineTrials(run);
  const others = measured.filter((environment) => environment.id !== NATIVE);
  const view: ReportView = {
    run,
    rows,
    cases: sortedCases(manifest.plan.cases),
    measured,
    others,
    unavailable: manifest.environments.filter((record) => record.probe.status === 'unavailable'),
    spreads: spreadsOf(run),
    means: classMeans(run, [
      ...others.map(({ id }) => [id, NATIVE] as const),
      ...profilePairs({ others }).map(({ base, tuned }) => [tuned.id, base.id] as const),
    ]),
    coreDistance: coreDistance(run),
    trials: (caseId) => trials.get(caseId) ?? [],
    row: (caseId, environmentId, metric) => index.get(key(caseId, environmentId, metric)),
    overhead: (aCase, environmentId) => overheadOf(view.row(aCase.id, environmentId, aCase.headline)),
  };
  return view;
}

/** The row's ratio as {@link Overhead}: inverted for metrics of which more is better. */
export function overheadOf(row: SummaryRow | undefined): Overhead | null {
  if (!row || row.ratio === null || row.ratio <= 0) return null;
  const { ratio, ratio_low: low, ratio_high: high, n } = row;
  if (row.better === 'lower') return { value: ratio, low: positive(low), high: positive(high), n };
  return { value: 1 / ratio, low: inverse(high), high: inverse(low), n };
}

/** What an overhead allows to say. `open`: n is too small for an interval, so nothing is claimed. */
export function judge(overhead: Overhead): 'slower' | 'faster' | 'unclear' | 'open' {
  if (overhead.low === null || overhead.high === null) return 'open';
  if (overhead.low > 1) return 'slower';
  return overhead.high < 1 ? 'faster' : 'unclear';
}

function headlineTrials(run: StoredRun): Map<string, HeadlineTrial[]> {
  const outcomes = settledOutcomes(run.trials);
  const values = trialValues(run);
  const byCase = new Map<string, HeadlineTrial[]>();
  const headlines = new Map(run.manifest.plan.cases.map((aCase) => [aCase.id, aCase.headline]));
  run.trials.forEach((trial, index) => {
    const outcome = outcomes[index]!;
    const value =
      outcome === 'completed' ? (values[index]!.get(headlines.get(trial.caseId) ?? '')?.value ?? null) : null;
    const list = byCase.get(trial.caseId);
    if (list) list.push({ trial, outcome, value });
    else byCase.set(trial.caseId, [{ trial, outcome, value }]);
  });
  return byCase;
}

function environmentName({ id, runtime, platform }: EnvironmentRecord): string {
  const base = `gvisor-${platform}`;
  if (runtime !== 'runsc' || platform === null || !id.startsWith(base)) return oneLine(id, 40);
  const [profile = '', version] = id.slice(base.length).split('@');
  const rest = [profile.replace(/^-/, ''), version === undefined ? '' : versionName(version)]
    .filter(Boolean)
    .join(', ');
  return oneLine(rest === '' ? `gVisor on ${platform}` : `gVisor on ${platform} (${rest})`, 60);
}

/** `systrap tuned`, `systrap 2024-07-22`. */
function shortName(id: string): string {
  const [name = '', version] = id.replace(/^gvisor-/, '').split('@');
  return `${name.replace(/-/g, ' ')}${version === undefined ? '' : ` ${versionName(version)}`}`;
}

function sortedCases(cases: readonly CaseInfo[]): CaseView[] {
  const labels = unique(
    cases.map((aCase) => oneLine(aCase.title, 48) || oneLine(aCase.id, 48)),
    cases.map((c) => c.id),
  );
  return cases
    .map((aCase, position) => ({ ...aCase, label: labels[position]! }))
    .toSorted((a, b) => WORKLOAD_CLASSES.indexOf(a.class) - WORKLOAD_CLASSES.indexOf(b.class));
}

/** Short names of environments, for legends and axes; no two the same. */
export function environmentLabels(ids: readonly string[]): string[] {
  return unique(ids.map((id) => oneLine(shortName(id), 28)));
}

/** Labels that occur twice get what tells them apart: the id, or else a number. */

function unique(labels: readonly string[], ids: readonly string[] = []): string[] {
  const seen = new Set<string>();
  return labels.map((label, position) => {
    const twice = labels.indexOf(label) !== labels.lastIndexOf(label);
    let candidate = twice && ids[position] !== undefined ? `${label} (${oneLine(ids[position], 40)})` : label;
    for (let number = 2; seen.has(candidate); number++) candidate = `${label} ${number}`;
    seen.add(candidate);
    return candidate;
  });
}

function isNative(record: EnvironmentRecord): boolean {
  return record.id === NATIVE;
}

function key(...parts: string[]): string {
  return parts.join('\u0000');
}

function positive(value: number | null): number | null {
  return value !== null && value > 0 ? value : null;
}

function inverse(value: number | null): number | null {
  return value !== null && value > 0 ? 1 / value : null;
}
