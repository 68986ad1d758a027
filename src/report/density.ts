import {
  MEMORY_VIEWS,
  type DensityResult,
  type DensitySamples,
  type Bounded,
  type Fingerprint,
  type IdleRow,
} from '../model/index.js';
import type { DataTable } from './charts/chart.js';
import { densityCharts, MEMORY_TITLES } from './charts/density.js';
import { duration, quantity, ratio } from './format.js';
import { writeStudy } from './study.js';
import { listed, oneLine } from './text.js';

/** Writes the page of a study of density. @returns its path */
export async function writeDensityReport(
  result: DensityResult,
  samples: DensitySamples,
  host: Fingerprint,
  outDir: string,
): Promise<string> {
  const { idle, host: limits } = result;
  const page = {
    id: result.run,
    kicker: `seebench density · ${result.run}`,
    title: 'How many sandboxes fit, on this host',
    host: `${host.cpuModel}, ${host.cores} CPUs, ${quantity(limits.totalBytes, 'bytes')} of memory, Linux ${host.kernel}, ${host.distro}`,
    findings: result.findings,
    tables: [
      ...(idle.length === 0 ? [] : [{ title: 'What an idle sandbox costs', table: idleTable(idle) }]),
      { title: 'What stopped it', table: stopTable(result) },
    ],
    notes: [
      `Idle: sandboxes are launched one after the other, do the imports of ${oneLine(result.idleCase)} and wait for an input that never comes. Once the n-th one’s memory stays as it is, all of them are looked at. The first brings what the others share; what one more takes is the slope over the rest: Hodges and Lehmann’s estimate of a step, with the interval of Wilcoxon’s signed ranks.`,
      'PSS is of the sandbox’s own processes: the guest under runc; sentry, gofer and stubs under gVisor, whose memory is a memfd and so counts as shared memory. The runtime’s command that waits outside is not in it; it stands beside, for a container manager has its own instead. The charge of the cgroup has page tables and the kernel’s own too.',
      'Pages of the root file system’s files were in memory before the first look, so they are charged to nobody here. On a cold host the first to touch a page is charged for it, and those after it are not: a lone sandbox then looks larger, and its neighbours smaller.',
      `Working: ${listed(result.workCases.map((name) => oneLine(name)))}. All are launched at once; the window opens when each has done an iteration, and iterations that reach over its ends count in part. In each round every number stands in every environment, in random order; ratios are taken inside a round.`,
      `Stops: ${quantity(limits.reserveBytes, 'bytes')} of MemAvailable stay free, also if what comes next took all that its memory limit allows; tasks wait for memory in no more than ${limits.mostPressure} % of 10 s; a launch that fails ends an environment’s part.`,
    ],
  };
  return writeStudy(page, densityCharts(result, samples), { ...result }, outDir);
}

function idleTable(idle: readonly IdleRow[]): DataTable {
  const withEnds = (it: Bounded | null): string => {
    if (it === null) return '–';
    const { value, low, high } = it;
    const ends = low === null || high === null ? '' : ` (${quantity(low, 'bytes')} – ${quantity(high, 'bytes')})`;
    return `${quantity(value, 'bytes')}${ends}`;
  };
  return {
    columns: [
      'environment',
      'stood',
      ...MEMORY_VIEWS.map((view) => `one more: ${MEMORY_TITLES[view]}`),
      'first: PSS',
      'over native',
      'runtime’s command',
      'settled in',
      'room here',
    ],
    rows: idle.map((row) => [
      row.environment,
      String(row.n),
      ...MEMORY_VIEWS.map((view) => withEnds(row.marginal[view])),
      quantity(row.first.pss, 'bytes'),
      ratio(row.overNative),
      quantity(row.commandBytes, 'bytes'),
      row.settledMs === null ? '–' : duration(row.settledMs),
      row.room === null ? '–' : row.room.toLocaleString('en-US'),
    ]),
  };
}

function stopTable({ idle, stops }: DensityResult): DataTable {
  const all = [...idle.map((row) => ({ environment: row.environment, case: 'idle', ...row.stop })), ...stops];
  return {
    columns: ['environment', 'what', 'at', 'stopped by', 'reason'],
    rows: all.map((it) => [it.environment, it.case, String(it.at), it.kind, it.reason]),
  };
}
