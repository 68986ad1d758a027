import { NATIVE, type OutcomeKind, type Trial } from '../model/index.js';

/**
 * How each trial counts, by index: its own outcome, but `mismatched` where it completed with another answer than native's
 * trial of the same block. (When it ended, native's answer may not have been known: the order in a block is random.)
 * If native did not complete in a block there is nothing to compare with, and outcomes stay as they are.
 */
export function settledOutcomes(trials: readonly Trial[]): OutcomeKind[] {
  const native = nativeTrials(trials);
  return trials.map((trial) => {
    if (trial.outcome.kind !== 'completed') return trial.outcome.kind;
    const reference = native.get(blockKey(trial));
    return reference && reference.digest !== trial.digest ? 'mismatched' : 'completed';
  });
}

/** Completed native trials by {@link blockKey}. */
export function nativeTrials(trials: readonly Trial[]): Map<string, Trial> {
  const completed = trials.filter((trial) => trial.environmentId === NATIVE && trial.outcome.kind === 'completed');
  return new Map(completed.map((trial) => [blockKey(trial), trial]));
}

/** One block of one case, as a key. */
export function blockKey(trial: Pick<Trial, 'caseId' | 'block'>): string {
  return `${trial.block} ${trial.caseId}`;
}
