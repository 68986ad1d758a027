import { COLD_KINDS, type Fingerprint, type StartRatio, type StartRow, type StartupResult } from '../model/index.js';
import type { DataTable } from './charts/chart.js';
import { startPartsCharts } from './charts/start-parts.js';
import { interval, number, quantity, ratio } from './format.js';
import { writeStudy } from './study.js';
import { oneLine } from './text.js';

/** Writes the page of a startup run. @returns its path */
export async function writeStartupReport(result: StartupResult, host: Fingerprint, outDir: string): Promise<string> {
  const { rows } = result;
  const page = {
    id: result.run,
    kicker: `seebench startup · ${result.run}`,
    title: 'Where the time of a start goes, on this host',
    host: `${host.cpuModel}, ${host.cores} CPUs, Linux ${host.kernel}, ${host.distro}`,
    findings: [...result.findings, ...result.failures.map((failure) => `Failed: ${oneLine(failure, 300)}`)],
    tables: [
      { title: 'Starts', table: startsTable(rows) },
      { title: 'The longest steps of the runtime’s own log', table: detailsTable(rows) },
      { title: 'How far to trust it', table: trustTable(rows) },
    ],
    notes: [
      'Cold: before the launch the pages of the files that it reads (root file system or its EROFS image, code, data, the runtime itself, the snapshot’s image) were dropped with posix_fadvise. Inodes and directory entries stay, and so does what the device below caches. Warm: the same launch ran just before. Restored: from a snapshot whose image is cached; restored-cold: from one that is not.',
      'Stretches between marks come from measured launches, without any log. The parts inside the sandbox’s start and removal come from other launches of the same blocks, with the runtime’s debug log: their shares of the stretch, laid over the stretch as it was measured. Absolute times of logged launches are in no bar.',
      'Parts lie one after the other on the way that the caller waits for. The gofer starts beside the sandbox process and shows only where it is waited for. Medians: a sum of medians is not the median of sums, hence two columns.',
      `Command: ${result.command}`,
    ],
  };
  return writeStudy(page, startPartsCharts(result), { ...result }, outDir);
}

function startsTable(rows: readonly StartRow[]): DataTable {
  return {
    columns: ['case', 'environment', 'start', 'to ready', 'over native', 'to the end', 'over native', 'n'],
    rows: rows.map((it) => [
      it.case,
      it.environment,
      it.kind,
      quantity(it.readyNs, 'ns'),
      ratioText(it.toReady),
      quantity(it.wholeNs, 'ns'),
      ratioText(it.toExit),
      String(it.n),
    ]),
  };
}

function ratioText(it: StartRatio | null): string {
  return it === null ? '–' : `${ratio(it.ratio)} (${interval(it.low, it.high)})`;
}

function detailsTable(rows: readonly StartRow[]): DataTable {
  return {
    columns: ['case', 'environment', 'start', 'step', 'after the one before'],
    rows: rows
      .filter(({ details, kind }) => details.length > 2 && !COLD_KINDS.includes(kind))
      .flatMap((it) =>
        it.details.slice(0, 6).map(({ name, ns }) => [it.case, it.environment, it.kind, name, quantity(ns, 'ns')]),
      ),
  };
}

function trustTable(rows: readonly StartRow[]): DataTable {
  return {
    columns: [
      'case',
      'environment',
      'start',
      'sum of parts',
      'whole',
      'worst sum of a launch',
      'clock’s error',
      'slower with the log',
      'pages dropped',
    ],
    rows: rows.map((it) => [
      it.case,
      it.environment,
      it.kind,
      quantity(it.sumNs, 'ns'),
      quantity(it.wholeNs, 'ns'),
      `off by ${quantity(it.worstSumErrorNs, 'ns')}`,
      quantity(it.clockErrorNs, 'ns'),
      ratio(it.instrumentedFactor),
      it.dropped === null ? '–' : `${number(100 * it.dropped.share)} % (${quantity(it.dropped.bytes, 'bytes')})`,
    ]),
  };
}
