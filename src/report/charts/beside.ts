import type { CaseInfo, Changes, ComparedRow } from '../../model/index.js';
import { geometricMean, interval, ratio } from '../format.js';
import { counted, oneLine } from '../text.js';
import { logDomain, logEncoding, ratioTick, ratioTicks, rowAxis, rowRoom, TIP, type Chart } from './chart.js';
import { valueOf, verdictEncodings } from './compared-row.js';
import { lineAtOne, textRightOf } from './point-intervals.js';
import { TOKENS } from '../theme.js';

/** What the metrics beside the headlines are called. */
export const BESIDE_TITLES: Readonly<Record<string, string>> = {
  startup_ns: 'Start, to the first instruction',
  wall_ns: 'Whole trial',
  cpu_ns: 'CPU time',
  peak_bytes: 'Peak memory',
  vmas: 'Mappings on the host (VMAs)',
  faults: 'Page faults',
  ctx_switches: 'Context switches',
};

/** Each metric beside the headlines as a row: a mark a case, and their geometric mean. */
export function besideChart(
  id: string,
  title: string,
  { beside, baseline, candidate }: Pick<Changes, 'beside' | 'baseline' | 'candidate'>,
  cases: readonly CaseInfo[],
): Chart | null {
  const known = beside.filter((row): row is ComparedRow & { ratio: number } => row.ratio !== null && row.ratio > 0);
  if (known.length === 0) return null;
  const [before, after] = [oneLine(baseline.name, 40), oneLine(candidate.name, 40)];
  const titleOf = new Map(cases.map((it) => [it.id, oneLine(it.title, 48)]));
  const nameOf = ({ metric }: ComparedRow): string => BESIDE_TITLES[metric] ?? oneLine(metric, 40);
  const rows = [...new Set(known.map(nameOf))];
  const marks = known.map((row) => ({
    row: nameOf(row),
    value: row.ratio,
    verdict: row.verdict,
    tip: `${titleOf.get(row.case) ?? oneLine(row.case, 48)}: ${nameOf(row)}\n${valueOf(row.baselineValue, row.unit)} → ${valueOf(row.candidateValue, row.unit)}, ${ratio(row.ratio)} (${interval(row.low, row.high)})\n${row.verdict}, n = ${counted(row.n, 'block')}`,
  }));
  const means = rows.map((name) => {
    const mean = geometricMean(known.filter((row) => nameOf(row) === name).map((row) => row.ratio))!;
    return { row: name, mean, text: ratio(mean) };
  });
  const most = Math.max(...known.map((row) => row.ratio));
  return {
    id,
    title,
    note: `${after} over ${before} inside blocks, raw: a mark is a case, the tick their geometric mean, which stands at the right. Left of the line is less. Colours are verdicts; these metrics are a family of their own.`,
    spec: (layout) => {
      const { labelWidth, plotWidth } = rowRoom(layout);
      const domain = logDomain([1, ...known.map((row) => row.ratio)], { right: 52 / plotWidth });
      const ticks = ratioTicks(domain, layout.narrow);
      const x = logEncoding(domain, ticks, ratioTick, `${after} over ${before}, log scale`);
      const { colour, shape } = verdictEncodings(layout.narrow);
      const y = {
        field: 'row',
        type: 'nominal',
        scale: { domain: rows, paddingInner: 0.2 },
        axis: rowAxis(labelWidth, layout.narrow),
      };
      return {
        width: plotWidth,
        height: { step: 24 },
        data: { values: marks },
        layer: [
          ...lineAtOne('as before'),
          {
            mark: { type: 'point', size: 40, strokeWidth: 1.25, fillOpacity: 0.25 },
            encoding: {
              y,
              x: x('value'),
              stroke: colour,
              fill: colour,
              shape,
              ...TIP,
            },
          },
          {
            data: { values: means },
            mark: { type: 'tick', thickness: 2, size: 20, color: TOKENS.ink.light, aria: false },
            encoding: { y, x: x('mean') },
          },
          { data: { values: means.map((it) => ({ ...it, at: most })) }, ...textRightOf({ row: { y }, x }, 'at', 10) },
        ],
      };
    },
    table: {
      columns: ['case', 'metric', before, after, `${after} / ${before}`, 'interval', 'n', 'verdict'],
      rows: known
        .toSorted((a, b) => Math.abs(Math.log(b.ratio)) - Math.abs(Math.log(a.ratio)))
        .map((row) => [
          titleOf.get(row.case) ?? oneLine(row.case, 48),
          nameOf(row),
          valueOf(row.baselineValue, row.unit),
          valueOf(row.candidateValue, row.unit),
          ratio(row.ratio),
          interval(row.low, row.high),
          String(row.n),
          row.verdict,
        ]),
    },
  };
}
