import type { BlockWatch } from '../model/index.js';
import { counted, oneLine } from './text.js';

/** Settings of the host that were not the same after a block as before it: a runtime changed them behind our back. One line each. */
export function hostChanges(watch: readonly BlockWatch[]): string[] {
  const changes = new Map<string, number>();
  for (const { before, after } of watch) {
    for (const [path, value] of Object.entries(before.settings)) {
      const now = after.settings[path];
      if (now === undefined || now === value) continue;
      const line = `${oneLine(path, 80)} went from “${oneLine(value, 40)}” to “${oneLine(now, 40)}”`;
      changes.set(line, (changes.get(line) ?? 0) + 1);
    }
  }
  return [...changes].map(([line, blocks]) => `${line} during ${counted(blocks, 'block')}.`);
}
