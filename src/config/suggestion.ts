import { closest } from '../model/index.js';

/** `; did you mean …?` for the known name that was most likely meant, else nothing. */
export function suggestion(given: string, known: Iterable<string>): string {
  const best = closest(given, known);
  return best === null ? '' : `; did you mean \`${best}\`?`;
}
