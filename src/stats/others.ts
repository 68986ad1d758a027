import type { RunData } from '../model/index.js';

/** What lies around a trial (its launch, what is read after it) weighs in shorter ones, and `/proc/stat` counts in steps of 10 ms. */
const SHORTEST_NS = 2e8;

/** How many CPUs everything else on the host kept busy during the trials, on average over their time; `null` where no trial can tell. */
export function cpusOfOthers({ trials }: Pick<RunData, 'trials'>): number | null {
  const told = trials.flatMap(({ values }) => {
    const { others_cpu_ns: others, wall_ns: wall } = values;
    return others === undefined || wall === undefined || wall < SHORTEST_NS ? [] : [{ others, wall }];
  });
  const sum = (all: readonly number[]): number => all.reduce((total, value) => total + value, 0);
  return told.length === 0 ? null : sum(told.map(({ others }) => others)) / sum(told.map(({ wall }) => wall));
}
