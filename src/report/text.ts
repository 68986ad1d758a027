import { OUTCOME_KINDS, type OutcomeKind } from '../model/index.js';

/** Characters that change what stands around them: controls, and the marks that turn the writing direction. */
// oxlint-disable-next-line no-control-regex -- control characters are what this removes
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g;

/**
 * Makes text of unknown origin fit for one line: no control characters, bounded.
 * It is not escaping: HTML is escaped by preact, SVG by vega, Markdown by {@link mdText}.
 */
export function oneLine(text: string, maxChars = 80): string {
  const clean = text
    .slice(0, maxChars * 4)
    .replace(UNSAFE, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  const chars = [...clean];
  return chars.length <= maxChars ? clean : `${chars.slice(0, maxChars - 1).join('')}…`;
}

/** The same for a block of text: line breaks stay, other controls go, at most `maxChars` from the end are kept. */
export function block(text: string, maxChars = 4000): string {
  const cut = text.length > maxChars ? `…\n${text.slice(-maxChars)}` : text;
  return cut
    .split(/\r\n|\n|\r/)
    .map((line) => line.replace(/\t/g, '  ').replace(UNSAFE, '\ufffd'))
    .join('\n')
    .trimEnd();
}

/** A fenced code block that its content cannot close. */
export function mdFence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((match) => match[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

/** "a", "a and b", "a, b and c". */
export function listed(parts: readonly string[]): string {
  if (parts.length <= 1) return parts[0] ?? '';
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)!}`;
}

/** "1 case", "3 cases". */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? singular : plural}`;
}

/** Outcomes with their numbers, `2 timed-out, 1 failed`; without those of `except`. Empty for none. */
export function outcomesText(
  counts: Readonly<Partial<Record<OutcomeKind, number>>>,
  except: readonly OutcomeKind[] = [],
): string {
  const kinds = OUTCOME_KINDS.filter((kind) => !except.includes(kind) && (counts[kind] ?? 0) > 0);
  return kinds.map((kind) => `${counts[kind]!} ${kind}`).join(', ');
}
