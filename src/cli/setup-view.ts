import pc from 'picocolors';
import type { StepEvent } from '../provision/index.js';
import { durationText, say } from './print.js';

/** Nothing is said of steps that are found done this quickly. */
const SILENT_MS = 500;

/** Says what set-up does, how long it takes, and where its log is; silent when nothing is missing. */
export class SetupView {
  #timer: NodeJS.Timeout | undefined;
  readonly #working = new Map<string, { readonly sinceMs: number; readonly detail: string }>();

  show(event: StepEvent): void {
    switch (event.state) {
      case 'working': {
        const begun = this.#working.get(event.step);
        this.#working.set(event.step, { sinceMs: begun?.sinceMs ?? Date.now(), detail: event.detail });
        if (begun === undefined)
          say(
            `${pc.cyan('…')} ${event.step}: ${event.detail}${event.logFile ? pc.dim(`  (log: ${event.logFile})`) : ''}`,
          );
        this.#timer ??= setInterval(() => this.#tick(), 30_000);
        break;
      }
      case 'done':
        this.#working.delete(event.step);
        say(`${pc.green('✓')} ${event.step}: ${event.detail} ${pc.dim(durationText(event.elapsedMs))}`);
        break;
      case 'failed':
        this.#working.delete(event.step);
        say(`${pc.red('✗')} ${event.step}: ${event.detail}${event.logFile ? `  (log: ${event.logFile})` : ''}`);
        break;
      case 'present':
        this.#working.delete(event.step);
        if (event.elapsedMs > SILENT_MS)
          say(`${pc.green('✓')} ${event.step}: ${event.detail} ${pc.dim(durationText(event.elapsedMs))}`);
        break;
      case 'checking':
        break;
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    for (const [step, { sinceMs, detail }] of this.#working)
      say(pc.dim(`  still at ${step}, ${durationText(Date.now() - sinceMs)}: ${detail}`));
  }
}
