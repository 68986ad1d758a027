import logUpdate from 'log-update';
import pc from 'picocolors';
import { oneLine, plainId, type SessionEvent } from '../model/index.js';
import { durationText, say } from './print.js';

/**
 * Draws what a session says. On a terminal one line is redrawn between trials, never during one; elsewhere plain lines.
 */
export class Progress {
  readonly #live = process.stderr.isTTY && process.env['CI'] === undefined;
  readonly #log = logUpdate;

  show(event: SessionEvent): void {
    switch (event.type) {
      case 'planned':
        say(
          `${event.cases} ${event.cases === 1 ? 'case' : 'cases'} × ${event.environments.length} environments, at least ${event.trials} trials${event.budgetMs === null ? '' : `, budget ${durationText(event.budgetMs)}`}`,
        );
        break;
      case 'trial-start': {
        const { caseId, block, environmentId } = event.key;
        const line = `${counted(event)} · ${caseId} · block ${block + 1} · ${environmentId}`;
        if (this.#live) this.#log(pc.dim(line));
        break;
      }
      case 'trial-end':
        if (event.outcome.kind !== 'completed') {
          this.#print(
            pc.yellow(
              `  ${event.outcome.kind}: ${event.key.caseId} in ${event.key.environmentId}: ${oneLine(event.outcome.reason)}`,
            ),
          );
        }
        break;
      case 'block-end': {
        // Twins and slowed environments are there for a study, not for people.
        const ratios = Object.entries(event.ratios)
          .filter(([environment]) => plainId(environment) === environment)
          .map(([environment, ratio]) => `${environment} ${ratio.toFixed(2)}×`);
        this.#print(
          `${counted(event)} · ${event.caseId} · ${blocks(event.block + 1)}: ${ratios.join('  ') || 'no ratio yet'}`,
        );
        break;
      }
      case 'warning':
        this.#print(pc.yellow(`  warning[${event.warning.code}]: ${event.warning.message}; ${event.warning.remedy}`));
        break;
      case 'probed':
        if (event.environment.probe.status === 'unavailable') {
          const { id, probe } = event.environment;
          this.#print(pc.yellow(`  ${id}: unavailable: ${oneLine(probe.reason)}`));
        }
        break;
      case 'block-start':
        break;
    }
  }

  close(): void {
    if (this.#live) this.#log.clear();
  }

  #print(line: string): void {
    if (this.#live) this.#log.clear();
    say(line);
  }
}

/** Ratios are medians of all blocks so far that have one. */
function blocks(n: number): string {
  return n === 1 ? 'first block' : `median after ${n} blocks`;
}

function counted({ done, total, leftMs }: { done: number; total: number; leftMs: number | null }): string {
  return `${done}/${total}${leftMs === null ? '' : ` · about ${durationText(leftMs)} left`}`;
}
