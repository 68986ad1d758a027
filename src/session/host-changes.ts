import { detectChanges, putBack } from '../host/index.js';
import type { HostState, Warning } from '../model/index.js';

/**
 * Puts back what changed on the host between two looks: a runtime that changes settings behind our back would make the next
 * native trial run on another host.
 * @param when what happened between the looks, for people
 */
export function undoChanges(before: HostState, after: HostState, when: string): Warning[] {
  const changes = detectChanges(before, after);
  const failed = new Map(putBack(changes).map(({ path, reason }) => [path, reason]));
  return changes.map(({ path, from, to }) => {
    const reason = failed.get(path);
    const end = reason === undefined ? 'it was put back' : `it could not be put back: ${reason}`;
    return {
      code: 'host-setting-changed',
      message: `during ${when} ${path} changed from ${from} to ${to}; ${end}`,
      remedy: 'see which runtime does it (runsc --host-settings), and measure again',
    };
  });
}
