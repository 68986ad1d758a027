import type { Fingerprint, VmasResult } from '../model/index.js';
import { vmasCharts } from './charts/vmas.js';
import type { DataTable } from './charts/chart.js';
import { number, quantity } from './format.js';
import { environmentName, ROLES } from '../study/index.js';
import { writeStudy } from './study.js';
import { counted, listed, oneLine } from './text.js';

/** Writes the page of a look at memory mappings over time. @returns its path */
export async function writeVmasReport(result: VmasResult, host: Fingerprint, outDir: string): Promise<string> {
  const sources = [...new Set(result.published.map(({ source }) => source))];
  const looking = Math.max(0, ...result.series.map((it) => it.looking));
  const page = {
    id: result.run,
    kicker: `seebench vmas · ${result.run} · ${oneLine(result.case, 60)}`,
    title: `Memory mappings on the host, while “${oneLine(result.title, 60)}” runs`,
    host: oneLine(`${host.cpuModel}, ${host.cores} CPUs, Linux ${host.kernel}, ${host.distro}`, 160),
    findings: result.findings.map((it) => oneLine(it, 400)),
    tables: result.peaks.length === 0 ? [] : [{ title: 'Peaks', table: peaksTable(result) }],
    notes: [
      'Natively the kernel maps the program’s memory for the program itself. In gVisor it does so twice: in the stub process that holds the program’s address space, and in the sentry, which backs it with one file in memory. Where pieces of that file do not lie in the order of the addresses, each piece is a mapping of its own. The line is the process that has most.',
      `Looks are taken five times a second, from the host, and less often where one takes long; here they took up to ${number(100 * looking)} % of a trial. Reading a process’s mappings holds its memory lock: these trials are watched, and no measurement of time.`,
      'A process may have vm.max_map_count mappings. What asks for one more gets ENOMEM, and in gVisor the program dies of it.',
      ...(sources.length === 0
        ? []
        : [`Published figures are of another host and of about 20 GiB; the source is ${listed(sources)}.`]),
      `Made with: ${oneLine(result.command, 300)}`,
    ],
  };
  return writeStudy(page, vmasCharts(result), { ...result }, outDir);
}

function peaksTable({ peaks, environments }: VmasResult): DataTable {
  return {
    columns: ['environment', 'runtime', 'most mappings', 'of', 'others', 'peak memory', 'n'],
    rows: peaks.map(({ environment, role, vmas, byRole, peakBytes, n }) => {
      const record = environments.find(({ id }) => id === environment)!;
      const others = Object.entries(byRole).filter(([name]) => name !== role);
      return [
        oneLine(environmentName(record), 60),
        oneLine(record.version ?? '–', 60),
        number(vmas),
        ROLES[role],
        others.map(([name, count]) => `${name} ${number(count)}`).join(', ') || '–',
        quantity(peakBytes, 'bytes'),
        counted(n, 'trial'),
      ];
    }),
  };
}
