/** Up to so many values all sums of two are made and sorted; above, the wanted one is found by counting. */
const SORTED_UP_TO = 120;

let cache: { readonly values: Float64Array; readonly sums: Float64Array } | null = null;

/**
 * The k-th smallest of the sums of two values (each with itself too): twice the Walsh averages.
 * @param sorted ascending
 * @param k from 1 to n(n+1)/2
 */
export function kthPairSum(sorted: Float64Array, k: number): number {
  if (sorted.length > SORTED_UP_TO)
    return kthByCounting(2 * sorted[0]!, 2 * sorted.at(-1)!, k, (limit) => pairsBelow(sorted, limit));
  // A comparison asks for several ranks of the same values in a row.
  if (cache?.values !== sorted) cache = { values: sorted, sums: allSums(sorted) };
  return cache.sums[k - 1]!;
}

/**
 * The k-th smallest of all differences `a − b`.
 * @param a ascending
 * @param b ascending
 */
export function kthDifference(a: Float64Array, b: Float64Array, k: number): number {
  return kthByCounting(a[0]! - b.at(-1)!, a.at(-1)! - b[0]!, k, (limit) => differencesBelow(a, b, limit));
}

function allSums(sorted: Float64Array): Float64Array {
  const n = sorted.length;
  const sums = new Float64Array((n * (n + 1)) / 2);
  let at = 0;
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) sums[at++] = sorted[i]! + sorted[j]!;
  return sums.sort();
}

/** Pairs i ≤ j whose sum is at most `limit`: one walk from both ends. */
function pairsBelow(sorted: Float64Array, limit: number): number {
  let count = 0;
  let j = sorted.length - 1;
  for (let i = 0; i < sorted.length; i++) {
    while (j >= i && sorted[i]! + sorted[j]! > limit) j--;
    if (j < i) break;
    count += j - i + 1;
  }
  return count;
}

function differencesBelow(a: Float64Array, b: Float64Array, limit: number): number {
  let count = 0;
  let j = 0;
  for (let i = 0; i < a.length; i++) {
    while (j < b.length && a[i]! - b[j]! > limit) j++;
    count += b.length - j;
  }
  return count;
}

/** Halves the range until no double lies between its ends: `high` is then the smallest value with `k` or more at or below it. */
function kthByCounting(from: number, to: number, k: number, below: (limit: number) => number): number {
  let [low, high] = [from, to];
  if (below(low) >= k) return low;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high;
    if (below(middle) >= k) high = middle;
    else low = middle;
  }
}
