import { changeSentences } from './changes.js';
import { classMeansTable } from './class-means.js';
import { ratio, interval, quantity } from './format.js';
import { EMULATED_WARNING, hostLine, runLine } from './lines.js';
import type { Failure } from './problems.js';
import { mdText, type Changes, type ErrorRates } from '../model/index.js';
import { errorRatesLine } from './lines.js';
import { counted, mdFence, block, oneLine } from './text.js';
import type { CaseView, EnvironmentView, ReportView } from './view.js';

/** The report for a pull request: findings, headline ratios, what did not run, host, how to reproduce. */
export function markdown(
  view: ReportView,
  findings: readonly string[],
  failures: readonly Failure[],
  errorRates: ErrorRates | null,
  changes: readonly Changes[],
): string {
  const { command, plan, fingerprint, warnings } = view.run.manifest;
  const parts = [
    ...(fingerprint.emulated ? [`**${EMULATED_WARNING}**`] : []),
    `## What gVisor costs here`,
    mdText(runLine(view)),
    findings
      .map(
        (sentence, index) =>
          `${index + 1}. ${index === findings.length - 1 ? `**${mdText(sentence)}**` : mdText(sentence)}`,
      )
      .join('\n'),
    `### Time relative to native`,
    headlineTable(view),
    'Median of the ratios inside blocks, 95 % interval, n blocks; more than 1 is slower, throughput shown inverted; “open”: n is too small for an interval.',
    ...classMeansParts(view),
    ...changes.flatMap((one) => [
      '### What changed between versions',
      changeSentences(one, view.cases).map(mdText).join('\n\n'),
    ]),
    ...problems(view, failures),
    `### Host`,
    mdText(hostLine(view)),
    ...(warnings.length === 0
      ? []
      : [warnings.map(({ message }) => `- warning: ${mdText(oneLine(message, 300))}`).join('\n')]),
    `### Reproduce`,
    mdFence(block(command, 2000)),
    mdText(errorRatesLine(errorRates)),
    `Seed ${plan.seed}, fingerprint ${mdText(oneLine(fingerprint.id, 90))}.`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function classMeansParts(view: ReportView): string[] {
  const table = classMeansTable(view);
  if (table === null) return [];
  const lines = [table.columns, table.columns.map((_, i) => (i === 0 ? '---' : '---:')), ...table.rows];
  return [
    '### Geometric means by class',
    lines.map((line) => `| ${line.map((text) => mdText(text)).join(' | ')} |`).join('\n'),
  ];
}

function headlineTable(view: ReportView): string {
  const lines = [
    ['case', 'metric', 'native', ...view.others.map(({ label }) => label)],
    ['---', '---', '---:', ...view.others.map(() => '---:')],
    ...view.cases.map((aCase) => [
      aCase.label,
      oneLine(aCase.headline, 40),
      native(view, aCase),
      ...view.others.map((environment) => cell(view, aCase, environment)),
    ]),
  ];
  return lines
    .map((line, index) => `| ${line.map((text) => (index === 1 ? text : mdText(text))).join(' | ')} |`)
    .join('\n');
}

function native(view: ReportView, aCase: CaseView): string {
  const row = view.row(aCase.id, 'native', aCase.headline);
  return row ? quantity(row.median, row.unit) : '–';
}

function cell(view: ReportView, aCase: CaseView, environment: EnvironmentView): string {
  const overhead = view.overhead(aCase, environment.id);
  if (overhead === null) return '–';
  return `${ratio(overhead.value)} (${interval(overhead.low, overhead.high)}, n = ${overhead.n})`;
}

function problems(view: ReportView, failures: readonly Failure[]): string[] {
  const lines = [
    ...view.unavailable.map(
      ({ id, probe }) =>
        `- ${mdText(oneLine(id, 60))}: unavailable: ${mdText(oneLine('reason' in probe ? probe.reason : '', 300))}`,
    ),
    ...failures.map(
      ({ caseLabel, environment, kind, reason, count }) =>
        `- ${mdText(`${caseLabel}, ${environment}: ${counted(count, 'trial')} ${kind}: ${reason}`)}`,
    ),
  ];
  return lines.length === 0 ? [] : ['### What did not run', lines.join('\n')];
}
