import logUpdate from 'log-update';
import pc from 'picocolors';
import { oneLine, plainId, type SessionEvent } from '../model/index.js';
import { durationText, say, warningText } from './print.js';

/**
 * Draws what a session says. On a terminal one line is redrawn between trials, never during one; elsewhere plain lines.
 */
export class Progress {
  readonly #live = process.stderr.isTTY && process.env['CI'] === undefined;
  readonly #log = logUpdate;
  /** In the order in which they were asked for. */
  #environments: readonly string[] = [];
  /** With a budget more blocks follow the first ones until it is spent, and no total is known. */
  #budgeted = false;

  show(event: SessionEvent): void {
    switch (event.type) {
      case 'planned':
        this.#environments = event.environments;
        this.#budgeted = event.budgetMs !== null;
        say(
          `${event.cases} ${event.cases === 1 ? 'case' : 'cases'} × ${event.environments.length} environments, at least ${event.trials} trials${event.budgetMs === null ? '' : `, budget ${durationText(event.budgetMs)}`}`,
        );
        break;
      case 'trial-start': {
        const { caseId, block, environmentId } = event.key;
        const line = `${this.#counted(event)} · ${caseId} · block ${block + 1} · ${environmentId}`;
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
        const ratios = this.#environments.flatMap((environment) => {
          const ratio = event.ratios[environment];
          return ratio === undefined || plainId(environment) !== environment
            ? []
            : [`${environment} ${ratio.toFixed(2)}×`];
        });
        this.#print(
          `${this.#counted(event)} · ${event.caseId} · ${blocks(event.block + 1)}: ${ratios.join('  ') || 'no ratio yet'}`,
        );
        break;
      }
      case 'warning':
        this.#print(pc.yellow(`  ${warningText(event.warning)}`));
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

  #counted({ done, total, leftMs }: { done: number; total: number; leftMs: number | null }): string {
    const trials = this.#budgeted ? `${done} trials` : `${done}/${total}`;
    return `${trials}${leftMs === null ? '' : ` · about ${durationText(leftMs)} left`}`;
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
