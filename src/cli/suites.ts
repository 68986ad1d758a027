import type { Size } from '../model/index.js';

/** What a suite measures when nothing else is asked. */
export interface Suite {
  readonly size: Size;
  /** Ids of its workloads; `null` for all. */
  readonly workloads: readonly string[] | null;
  readonly budgetMs: number | null;
  /** Blocks of every case, instead of a budget. */
  readonly blocks: number | null;
}

/** Blocks of every environment that each case gets, whatever the budget. */
export const MIN_BLOCKS = 3;

/** Instrumented trials of each case in each environment. */
export const INSTRUMENTED = 2;

/** The workload that tells what single calls cost. */
export const PRICES = 'syscalls';

export const SUITES: Readonly<Record<Size, Suite>> = {
  smoke: {
    size: 'smoke',
    workloads: ['true', 'python', 'import-data', 'tpch-duckdb', 'lightgbm-train', 'syscalls'],
    budgetMs: null,
    blocks: 2,
  },
  quick: { size: 'quick', workloads: null, budgetMs: 15 * 60_000, blocks: null },
  full: { size: 'full', workloads: null, budgetMs: 3 * 3_600_000, blocks: null },
};
