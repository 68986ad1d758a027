import { LOOKS } from './palette.js';

/** A colour of the page in both themes, and its CSS variable. */
interface Token {
  readonly name: string;
  readonly light: string;
  readonly dark: string;
}

/** Neutral colours of page and charts. `ground` is what a hollow point is filled with. */
export const TOKENS = {
  ground: { name: 'ground', light: '#fdfdfb', dark: '#15181d' },
  raised: { name: 'raised', light: '#f4f4ef', dark: '#1d2127' },
  ink: { name: 'ink', light: '#1b1e23', dark: '#e8eaed' },
  soft: { name: 'soft', light: '#555c66', dark: '#a8b0ba' },
  line: { name: 'line', light: '#b9bdc3', dark: '#4b525c' },
  grid: { name: 'grid', light: '#e7e7e1', dark: '#282d35' },
  accent: { name: 'accent', light: '#1259a0', dark: '#7fbdf2' },
  alarm: { name: 'alarm', light: '#a11d1d', dark: '#ff9a8f' },
} as const satisfies Readonly<Record<string, Token>>;

/** Phases of a start, in order: one hue from dark to light and back to grey, unlike any environment's colour. */
export const PHASES: readonly Token[] = [
  { name: 'phase-guest', light: '#3b3470', dark: '#5f55b3' },
  { name: 'phase-interpreter', light: '#6a5fb0', dark: '#8b80d6' },
  { name: 'phase-imports', light: '#9d93d6', dark: '#b4aaf0' },
  { name: 'phase-first-result', light: '#c7bff0', dark: '#d9d3fb' },
  { name: 'phase-done', light: '#9aa3ad', dark: '#79828d' },
  { name: 'phase-deleted', light: '#cfd4d9', dark: '#4a525c' },
];

/**
 * Parts of a sandbox's start in their order, from brown over green to blue, those of a restore in reds, and its removal. What the
 * program does between has the colours of {@link PHASES}.
 */
export const START_PARTS: readonly Token[] = (
  [
    ['#5b3a1e', '#a8795a'],
    ['#8a5a2b', '#c1906a'],
    ['#b5813f', '#dcb07f'],
    ['#d3ab5c', '#f0d29b'],
    ['#a89f3a', '#cfc65c'],
    ['#74893a', '#a0b85f'],
    ['#4c7a45', '#79ab70'],
    ['#2f6b57', '#5a9c86'],
    ['#1f5d6b', '#4b93a5'],
    ['#2a74a0', '#5aa6d2'],
    ['#5d9ac4', '#8cc3e8'],
    ['#97bede', '#b9daf2'],
    ['#c3d8ea', '#dceaf6'],
    ['#f0c9b8', '#f7dccf'],
    ['#e0977d', '#eeb39d'],
    ['#c9674f', '#de8a73'],
    ['#a83e3a', '#cf6a62'],
    ['#7a2533', '#b04f5f'],
    ['#4a5a70', '#7d8fa8'],
    ['#7c8590', '#5c6570'],
    ['#b3a8a0', '#8d837c'],
    ['#5f5a55', '#b0a89f'],
    ['#4b5320', '#98a45c'],
    ['#8a7a2e', '#bfae5a'],
    ['#d9c8a0', '#efe3c4'],
  ] as const
).map(([light, dark], index) => ({ name: `start-${index}`, light, dark }));

const ALL: readonly Token[] = [
  ...Object.values(TOKENS),
  ...PHASES,
  ...START_PARTS,
  ...LOOKS.map((look, index) => ({ name: `env-${index}`, light: look.light, dark: look.dark })),
];

const BY_LIGHT = new Map(ALL.map((token) => [token.light, `var(--${token.name})`]));

/** The CSS variable of a colour by its light hex, e.g. `var(--env-2)`; the hex itself where it is not the theme's. */
export function cssColour(light: string): string {
  return BY_LIGHT.get(light) ?? light;
}

/** Declarations of every variable, for one theme. */
export function cssVariables(theme: 'light' | 'dark'): string {
  return ALL.map((token) => `--${token.name}:${token[theme]}`).join(';');
}

/** One family for every chart. The page overrides it with its own; widths are estimated for a wide face, so both fit. */
export const CHART_FONT = "system-ui, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', sans-serif";

/** What every chart shares: no frames, faint grid, text in the soft ink. */
export const CHART_CONFIG = {
  background: TOKENS.ground.light,
  font: CHART_FONT,
  padding: 2,
  view: { stroke: null },
  axis: {
    domain: false,
    ticks: false,
    gridColor: TOKENS.grid.light,
    labelColor: TOKENS.soft.light,
    titleColor: TOKENS.soft.light,
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    labelPadding: 6,
    titlePadding: 8,
  },
  axisY: { grid: false, labelColor: TOKENS.ink.light, title: null },
  legend: {
    orient: 'top',
    title: null,
    labelColor: TOKENS.ink.light,
    labelFontSize: 11,
    symbolSize: 60,
    symbolStrokeWidth: 1.5,
    columnPadding: 16,
    offset: 18,
    labelLimit: 240,
  },
  title: {
    anchor: 'start',
    frame: 'group',
    color: TOKENS.ink.light,
    subtitleColor: TOKENS.soft.light,
    fontSize: 13,
    subtitleFontSize: 11,
    fontWeight: 600,
    offset: 10,
  },
} as const;
