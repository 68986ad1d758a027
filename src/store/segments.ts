/** What was seen of the host around each block, one JSON object a line. */
export const WATCH_FILE = 'host.jsonl';

/** Trials and samples of all sessions, made when a run is complete. */
export const RESULT_PAIR = ['trials.arrow', 'samples.arrow'] as const;

type Kind = 'trials' | 'samples';

/** `trials.arrows` for the first session of a run, `trials.1.arrows` for the second. */
export function segmentFile(kind: Kind, segment: number): string {
  return segment === 0 ? `${kind}.arrows` : `${kind}.${segment}.arrows`;
}

/** Numbers of the segments in a directory's listing, ascending. */
export function segmentsOf(files: readonly string[]): number[] {
  const numbers = files.flatMap((file) => {
    const match = /^(?:trials|samples)(?:\.([1-9]\d{0,5}))?\.arrows$/.exec(file);
    return match ? [Number(match[1] ?? 0)] : [];
  });
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}
