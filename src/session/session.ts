import type { Case, HostState, RunManifest, SessionEvent, Trial, Warning } from '../model/index.js';
import { NATIVE } from '../model/index.js';
import { readHostState } from '../host/index.js';
import { runTrial, type TrialContext } from '../measure/index.js';
import { BudgetPlanner, remainingTrials, type PlanInput, type PlannedTrial } from '../plan/index.js';
import type { Driver } from '../sandbox/index.js';
import type { RunWriter } from '../store/index.js';
import { keepLogs } from './logs.js';
import { undoChanges } from './host-changes.js';
import { RunningRatios } from './running-ratios.js';

export interface SessionInput {
  readonly manifest: RunManifest;
  readonly cases: readonly Case[];
  /** Drivers of the available environments, `native` among them, by environment id. */
  readonly drivers: ReadonlyMap<string, Driver>;
  readonly context: TrialContext;
  readonly writer: RunWriter;
  /** Trials of earlier sessions of the same run. */
  readonly stored: readonly Trial[];
  readonly onEvent: (event: SessionEvent) => void;
  readonly signal: AbortSignal;
  /** Tells of a case that it needs no more blocks; without it the budget alone decides. */
  readonly settled?: SettledRule;
}

/** Decides from the trials so far that a case has enough blocks. It must not look at what would please it: see `narrowEnough`. */
export interface SettledRule {
  readonly add: (trial: Trial) => void;
  readonly settled: (caseId: string) => boolean;
}

/** How a session ended: everything planned is measured, or the signal came. Durations are this session's, milliseconds. */
export interface SessionEnd {
  readonly interrupted: boolean;
  /** From the start of the first trial to the end of the last. */
  readonly measuringMs: number;
  /** Sum of the trials' wall times, warm-ups included. */
  readonly inTrialsMs: number;
  readonly warnings: readonly Warning[];
}

/** Goes through a plan block by block; every trial is on disk before the next starts. */
export class Session {
  readonly #in: SessionInput;
  readonly #plan: PlanInput;
  readonly #budget: BudgetPlanner;
  readonly #ratios = new RunningRatios();
  readonly #warnings = new Map<string, Warning>();
  readonly #warm = new Set<string>();
  #startedAtMs = 0;
  #done: number;
  #total = 0;
  #inTrialsMs = 0;

  constructor(input: SessionInput) {
    this.#in = input;
    const { plan } = input.manifest;
    this.#plan = {
      cases: plan.cases.map(({ id }) => id),
      environments: [...input.drivers.keys()],
      seed: plan.seed,
      minBlocks: plan.minBlocks,
      blocks: plan.blocks,
      pool: plan.pool,
      only: plan.tune?.only ?? plan.cliffs?.only,
    };
    this.#budget = new BudgetPlanner(this.#plan, plan.budgetMs ?? 0);
    this.#budget.replay(input.stored);
    this.#done = input.stored.length;
    for (const trial of input.stored) {
      this.#ratios.add(trial, this.#headlineOf(trial.caseId));
      input.settled?.add(trial);
    }
  }

  async run(): Promise<SessionEnd> {
    this.#startedAtMs = Date.now();
    if (this.#in.signal.aborted) return this.#end(true);
    const certain = remainingTrials(this.#plan, this.#in.stored);
    this.#total = this.#done + certain.length;
    this.#say({
      type: 'planned',
      cases: this.#plan.cases.length,
      environments: this.#plan.environments,
      trials: this.#total,
      budgetMs: this.#in.manifest.plan.budgetMs,
    });
    for (const block of blocksOf(certain)) {
      if (!(await this.#runBlock(block))) return this.#end(true);
    }
    let sequence =
      Math.max(-1, ...certain.map((trial) => trial.sequence), ...this.#in.stored.map((trial) => trial.sequence)) + 1;
    for (;;) {
      const block =
        this.#in.manifest.plan.blocks === null
          ? this.#budget.next(this.#elapsedMs(), sequence, this.#in.settled?.settled)
          : null;
      if (block === null) return this.#end(false);
      sequence += block.length;
      this.#total += block.length;
      if (!(await this.#runBlock(block))) return this.#end(true);
    }
  }

  /** @returns false when the signal came. */
  async #runBlock(trials: readonly PlannedTrial[]): Promise<boolean> {
    const { caseId, block } = trials[0]!;
    const before = readHostState();
    if (!(await this.#warmUp(caseId))) return false;
    const startedAtMs = Date.now();
    // Of a block that was cut off, the first trials are stored: they are part of its cost, and native may be among them.
    const stored = this.#in.stored.filter((trial) => trial.caseId === caseId && trial.block === block);
    this.#say({
      type: 'block-start',
      caseId,
      block,
    });
    const made: Trial[] = [];
    let after = before;
    try {
      for (const key of trials) {
        const trial = this.#in.signal.aborted ? null : await this.#runTrial(key);
        if (trial === null) return false;
        made.push(trial);
      }
    } finally {
      after = readHostState();
      this.#restoreHost(before, after);
    }
    await this.#in.writer.appendWatch({ caseId, block, before, after });
    const earlierMs = stored.reduce((sum, trial) => sum + (trial.wallNs ?? 0), 0) / 1e6;
    this.#budget.record(caseId, earlierMs + Date.now() - startedAtMs, [...stored, ...made].some(isReference));
    const at = { done: this.#done, total: this.#total, leftMs: this.#leftMs() };
    this.#say({ type: 'block-end', caseId, block, ratios: this.#ratios.of(caseId), ...at });
    return true;
  }

  /** Makes a trial and stores it. @returns `null` when the signal cut it off: then it is none. */
  async #runTrial(key: PlannedTrial): Promise<Trial | null> {
    this.#say({ type: 'trial-start', key, done: this.#done, total: this.#total, leftMs: this.#leftMs() });
    const measured = await runTrial(
      this.#in.drivers.get(key.environmentId)!,
      this.#caseOf(key.caseId),
      key,
      this.#in.context,
    );
    if (measured.aborted) return null;
    const { trial } = measured;
    keepLogs(this.#in.writer.dir, measured);
    await this.#in.writer.appendTrial(trial);
    this.#done++;
    this.#inTrialsMs += (trial.wallNs ?? 0) / 1e6;
    this.#ratios.add(trial, this.#headlineOf(key.caseId));
    this.#in.settled?.add(trial);
    this.#say({ type: 'trial-end', key, outcome: trial.outcome, wallNs: trial.wallNs });
    return trial;
  }

  /** One native launch that is not kept, so that no environment is the one that finds the page cache cold. */
  async #warmUp(caseId: string): Promise<boolean> {
    if (this.#warm.has(caseId)) return true;
    this.#warm.add(caseId);
    const key = { id: 'warm-up', sequence: -this.#warm.size, block: 0, position: 0, caseId, environmentId: NATIVE };
    const { trial, aborted } = await runTrial(
      this.#in.drivers.get(NATIVE)!,
      this.#caseOf(caseId),
      key,
      this.#in.context,
    );
    this.#inTrialsMs += (trial.wallNs ?? 0) / 1e6;
    return !aborted;
  }

  #restoreHost(before: HostState, after: HostState): void {
    for (const warning of undoChanges(before, after, 'a block')) this.#warn(warning);
  }

  #warn(warning: Warning): void {
    if (this.#warnings.has(warning.message)) return;
    this.#warnings.set(warning.message, warning);
    this.#say({ type: 'warning', warning });
  }

  #leftMs(): number | null {
    const certain = this.#budget.certainLeftMs();
    const { budgetMs } = this.#in.manifest.plan;
    if (budgetMs === null) return certain;
    return Math.max(certain ?? 0, budgetMs - this.#elapsedMs());
  }

  /** Time that was spent of the budget, earlier sessions included. */
  #elapsedMs(): number {
    return this.#in.manifest.timing.measuringMs + Date.now() - this.#startedAtMs;
  }

  #end(interrupted: boolean): SessionEnd {
    return {
      interrupted,
      measuringMs: Date.now() - this.#startedAtMs,
      inTrialsMs: this.#inTrialsMs,
      warnings: [...this.#warnings.values()],
    };
  }

  #caseOf(id: string): Case {
    return this.#in.cases.find((one) => one.id === id)!;
  }

  #headlineOf(caseId: string): string {
    return this.#caseOf(caseId).workload.headline;
  }

  #say(event: SessionEvent): void {
    this.#in.onEvent(event);
  }
}

/** A trial that others of its block are compared with. */
function isReference(trial: Trial): boolean {
  return trial.environmentId === NATIVE && trial.outcome.kind === 'completed';
}

/** Trials of one block stand side by side in a plan. */
function blocksOf(trials: readonly PlannedTrial[]): PlannedTrial[][] {
  const blocks: PlannedTrial[][] = [];
  for (const trial of trials) {
    const last = blocks.at(-1);
    if (last && last[0]!.block === trial.block && last[0]!.caseId === trial.caseId) last.push(trial);
    else blocks.push([trial]);
  }
  return blocks;
}
