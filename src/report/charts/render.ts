import type { TopLevelSpec } from 'vega-lite';
import { CHART_CONFIG, cssColour } from '../theme.js';
import type { Spec } from './chart.js';

/** A chart as vega drew it, in the light theme's colours, and what vega had to say about it (nothing, in a chart that is right). */
export interface Drawing {
  readonly svg: string;
  readonly warnings: readonly string[];
}

/** Draws specifications. Made by {@link makeRenderer}, because loading vega takes a third of a second. */
export type Renderer = (spec: Spec) => Promise<Drawing>;

/** Advance widths of DejaVu Sans, in em, by kind of character. Vega's own guess without a canvas (0.8 em each) wastes a third of the room. */
function textWidth(text: string): number {
  let width = 0;
  for (const char of text) {
    if (/[iljI.,:;'|!\s[\]()ft/]/.test(char)) width += 0.37;
    else if (/[mwMW%—…@]/.test(char)) width += 0.95;
    else if (/[A-Z×–+=<>]/.test(char)) width += 0.72;
    else width += char > '\u2e80' ? 1 : 0.62;
  }
  return width;
}

/** Loads vega and returns a function that draws without canvas, without a clock and without chance. */
export async function makeRenderer(): Promise<Renderer> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  // The published types do not mention this hook, which vega's text module keeps for those who draw without a canvas.
  // Vega cuts text at its limit by the same function, so what it measures is never wider than that.
  const metrics = (vega as unknown as { textMetrics: { width: unknown; height: (item: object) => number } })
    .textMetrics;
  metrics.width = (item: { limit?: number }, text: unknown) => {
    const lines = Array.isArray(text) ? text : [text];
    const width = Math.ceil(Math.max(0, ...lines.map((line) => textWidth(String(line ?? '')))) * metrics.height(item));
    return item.limit ? Math.min(width, item.limit) : width;
  };
  return async (spec) => {
    const warnings: string[] = [];
    const logger = collector(warnings, vega.logger(vega.Warn));
    const { spec: compiled } = compile(spec as unknown as TopLevelSpec, { config: CHART_CONFIG, logger });
    vega.resetSVGDefIds();
    const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger });
    try {
      return { svg: shorten(await view.toSVG()), warnings };
    } finally {
      view.finalize();
    }
  };
}

type Logger = ReturnType<typeof import('vega').logger>;

function collector(warnings: string[], base: Logger): Logger {
  const keep = (...args: readonly unknown[]): Logger => {
    warnings.push(args.map(String).join(' '));
    return base;
  };
  base.warn = keep;
  base.error = keep;
  return base;
}

/** A hundredth of a pixel is enough: a third of the size. Only in geometry, never in text. */
function shorten(svg: string): string {
  return svg.replace(/ (d|transform|x1|x2|y1|y2|width|height)="([^"]*)"/g, (_, name: string, value: string) => {
    return ` ${name}="${value.replace(/-?\d+\.\d{3,}/g, (long) => String(Number(Number(long).toFixed(2))))}"`;
  });
}

/**
 * The drawing for a page with themes: the same marks, with CSS variables for colours, page fonts, no ground of its own, ids that no other
 * drawing of the page has. `label` is its name for screen readers, already free of markup.
 */
export function inlineSvg(svg: string, id: string): string {
  return svg
    .replace(/<rect width="[\d.]+" height="[\d.]+" fill="#[0-9a-f]+"\/>/, '')
    .replace(/^<svg [^>]*?width="([\d.]+)" height="([\d.]+)"/, '<svg class="marks" role="group" width="$1" height="$2"')
    .replace(/ xmlns:xlink="[^"]*"/, '')
    .replace(/ font-family="[^"]*"/g, '')
    .replace(/ (fill|stroke)="(#[0-9a-f]{6})"/g, (_, name: string, hex: string) => ` ${name}="${cssColour(hex)}"`)
    .replace(/ id="([a-z]+_?\d+)"/g, ` id="${id}-$1"`)
    .replace(/url\(#([a-z]+_?\d+)\)/g, `url(#${id}-$1)`);
}
