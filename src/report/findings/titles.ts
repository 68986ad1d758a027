import { compareHeadline, type ProfilePair } from '../compare.js';
import { operationsOf } from '../charts/syscalls.js';
import { quantity, ratio } from '../format.js';
import { quantile } from '../../stats/index.js';
import { counted, oneLine } from '../text.js';
import { CLASS_TITLES, overheadOf, type CaseView, type ReportView } from '../view.js';
import { allOpen, hedged, measuredIn, meansByClass, primary, tally } from './measures.js';

/** A title states what was found, from the data; each has a plain form for when there is nothing to state. */
export function overheadTitle(view: ReportView): string {
  const environment = primary(view);
  const measured = environment ? measuredIn(view, environment) : [];
  const classes = environment ? meansByClass(view, environment).toSorted((a, b) => b.value - a.value) : [];
  const [most, least] = [classes[0], classes.at(-1)];
  if (!environment || !most || !least) return 'Overhead against native';
  const cases = `${ratio(most.value)} native’s time on ${CLASS_TITLES[most.name]} cases`;
  const rest = most === least ? '' : ` and ${ratio(least.value)} on ${CLASS_TITLES[least.name]}`;
  const sure = allOpen(measured.map(({ overhead }) => overhead)) ? '; n is too small for intervals' : '';
  return `${environment.name} takes ${cases}${rest}, by geometric mean${sure}`;
}

/** The case whose launches differ most, with native's spread beside it. */
export function trialsTitle(view: ReportView): string {
  const spread = (aCase: CaseView, id: string): number | null => {
    const values = view
      .trials(aCase.id)
      .flatMap(({ trial, value }) => (trial.environmentId === id && value !== null && value > 0 ? [value] : []));
    return values.length < 5 ? null : quantile(values, 0.9)! / quantile(values, 0.1)!;
  };
  const all = view.cases.flatMap((aCase) =>
    view.others.flatMap((environment) => {
      const [own, native] = [spread(aCase, environment.id), spread(aCase, 'native')];
      return own === null || native === null ? [] : [{ aCase, environment, own, native }];
    }),
  );
  const widest = all.toSorted((a, b) => b.own / b.native - a.own / a.native)[0];
  if (!widest || widest.own < 1.2 * widest.native) return 'Every trial';
  const { aCase, environment, own, native } = widest;
  return `One launch is not like the next: from the 10th to the 90th percentile, “${aCase.label}” spreads ${ratio(own)} on ${environment.label}, ${ratio(native)} natively`;
}

export function startupTitle(view: ReportView): string {
  const environment = primary(view);
  const rows = view.cases
    .filter((aCase) => aCase.class === 'startup')
    .flatMap((aCase) => (environment ? (view.row(aCase.id, environment.id, 'startup_ns') ?? []) : []))
    .filter((row) => row.median !== null && row.native_median !== null)
    .toSorted((a, b) => a.median! - b.median!);
  const row = rows[0];
  if (!environment || !row) return 'Where the time of a start goes';
  return `${environment.name} reaches its first instruction after ${quantity(row.median, 'ns')}, native after ${quantity(row.native_median, 'ns')}`;
}

export function syscallsTitle(view: ReportView, aCase: CaseView): string {
  const environment = primary(view);
  const all = operationsOf(view, aCase).flatMap((metric) =>
    environment ? (overheadOf(view.row(aCase.id, environment.id, metric)) ?? []) : [],
  );
  if (!environment || all.length < 2) return 'What a call costs';
  const values = all.map(({ value }) => value);
  const [low, half, high] = [0.1, 0.5, 0.9].map((q) => ratio(quantile(values, q)));
  const sure = allOpen(all) ? '; n is too small for intervals' : '';
  return `On ${environment.label}, the median operation costs ${half} what it costs natively, from ${low} to ${high} between the 10th and the 90th percentile${sure}`;
}

/** The case with the greatest ratio of a metric of the whole trial. */
export function absoluteTitle(view: ReportView, metric: string, what: string): string {
  const environment = primary(view);
  const all = view.cases.flatMap((aCase) => {
    const row = environment ? view.row(aCase.id, environment.id, metric) : undefined;
    return row && row.ratio !== null && row.median !== null ? [{ aCase, row, ratio: row.ratio }] : [];
  });
  const most = all.toSorted((a, b) => b.ratio - a.ratio)[0];
  if (!environment || !most) return what;
  const { row, aCase } = most;
  return `${what}: “${aCase.label}” takes ${quantity(row.median, row.unit)} on ${environment.label}, ${quantity(row.native_median, row.unit)} natively`;
}

export function tunedTitle(view: ReportView, { base, tuned }: ProfilePair): string {
  const changes = view.cases
    .flatMap((aCase) => {
      const change = compareHeadline(view, aCase, tuned.id, base.id);
      return change ? [{ aCase, change }] : [];
    })
    .toSorted((a, b) => a.change.value - b.change.value);
  const { faster, slower } = tally(changes.map(({ change }) => change));
  const best = changes[0];
  if (!best || faster + slower === 0)
    return `What the profile ${oneLine(tuned.record.profile.id, 40)} wins back on ${base.label} is not settled by these trials`;
  const most = faster > 0 ? `; most on “${best.aCase.label}”, ${hedged(best.change)}` : '';
  const name = tuned.record.profile.id === 'tuned' ? 'Tuned' : `The profile ${oneLine(tuned.record.profile.id, 40)}`;
  return `${name} is faster than default in ${faster}, slower in ${slower} of ${counted(changes.length, 'case')} on ${base.label}${most}`;
}
