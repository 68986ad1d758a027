import type { Layout, Spec } from './chart.js';
import { dotPlot, type Dot, type DotPlot } from './dots.js';

/** A dot at a ratio, hollow where its interval is open. */
export function ratioDot(
  row: string,
  environment: string,
  it: { readonly ratio: number; readonly low: number | null; readonly high: number | null },
  tip: string,
): Dot {
  return { row, environment, value: it.ratio, low: it.low, high: it.high, open: it.low === null, tip };
}

/** Time with settings over time without them: left of the line they help. */
export function settingsPlot(
  plot: Omit<DotPlot, 'one' | 'axisTitle'>,
  ofRow: 'one setting' | 'several settings',
  layout: Layout,
): Spec {
  const [these, them] = ofRow === 'one setting' ? ['the setting', 'it'] : ['the settings', 'them'];
  const axisTitle = layout.narrow
    ? 'time with over time without'
    : `time with ${these} over time without ${them}, log scale`;
  return dotPlot({ ...plot, one: 'no change', axisTitle }, layout);
}
