import type { Changes } from '../../model/index.js';
import { changesCharts } from '../changes.js';
import { profilePairs } from '../compare.js';
import { absoluteTitle, overheadTitle, startupTitle, syscallsTitle, tunedTitle } from '../findings/titles.js';
import type { ReportView } from '../view.js';
import { absoluteChart } from './absolute.js';
import type { Chart } from './chart.js';
import { forestChart } from './forest.js';
import { startupChart } from './startup.js';
import { stripCharts } from './strips.js';
import { operationsOf, syscallChart } from './syscalls.js';
import { tunedChart } from './tuned.js';

/** The figures of a report by the place where they stand; a place without data has none. */
export interface Charts {
  readonly overhead: readonly Chart[];
  readonly trials: readonly Chart[];
  readonly startup: readonly Chart[];
  readonly syscalls: readonly Chart[];
  readonly memory: readonly Chart[];
  readonly tuned: readonly Chart[];
  readonly changes: readonly Chart[];
}

/** Describes every figure; nothing is drawn yet. */
export function makeCharts(view: ReportView, changes: readonly Changes[] = []): Charts {
  const suites = view.cases.filter((aCase) => operationsOf(view, aCase).length > 0);
  return {
    overhead: some(forestChart(view, overheadTitle(view))),
    trials: stripCharts(view),
    startup: some(startupChart(view, startupTitle(view))),
    syscalls: suites.flatMap((aCase, index) => some(syscallChart(view, aCase, index, syscallsTitle(view, aCase)))),
    memory: [
      ...some(
        absoluteChart(view, {
          id: 'memory',
          metric: 'peak_bytes',
          title: absoluteTitle(view, 'peak_bytes', 'Peak memory'),
          note:
            'Highest charge of the sandbox’s cgroup, page cache included; median of the trials. At the right the greatest ratio to native. ' +
            'gVisor has no shared zero page: memory that a program only reads is charged in full.',
          what: 'peak memory',
        }),
      ),
      ...some(
        absoluteChart(view, {
          id: 'vmas',
          metric: 'vmas',
          title: absoluteTitle(view, 'vmas', 'Memory mappings on the host'),
          note: 'Most mappings (VMAs) seen over the processes of the sandbox. The kernel refuses more than vm.max_map_count, 65,530 by default.',
          what: 'mappings',
        }),
      ),
    ],
    tuned: profilePairs(view).flatMap((pair, index) => some(tunedChart(view, pair, index, tunedTitle(view, pair)))),
    changes: changes.flatMap((one, index) => changesCharts(one, view.cases, index === 0 ? '' : `-${index + 1}`)),
  };
}

/** All figures, in the order of the page. */
export function allCharts(charts: Charts): Chart[] {
  return [
    charts.overhead,
    charts.trials,
    charts.startup,
    charts.syscalls,
    charts.memory,
    charts.tuned,
    charts.changes,
  ].flat();
}

function some<T>(value: T | null): T[] {
  return value === null ? [] : [value];
}
