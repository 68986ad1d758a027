import type { EnvironmentRecord, Warning } from './run.js';
import type { Outcome, TrialKey } from './trial.js';

/** What a session says while it works. It draws nothing; `cli/` does. */
export type SessionEvent =
  | { readonly type: 'probed'; readonly environment: EnvironmentRecord }
  | {
      readonly type: 'planned';
      readonly cases: number;
      readonly environments: readonly string[];
      /** Trials that are certain; a budget may add more. */
      readonly trials: number;
      readonly budgetMs: number | null;
    }
  | {
      readonly type: 'block-start';
      readonly caseId: string;
      readonly block: number;
    }
  | {
      readonly type: 'trial-start';
      readonly key: TrialKey;
      readonly done: number;
      readonly total: number;
      readonly leftMs: number | null;
    }
  | { readonly type: 'trial-end'; readonly key: TrialKey; readonly outcome: Outcome; readonly wallNs: number | null }
  | {
      readonly type: 'block-end';
      readonly done: number;
      readonly total: number;
      readonly leftMs: number | null;
      readonly caseId: string;
      readonly block: number;
      /** Median of the headline's ratio to native so far, by environment. */
      readonly ratios: Readonly<Record<string, number>>;
    }
  | { readonly type: 'warning'; readonly warning: Warning };
