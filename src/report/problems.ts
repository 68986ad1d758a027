import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutcomeKind } from '../model/index.js';
import { block, oneLine } from './text.js';
import type { ReportView } from './view.js';

/** Trials of one case in one environment that ended in the same way. */
export interface Failure {
  readonly caseLabel: string;
  readonly environment: string;
  readonly kind: OutcomeKind;
  readonly reason: string;
  readonly count: number;
  /** End of what the first of them printed, bounded; empty where nothing was kept. */
  readonly log: string;
}

const MOST_GROUPS = 60;
const LOG_BYTES = 2048;

/** Everything that did not complete, grouped, with log excerpts from `results/<run>/logs`. */
export async function failuresOf(view: ReportView): Promise<{ failures: Failure[]; left: number }> {
  const groups = new Map<string, { failure: Omit<Failure, 'log' | 'count'>; trialId: string; count: number }>();
  for (const aCase of view.cases) {
    for (const { trial, outcome } of view.trials(aCase.id)) {
      if (outcome === 'completed') continue;
      const reason = 'reason' in trial.outcome ? trial.outcome.reason : 'its answer is not native’s of the same block';
      const key = JSON.stringify([aCase.id, trial.environmentId, outcome, reason]);
      const group = groups.get(key);
      if (group) group.count++;
      else {
        const failure = {
          caseLabel: aCase.label,
          environment: oneLine(trial.environmentId, 40),
          kind: outcome,
          reason: oneLine(reason, 240),
        };
        groups.set(key, { failure, trialId: trial.id, count: 1 });
      }
    }
  }
  const shown = [...groups.values()].slice(0, MOST_GROUPS);
  const failures = await Promise.all(
    shown.map(async ({ failure, trialId, count }) => ({
      ...failure,
      count,
      log: await excerpt(view.run.dir, trialId),
    })),
  );
  return { failures, left: groups.size - shown.length };
}

async function excerpt(runDir: string, trialId: string): Promise<string> {
  // An id comes from a file: it must not lead out of the run's directory.
  if (!/^[\w@+,=%-][\w@+,=%.-]*$/.test(trialId)) return '';
  const texts = await Promise.all(
    ['stderr.txt', 'stdout.txt'].map((name) => tail(join(runDir, 'logs', trialId, name))),
  );
  return texts.find((text) => text !== '') ?? '';
}

async function tail(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const { buffer, bytesRead } = await file.read({
        buffer: Buffer.alloc(LOG_BYTES),
        position: Math.max(0, size - LOG_BYTES),
      });
      const text = buffer.toString('utf8', 0, bytesRead);
      return block(size > LOG_BYTES ? `…${text.slice(text.indexOf('\n') + 1)}` : text, LOG_BYTES);
    } finally {
      await file.close();
    }
  } catch {
    return '';
  }
}
