/** The name with the fewest edits from `word`, if those are at most two fifths of it: a likely slip of the hand. */
export function closest(word: string, names: readonly string[]): string | null {
  const ranked = names
    .map((name) => ({ name, edits: edits(word, name) }))
    .filter(({ name, edits: count }) => count <= 0.4 * Math.max(word.length, name.length))
    .toSorted((a, b) => a.edits - b.edits);
  return ranked[0]?.name ?? null;
}

/** Levenshtein distance. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(substituted, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
