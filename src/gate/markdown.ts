import { mdText, oneLine, type Verdict } from '../model/index.js';
import { changeText, percentText } from './decide.js';
import type { GateVerdict } from './types.js';

const MARK = { regression: '🔴', improvement: '🟢', equivalent: '⚪', inconclusive: '❔' } as const;
const ORDER: readonly Verdict['verdict'][] = ['regression', 'inconclusive', 'improvement', 'equivalent'];

/** The verdict as Markdown: a step summary, or a comment. */
export function markdown(verdict: GateVerdict): string {
  const { control, policy } = verdict;
  const rows = verdict.verdicts
    .toSorted((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict))
    .map(
      (it) =>
        `| ${[`${MARK[it.verdict]} ${it.verdict}`, it.case, it.environment, ...figures(it), it.reason].map(cell).join(' | ')} |`,
    );
  return [
    `### seebench gate: ${verdict.overall}`,
    '',
    cell(verdict.sentence),
    '',
    '| verdict | case | environment | change | interval | blocks | why |',
    '| --- | --- | --- | ---: | ---: | ---: | --- |',
    ...rows,
    '',
    cell(
      `Intervals at ${percentText(policy.confidence)}; errors controlled over ${control.comparisons} comparisons (${control.method}, ${percentText(control.rate)}); changes below ${percentText(policy.smallestEffect)} do not count.`,
    ),
    ...(verdict.nullControl
      ? [
          '',
          verdict.nullControl.tripped
            ? 'Null control: **tripped**.'
            : 'Null control (native against native): nothing, as it must be.',
        ]
      : []),
    '',
    verdict.errorRates
      ? cell(verdict.errorRates.sentence)
      : 'How often this gate errs on this host is not known yet: `seebench certify` measures it.',
    ...(verdict.guarantees === null
      ? []
      : [
          '',
          verdict.guarantees.length === 0
            ? 'Guarantees: none was lost.'
            : `**Guarantees lost**: ${verdict.guarantees.map(({ what, environment, before, after }) => cell(`${what} in ${environment} (was ${before}, is ${after})`)).join('; ')}`,
        ]),
    ...verdict.notes.flatMap((note) => ['', `Note: ${cell(note)}`]),
    '',
  ].join('\n');
}

/** Change, interval and number of blocks, for people. */
export function figures({ ratio, low, high, n }: Verdict): [string, string, string] {
  return [
    ratio === null ? '' : changeText(ratio),
    low === null || high === null ? (ratio === null ? '' : 'open') : `${changeText(low)} … ${changeText(high)}`,
    String(n),
  ];
}

function cell(text: string): string {
  return mdText(oneLine(text, 1000));
}
