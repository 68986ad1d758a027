/**
 * The last line of a text that says something, for people: no control or formatting characters, so that it is one line
 * wherever it is shown, and bounded. Empty when nothing was said.
 */
export function lastLine(text: string, maxChars = 300): string {
  const lines = text.split('\n').map((line) => oneLine(line, Infinity));
  return oneLine(lines.filter(Boolean).at(-1) ?? '', maxChars);
}

/** What others said as one bounded line: control, formatting and line-breaking characters become spaces. */
export function oneLine(text: string, maxChars = 300): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ').trim();
  // Half of a pair, where the cut went through one, is no character.
  return plain.slice(0, maxChars).replace(/[\ud800-\udbff]$/, '');
}

/** The known name that was most likely meant; `null` when none is so near that slips of the hand explain the difference. */
export function closest(given: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let fewest = Math.max(2, Math.floor(given.length / 3)) + 1;
  for (const name of known) {
    const count = edits(given, name);
    if (count < fewest) [best, fewest] = [name, count];
  }
  return best;
}

/** Levenshtein distance, one row at a time. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** Escapes what Markdown (GitHub's) or HTML inside it would act on, mentions and links included, for running text and table cells. */
export function mdText(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*[\]|~$]|(?<!\w)_|_(?!\w)/g, '\\$&')
    .replace(/(^|\W)([@#])(?=\w)/g, '$1$2<!-- -->')
    .replace(/\b(https?|ftp|mailto):/gi, '$1&#58;')
    .replace(/\bwww\./gi, 'www&#46;');
}
