import { geometricMean, interval, ratio } from '../format.js';
import { NATIVE, WORKLOAD_CLASSES, type WorkloadClass } from '../../model/index.js';
import { DATA_AND_ML, isDataOrMl } from '../../study/index.js';
import { meanOf } from '../compare.js';
import { counted } from '../text.js';
import { CLASS_TITLES, judge, type CaseView, type EnvironmentView, type Overhead, type ReportView } from '../view.js';

/** A case in an environment with its overhead. */
export interface Measured {
  readonly aCase: CaseView;
  readonly environment: EnvironmentView;
  readonly overhead: Overhead;
}

/** Environments that are no native sandbox: what the report is about. */
export function sandboxed(view: ReportView): EnvironmentView[] {
  return view.others.filter((environment) => environment.record.runtime !== 'runc');
}

/** The environment that titles speak of: the first with the runtime's own defaults. */
export function primary(view: ReportView): EnvironmentView | undefined {
  const all = sandboxed(view);
  return all.find((environment) => environment.record.profile.id === 'default') ?? all[0];
}

/** Everything that could be compared in one environment. */
export function measuredIn(view: ReportView, environment: EnvironmentView): Measured[] {
  return view.cases.flatMap((aCase) => {
    const overhead = view.overhead(aCase, environment.id);
    return overhead === null ? [] : [{ aCase, environment, overhead }];
  });
}

/** Geometric mean of each class, for the classes that have one: the figures of the table of means. */
export function meansByClass(
  view: ReportView,
  environment: EnvironmentView,
): { name: WorkloadClass; value: number; cases: number }[] {
  const present = WORKLOAD_CLASSES.filter((name) => view.cases.some((aCase) => aCase.class === name));
  return present.flatMap((name) => {
    const mean = meanOf(view, environment.id, NATIVE, present.length === 1 ? 'all' : name);
    return mean ? [{ name, value: mean.value, cases: mean.cases }] : [];
  });
}

/** The group that a recommendation speaks of: data and ML, or the one of them that there is, where they stand beside other classes; else all. */
function workGroup({ means }: ReportView): typeof DATA_AND_ML | WorkloadClass | 'all' {
  const groups = [DATA_AND_ML, ...WORKLOAD_CLASSES.filter(isDataOrMl)] as const;
  return groups.find((name) => means.some((it) => it.class === name)) ?? 'all';
}

/** Its mean. */
export function workMean(view: ReportView, environment: string, baseline: string): ReturnType<typeof meanOf> {
  return meanOf(view, environment, baseline, workGroup(view));
}

/** Whether that mean is over the case. */
export function isWork(view: ReportView, aCase: CaseView): boolean {
  const group = workGroup(view);
  if (group === 'all') return true;
  return group === DATA_AND_ML ? isDataOrMl(aCase.class) : aCase.class === group;
}

/** `9 data and ML cases`, or just cases where all count. */
export function workCases(view: ReportView, cases: number): string {
  const group = workGroup(view);
  if (group === 'all') return counted(cases, 'case');
  return counted(cases, `${group === DATA_AND_ML ? 'data and ML' : CLASS_TITLES[group]} case`);
}

/** What a case that is faster in gVisor may be, on a virtual machine that gives its memory back. */
export const NATIVE_WAITS = 'native’s waiting for memory that this virtual machine had given back';

/** Whether the run was warned that native waits for its memory. */
export function givesMemoryBack({ run }: ReportView): boolean {
  return run.manifest.warnings.some(({ code }) => code === 'free-page-reporting');
}

/** How many of the overheads allow to say what. */
export function tally(overheads: readonly Overhead[]): Readonly<Record<ReturnType<typeof judge>, number>> {
  const counts = { slower: 0, faster: 0, unclear: 0, open: 0 };
  for (const overhead of overheads) counts[judge(overhead)]++;
  return counts;
}

/** None of them has an interval: nothing may be claimed. */
export function allOpen(overheads: readonly Overhead[]): boolean {
  return overheads.length > 0 && overheads.every((overhead) => judge(overhead) === 'open');
}

export function meanOverhead(measured: readonly Measured[]): number | null {
  return geometricMean(measured.map(({ overhead }) => overhead.value));
}

/** `3.80× (3.10–4.40, n = 9)`; an open interval is said. */
export function hedged({ value, low, high, n }: Overhead): string {
  return `${ratio(value)} (${interval(low, high)}, n = ${n})`;
}
