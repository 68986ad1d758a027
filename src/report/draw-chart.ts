import { NARROW, WIDE, type Chart, type Spec } from './charts/chart.js';
import { inlineSvg, type Renderer } from './charts/render.js';
import type { DrawnChart } from './page/figure.js';
import { CHART_CONFIG } from './theme.js';

/** Draws a chart for the page, and once more to stand alone with its title; small ones have theirs already. */
export async function drawChart(chart: Chart, small: boolean, draw: Renderer) {
  const narrowSpec = chart.spec(NARROW);
  const narrow = await draw(narrowSpec);
  const wide = small ? null : await draw(chart.spec(WIDE));
  const aloneSpec = small ? narrowSpec : titled(chart);
  const alone = small ? narrow : await draw(aloneSpec);
  const drawn: DrawnChart = {
    chart,
    wide: wide && inlineSvg(wide.svg, `${chart.id}-w`),
    narrow: inlineSvg(narrow.svg, `${chart.id}-n`),
  };
  const schema = { $schema: 'https://vega.github.io/schema/vega-lite/v6.json', description: chart.note };
  const files = {
    '.svg': `${alone.svg}\n`,
    '.vl.json': `${JSON.stringify({ ...schema, ...aloneSpec, config: CHART_CONFIG })}\n`,
  };
  return { drawn, files, warnings: [narrow, wide, alone].flatMap((drawing) => drawing?.warnings ?? []) };
}

/** A wide drawing with the finding above it, in lines that fit. */
function titled(chart: Chart): Spec {
  const lines = chart.title.match(/.{1,88}(?=\s|$)\s*|\S+/g) ?? [];
  return {
    ...chart.spec(WIDE),
    title: { text: lines.map((line) => line.trim()), frame: 'bounds', fontSize: 15, offset: 14, limit: WIDE.width },
  };
}
