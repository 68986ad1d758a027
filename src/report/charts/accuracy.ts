import type { ExplainedCase } from '../../model/index.js';
import { number } from '../format.js';
import { looksOf } from '../palette.js';
import { TOKENS } from '../theme.js';
import { oneLine } from '../text.js';
import { rowAxis, type Chart, type Layout, type Spec } from './chart.js';
import { lineAtOne, lookEncodings, pointIntervals, textRightOf } from './point-intervals.js';
import { errorText, signed } from './waterfall.js';

/** Quotients are drawn from 0 to this; what lies beyond stands at the edge, with its number. */
const MOST = 2.5;
const BAND = { from: 0.75, to: 1.25 };

/** Predicted over measured overhead of every case that is not within noise; `null` where there is none. */
export function accuracyChart(cases: readonly ExplainedCase[]): Chart | null {
  const judged = cases.filter(({ verdict, relativeError }) => verdict !== 'noise' && relativeError !== null);
  if (judged.length === 0) return null;
  const held = judged.filter(({ heldOut }) => heldOut);
  const within = (of: readonly ExplainedCase[]): number => of.filter(({ verdict }) => verdict === 'within').length;
  return {
    id: 'accuracy',
    title:
      held.length > 0
        ? `${within(held)} of ${held.length} held-out overheads are predicted within 25 %`
        : `${within(judged)} of ${judged.length} cases are predicted within 25 %; none was held out`,
    note: 'Predicted over measured overhead; the band is 25 % to either side. Filled: held out, never looked at while the model was made. Hollow: used to make it. Cases whose overhead may be none are left out.',
    spec: (layout) => spec(judged, layout),
    table: {
      columns: ['case', 'environment', 'measured', 'predicted', 'error', 'held out'],
      rows: judged.map((it) => [
        it.case,
        it.environment,
        signed(it.overheadNs),
        signed(it.predictedNs),
        errorText(it.relativeError),
        it.heldOut ? 'yes' : 'no',
      ]),
    },
  };
}

function spec(cases: readonly ExplainedCase[], { width, narrow }: Layout): Spec {
  const labels = narrow ? 120 : 252;
  const ids = [...new Set(cases.map(({ environment }) => environment))];
  const looks = looksOf(ids);
  const clamp = (value: number): number => Math.min(MOST, Math.max(0, value));
  const values = cases.map((it) => {
    const quotient = 1 + it.relativeError!;
    const ends = [it.predictedLow, it.predictedHigh].map((end) => (end === null ? null : clamp(end / it.overheadNs)));
    return {
      row: oneLine(it.case, 40),
      environment: oneLine(it.environment, 40),
      value: clamp(quotient),
      low: ends[0],
      high: ends[1],
      open: !it.heldOut,
      text: quotient > MOST || quotient < 0 ? `${number(quotient)}×` : '',
      tip: `${it.case} in ${it.environment}: measured ${signed(it.overheadNs)}, predicted ${signed(it.predictedNs)}`,
    };
  });
  const rows = [...new Set(values.map(({ row }) => row))];
  const y = { field: 'row', type: 'nominal', sort: rows, axis: rowAxis(labels, narrow) };
  const legend = narrow || ids.length < 2 ? null : { symbolOpacity: 1 };
  const { yOffset, ...look } = lookEncodings(
    'environment',
    ids.map((id) => ({ label: oneLine(id, 40), look: looks.get(id)! })),
    legend,
  );
  const x = (field: string): Spec => ({
    field,
    type: 'quantitative',
    scale: { domain: [0, MOST], nice: false },
    axis: { title: 'predicted over measured overhead', tickCount: narrow ? 5 : 10 },
  });
  const row = { y, yOffset };
  return {
    width: width - labels - 30,
    height: { step: Math.max(20, 9 * ids.length), for: 'position' },
    data: { values },
    layer: [
      {
        data: { values: [BAND] },
        mark: { type: 'rect', color: TOKENS.grid.light, opacity: 0.7, aria: false },
        encoding: { x: x('from'), x2: { field: 'to' } },
      },
      ...lineAtOne(null),
      ...pointIntervals({ row, x, ...look }, { size: 56, rule: { strokeWidth: 2, opacity: 0.5 } }),
      textRightOf({ row, x }, 'value', 9),
    ],
  };
}
