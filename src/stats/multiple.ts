import type { Control } from '../model/index.js';

/**
 * p-values adjusted for being many: those at most α then keep the family-wise error rate (Holm 1979) or the false discovery rate
 * (Benjamini & Hochberg 1995) at α. What has no p-value is not counted and stays `null`.
 */
export function adjustP(values: readonly (number | null)[], control: Control): (number | null)[] {
  const known = values.flatMap((p, i) => (p === null ? [] : [{ p, i }])).toSorted((a, b) => a.p - b.p);
  const count = known.length;
  const adjusted = values.map((): number | null => null);
  if (control === 'none') return [...values];
  if (control === 'holm') {
    let most = 0;
    known.forEach(({ p, i }, rank) => (adjusted[i] = most = Math.max(most, Math.min(1, p * (count - rank)))));
    return adjusted;
  }
  let least = 1;
  known.toReversed().forEach(({ p, i }, back) => (adjusted[i] = least = Math.min(least, (p * count) / (count - back))));
  return adjusted;
}
