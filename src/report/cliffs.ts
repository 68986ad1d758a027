import type { CliffResult, Fingerprint } from '../model/index.js';
import { cliffCharts } from './charts/cliffs.js';
import { writeStudy } from './study.js';

/** Writes the page of a sweep over threads and CPUs. @returns its path */
export async function writeCliffReport(result: CliffResult, host: Fingerprint, outDir: string): Promise<string> {
  const page = {
    id: result.run,
    kicker: `seebench tune cliffs · ${result.run}`,
    title: `Where threads make gVisor dear: ${result.title}`,
    host: `${host.cpuModel}, ${host.cores} CPUs, Linux ${host.kernel}, ${host.distro}`,
    findings: result.findings,
    tables: [],
    notes: [
      'Every cell is a case of its own: as many threads, and a CPU set of the sandbox’s cgroup, the same natively and in gVisor. The guest says how many CPUs it sees; a cell in which one side saw another number is left out.',
      'A step counts when the overhead is at least half as large again as in a neighbouring cell (the next number of threads on the same CPUs, or of CPUs with the same threads) and the 95 % interval of the shift (Mann–Whitney, Hodges–Lehmann) lies above none. With fewer than four blocks there is no such interval: then every launch of the one cell has to be dearer than every one of the other.',
      'Settings are tried in blocks of their own, in the cells with the largest steps, beside the defaults and native. The best of many is flattered by its choice.',
      ...(result.settingsRun === null ? [] : [`Settings: run ${result.settingsRun}.`]),
    ],
  };
  return writeStudy(page, cliffCharts(result), { ...result }, outDir);
}
