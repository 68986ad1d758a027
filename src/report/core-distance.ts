import { interval, quantity, ratio } from './format.js';
import { counted, listed } from './text.js';
import type { ReportView } from './view.js';

/** What moving CPUs did to the run, two sentences; `null` where they did not move. */
export function coreDistanceText(view: ReportView): string | null {
  const found = view.coreDistance;
  if (found === null) return null;
  const { nearNs, farNs, farShare, trials } = found;
  const effects = view.measured.flatMap(({ id, name }) => {
    const own = found.effects.find(({ environment }) => environment === id);
    return own ? [`${name} ${ratio(own.ratio)} (${interval(own.low, own.high)}, ${counted(own.cases, 'case')})`] : [];
  });
  const moved =
    `The hypervisor moved this machine’s CPUs about: around ${(100 * farShare).toFixed(0)} % of ${counted(trials, 'trial')} a cache line took ` +
    `${quantity(farNs, 'ns')} from one CPU to another, otherwise ${quantity(nearNs, 'ns')}.`;
  return effects.length === 0
    ? moved
    : `${moved} While they were far apart, cases took, of their time while near: ${listed(effects)}.`;
}
