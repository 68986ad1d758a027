import { quantity, ratio } from '../format.js';
import { counted, listed, oneLine } from '../text.js';
import { NATIVE } from '../../model/index.js';
import { CLASS_TITLES, judge, type EnvironmentView, type ReportView } from '../view.js';
import { compareHeadline, profilePairs } from '../compare.js';
import {
  givesMemoryBack,
  hedged,
  NATIVE_WAITS,
  measuredIn,
  meansByClass,
  primary,
  sandboxed,
  tally,
  workCases,
  workMean,
  type Measured,
} from './measures.js';
import { recommendation } from './recommendation.js';

/**
 * What was found, in five sentences computed from the data; the last is a recommendation. A sentence says "slower" or "faster" only where the
 * 95 % interval leaves out 1, and says so where n is too small for an interval.
 */
export function findings(view: ReportView): string[] {
  return [byClass(view), extremes(view), startup(view), wonBackAndLost(view), recommendation(view)];
}

function byClass(view: ReportView): string {
  const environment = primary(view);
  const measured = environment ? measuredIn(view, environment) : [];
  if (!environment || measured.length === 0)
    return 'Nothing could be compared: no case completed both natively and in another environment.';
  const classes = meansByClass(view, environment);
  const own = classes.map(
    ({ name, value, cases }) => `${ratio(value)} on ${counted(cases, `${CLASS_TITLES[name]} case`)}`,
  );
  const counts = tally(measured.map(({ overhead }) => overhead));
  const said = [
    counts.slower > 0 ? `${counts.slower} slower` : '',
    counts.faster > 0 ? `${counts.faster} faster` : '',
    counts.unclear > 0 ? `${counts.unclear} not told apart from native` : '',
    counts.open > 0 ? `${counts.open} with too few blocks to say` : '',
  ].filter((part) => part !== '');
  const verdicts =
    counts.open === measured.length
      ? 'no case has blocks enough for a 95 % interval'
      : `of ${counted(measured.length, 'case')} by 95 % intervals, ${listed(said)}`;
  if (classes.length === 0)
    return `${sentenceCase(environment.name)} has no block that all cases of a class completed; ${verdicts}.`;
  const all = classes.length < 2 ? '' : `${work(view, environment)}; by class `;
  return `${sentenceCase(environment.name)} takes, by geometric mean, ${all}${listed(own)} (1× is native); ${verdicts}.`;
}

/** The one figure over all that is work, also with what tunes it. */
function work(view: ReportView, environment: EnvironmentView): string {
  const mean = workMean(view, environment.id, NATIVE);
  const tuned = profilePairs(view).find(({ base }) => base.id === environment.id)?.tuned;
  const tunedMean = tuned ? workMean(view, tuned.id, NATIVE) : null;
  const fewer = tunedMean && mean && tunedMean.cases !== mean.cases ? ` on ${tunedMean.cases} of them` : '';
  const withTuned =
    tuned && tunedMean
      ? `, ${ratio(tunedMean.value)}${fewer} with the profile ${oneLine(tuned.record.profile.id, 40)}`
      : '';
  return `${mean ? hedged(mean) : ratio(null)} on ${workCases(view, mean?.cases ?? 0)}${withTuned}`;
}

function extremes(view: ReportView): string {
  const all = sandboxed(view).flatMap((environment) => measuredIn(view, environment));
  const closed = all.filter(({ overhead }) => judge(overhead) !== 'open');
  const from = (closed.length >= 2 ? closed : all).toSorted((a, b) => b.overhead.value - a.overhead.value);
  const [dearest, cheapest] = [from[0], from.at(-1)];
  if (!dearest || !cheapest || dearest === cheapest)
    return 'With fewer than two comparisons there is no dearest and no cheapest case.';
  const caveat = judge(cheapest.overhead) === 'faster' && givesMemoryBack(view) ? `, which may be ${NATIVE_WAITS}` : '';
  return `The dearest is ${place(dearest)}, ${verdict(dearest)}; the cheapest is ${place(cheapest)}, ${verdict(cheapest)}${caveat}.`;
}

function place({ aCase, environment, overhead }: Measured): string {
  return `“${aCase.label}” on ${environment.label} at ${hedged(overhead)}`;
}

function verdict({ overhead }: Measured): string {
  const words = {
    slower: 'slower than native',
    faster: 'faster than native',
    unclear: 'not told apart from native',
    open: 'too few blocks to claim it',
  };
  return words[judge(overhead)];
}

function startup(view: ReportView): string {
  const environment = primary(view);
  const rows = view.cases
    .filter((aCase) => aCase.class === 'startup' && aCase.headlineBetter === 'lower')
    .flatMap((aCase) => {
      const row = environment && view.row(aCase.id, environment.id, aCase.headline);
      const overhead = environment && view.overhead(aCase, environment.id);
      return row && overhead && row.native_median !== null ? [{ aCase, row, overhead, native: row.native_median }] : [];
    })
    .toSorted((a, b) => a.native - b.native);
  if (!environment || rows.length === 0) return 'What a start costs was not measured.';
  const say = ({ aCase, row, overhead, native }: (typeof rows)[number]): string =>
    `${quantity(row.median, row.unit)} instead of ${quantity(native, row.unit)} for “${aCase.label}”, ${hedged(overhead)}`;
  const chosen = rows.length === 1 ? [rows[0]!] : [rows[0]!, rows.at(-1)!];
  return `A start on ${environment.label} takes ${listed(chosen.map(say))}.`;
}

function wonBackAndLost(view: ReportView): string {
  return sentenceCase(`${wonBack(view)}; ${lost(view)}.`);
}

function wonBack(view: ReportView): string {
  const pair = profilePairs(view)[0];
  const changes = pair
    ? view.cases.flatMap((aCase) => {
        const change = compareHeadline(view, aCase, pair.tuned.id, pair.base.id);
        return change ? [{ aCase, change }] : [];
      })
    : [];
  if (!pair || changes.length === 0)
    return 'no other profile was measured beside the defaults, so what settings win back is not known';
  const counts = tally(changes.map(({ change }) => change));
  const over = workMean(view, pair.tuned.id, pair.base.id);
  const mean = `it takes ${over ? hedged(over) : ratio(null)} the time of the defaults by geometric mean of ${workCases(view, over?.cases ?? 0)}`;
  if (counts.faster === 0 && counts.slower === 0) {
    const why =
      counts.open === changes.length ? 'no case has blocks enough for an interval' : 'no interval leaves out 1';
    return `what tuning wins back on ${pair.base.label} is not settled (${mean}, but ${why})`;
  }
  const best = changes
    .filter(({ change }) => judge(change) === 'faster')
    .toSorted((a, b) => a.change.value - b.change.value)[0];
  const most = best ? `, most on “${best.aCase.label}” at ${hedged(best.change)}` : '';
  return `the profile ${oneLine(pair.tuned.record.profile.id, 40)} on ${pair.base.label} is faster than the defaults in ${counts.faster} and slower in ${counts.slower} of ${counted(changes.length, 'case')}${most} (${mean})`;
}

function lost(view: ReportView): string {
  const absent = view.unavailable.map(
    (record) =>
      `${oneLine(record.id, 40)} was unavailable (${oneLine(record.probe.status === 'unavailable' ? record.probe.reason : '', 100)})`,
  );
  const trials = view.cases.flatMap((aCase) => view.trials(aCase.id));
  const failed = trials.filter(({ outcome }) => outcome !== 'completed').length;
  const without = view.others.reduce(
    (sum, { id }) => sum + view.cases.filter((aCase) => view.overhead(aCase, id) === null).length,
    0,
  );
  const parts = [
    ...absent,
    failed > 0 ? `${failed} of ${counted(trials.length, 'trial')} did not complete with native’s answer` : '',
    without > 0
      ? `${counted(without, 'case-and-environment pair has', 'case-and-environment pairs have')} no ratio`
      : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'every environment ran, and every trial completed with native’s answer' : listed(parts);
}

function sentenceCase(text: string): string {
  return text.startsWith('gVisor') ? text : text.charAt(0).toUpperCase() + text.slice(1);
}
