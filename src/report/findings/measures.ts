import { geometricMean, interval, ratio } from '../format.js';
import { WORKLOAD_CLASSES, type WorkloadClass } from '../../model/index.js';
import { median } from '../../stats/index.js';
import { judge, type CaseView, type EnvironmentView, type Overhead, type ReportView } from '../view.js';

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

/** Median overhead of the cases of each class, for the classes that have one. */
export function classMedians(measured: readonly Measured[]): { name: WorkloadClass; value: number; cases: number }[] {
  return WORKLOAD_CLASSES.flatMap((name) => {
    const values = measured.filter(({ aCase }) => aCase.class === name).map(({ overhead }) => overhead.value);
    return values.length === 0 ? [] : [{ name, value: median(values)!, cases: values.length }];
  });
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
