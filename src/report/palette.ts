/** How an environment is drawn, throughout. `light` and `dark` are the same hue, each legible as text on its ground. */
export interface Look {
  readonly light: string;
  readonly dark: string;
  /** A vega symbol or an SVG path in a square of 2 around 0, so that colour is never the only difference. */
  readonly shape: string;
}

/**
 * Hues of Okabe and Ito (https://jfly.uni-koeln.de/color/), darkened on light and lightened on dark ground until text
 * in them reaches a contrast of 4.5. Hexes are unique, because the page's SVG is themed by replacing them.
 */
const BLUE: Look = { light: '#0067a8', dark: '#5ab0ee', shape: 'circle' };
const GREEN: Look = { light: '#00775a', dark: '#2dc39b', shape: 'diamond' };
const VERMILLION: Look = { light: '#bd4b00', dark: '#ff9257', shape: 'square' };
const PURPLE: Look = { light: '#a1437a', dark: '#e59bc8', shape: 'triangle-up' };
const OCHRE: Look = { light: '#8a6200', dark: '#e6b43c', shape: 'triangle-down' };
const TEAL: Look = { light: '#0f7285', dark: '#63cfe0', shape: 'cross' };
const WINE: Look = { light: '#8c2d3f', dark: '#f0919d', shape: 'triangle-right' };
const OLIVE: Look = { light: '#5e6b12', dark: '#c3cf62', shape: 'triangle-left' };

const NATIVE: Look = { light: '#3f4650', dark: '#c9cfd8', shape: 'M0,-1.3V1.3' };
const NATIVE_TUNED: Look = { light: '#69707a', dark: '#9aa2ad', shape: 'circle' };

/** The same colour for the same environment in every report. */
const FIXED: Readonly<Record<string, Look>> = {
  native: NATIVE,
  'native-tuned': NATIVE_TUNED,
  'gvisor-systrap': BLUE,
  'gvisor-systrap-tuned': GREEN,
  'gvisor-ptrace': VERMILLION,
  'gvisor-ptrace-tuned': OCHRE,
  'gvisor-kvm': PURPLE,
  'gvisor-kvm-tuned': TEAL,
};
const SPARE: readonly Look[] = [WINE, OLIVE, TEAL, OCHRE, PURPLE, GREEN, VERMILLION, BLUE];

/** Every look there is, for the theme's variables and for tests of contrast. */
export const LOOKS: readonly Look[] = [NATIVE, NATIVE_TUNED, BLUE, GREEN, VERMILLION, PURPLE, OCHRE, TEAL, WINE, OLIVE];

/** Looks of series that are no environments, in their order; more series than colours share them. */
export function seriesLooks(labels: readonly string[]): { label: string; look: Look }[] {
  const hues = LOOKS.slice(2);
  return labels.map((label, i) => ({ label, look: hues[i % hues.length]! }));
}

/**
 * Looks by environment id. Ids that seebench names keep their colour; a user's own names take what is left over, in the order of a
 * hash of the name, so that adding one environment rarely moves another. More environments than colours share them.
 */
export function looksOf(ids: readonly string[]): ReadonlyMap<string, Look> {
  const looks = new Map<string, Look>();
  for (const id of ids) if (Object.hasOwn(FIXED, id)) looks.set(id, FIXED[id]!);
  for (const id of ids.filter((other) => !looks.has(other)).toSorted()) {
    const used = new Set(looks.values());
    const start = hash(id) % SPARE.length;
    const order = SPARE.map((_, step) => SPARE[(start + step) % SPARE.length]!);
    looks.set(id, order.find((look) => !used.has(look)) ?? order[0]!);
  }
  return looks;
}

/** FNV-1a, 32 bits: small, and the same everywhere. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
