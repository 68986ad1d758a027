import { join } from 'node:path';
import type { ExplainedCase, ExplainResult, ExtraCost, RunManifest } from '../model/index.js';
import type { DataTable } from './charts/chart.js';
import { accuracyChart } from './charts/accuracy.js';
import { errorText, range, signed, waterfallChart } from './charts/waterfall.js';
import { number, quantity } from './format.js';
import { writeStudy } from './study.js';

/** Writes the page that explains a run, below its report. @returns its path */
export async function writeExplainReport(
  result: ExplainResult,
  { fingerprint: host }: RunManifest,
  reportDir: string,
): Promise<string> {
  const page = {
    id: `explain-${result.run}`,
    kicker: `seebench explain · ${result.run}`,
    title: 'Where the time goes',
    host: `${host.cpuModel}, ${host.cores} CPUs, Linux ${host.kernel}, ${host.distro}`,
    findings: result.findings,
    tables: [
      { title: 'Predicted and measured', table: casesTable(result.cases) },
      { title: 'What the cases do', table: countsTable(result.cases) },
      { title: 'CPU time, natively and in gVisor’s own processes', table: cpuTable(result.cases) },
      { title: 'Prices: what an operation costs more than natively', table: pricesTable(result.prices) },
    ],
    notes: [
      'Each part is a count of what the case does, from instrumented trials beside the measured ones, times what it costs more than natively, from the micro-suite of the same run. Nothing is fitted to the cases that are explained.',
      'Intervals of parts come from drawing the launches of the micro-suite again with replacement; they hold the spread of prices over launches, systrap’s two modes included, and not the spread of counts.',
      'A relative error means nothing where the interval of the measured overhead includes 0; such a case is marked as noise.',
      ...result.notes,
    ],
  };
  const accuracy = accuracyChart(result.cases);
  const charts = [...(accuracy ? [accuracy] : []), ...result.cases.map((it, i) => waterfallChart(it, i + 1))];
  return writeStudy(page, charts, result, join(reportDir, 'explain'));
}

function casesTable(cases: readonly ExplainedCase[]): DataTable {
  return {
    columns: [
      'case',
      'environment',
      'native',
      'measured overhead',
      '95 % interval',
      'n',
      'predicted',
      '95 % interval',
      'error',
      'verdict',
      'held out',
    ],
    rows: cases.map((it) => [
      it.case,
      it.environment,
      quantity(it.nativeNs, 'ns'),
      signed(it.overheadNs),
      range(it.overheadLow, it.overheadHigh),
      String(it.n),
      signed(it.predictedNs),
      range(it.predictedLow, it.predictedHigh),
      it.verdict === 'noise' ? 'means nothing' : errorText(it.relativeError),
      it.verdict === 'noise' ? 'within noise' : it.verdict === 'within' ? 'explained' : 'not explained',
      it.heldOut ? 'yes' : 'no',
    ]),
  };
}

function countsTable(cases: readonly ExplainedCase[]): DataTable {
  return {
    columns: [
      'case',
      'environment',
      'system calls',
      'priced by the default',
      'page faults',
      'faults for the sentry',
      'faults on the host',
      'calls by signal',
      'clock reads of them',
      'waits',
      'work between events',
      'other CPUs busy',
      'read',
      'written',
    ],
    rows: cases.map(({ case: id, environment, counts }) => [
      id,
      environment,
      number(counts.calls),
      counts.calls === 0 ? '–' : `${number((100 * counts.unpricedCalls) / counts.calls)} %`,
      number(counts.faults),
      number(counts.sentryFaults),
      number(counts.hostFaults),
      number(counts.signalledCalls),
      number(counts.clockReads),
      number(counts.waits),
      quantity(counts.gapNs, 'ns'),
      `${number(100 * counts.crowd)} %`,
      quantity(counts.readBytes, 'bytes'),
      quantity(counts.writtenBytes, 'bytes'),
    ]),
  };
}

function cpuTable(cases: readonly ExplainedCase[]): DataTable {
  return {
    columns: ['case', 'environment', 'native', 'sentry', 'stubs', 'gofer'],
    rows: cases.map(({ case: id, environment, cpu }) => [
      id,
      environment,
      quantity(cpu.nativeNs, 'ns'),
      quantity(cpu.sentryNs, 'ns'),
      quantity(cpu.stubNs, 'ns'),
      quantity(cpu.goferNs, 'ns'),
    ]),
  };
}

function pricesTable(prices: readonly ExtraCost[]): DataTable {
  return {
    columns: [
      'operation',
      'environment',
      'native',
      'extra',
      '95 % interval',
      'launches',
      'fast mode',
      'slow mode',
      'launches in the slow mode',
    ],
    rows: prices.map((it) => [
      it.operation,
      it.environment,
      quantity(it.nativeNs, 'ns'),
      signed(it.extraNs),
      range(it.low, it.high),
      String(it.n),
      quantity(it.modes?.fastNs ?? null, 'ns'),
      quantity(it.modes?.slowNs ?? null, 'ns'),
      it.modes === null ? '–' : `${number(100 * it.modes.slowShare)} %`,
    ]),
  };
}
