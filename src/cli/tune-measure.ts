import type { EnvironmentSpec } from '../config/index.js';
import type { Case, CatalogueSetting, RunManifest } from '../model/index.js';
import { readRun, type StoredRun } from '../store/index.js';
import { caseInfo } from './case-info.js';
import { measureInto } from './measure-run.js';
import type { Catalogue } from './options.js';
import { commandLine, runId } from './run-id.js';

/** What was asked of `tune`. */
export interface TuneRequest {
  readonly cases: readonly Case[];
  readonly settings: readonly CatalogueSetting[];
  /** Settings of the catalogue that are not among them, with the reason. */
  readonly leftOut: readonly { readonly id: string; readonly reason: string }[];
  /** gVisor with its defaults. */
  readonly base: string;
  readonly plan: { readonly blocks: number } | { readonly budgetMs: number };
  /** Combinations that the search of each class begins with; 0 for no search. */
  readonly candidates: number;
  readonly allowHostSettings: boolean;
  readonly seed: number;
  readonly suite: string;
  readonly out: string | null;
  /** Where found profiles are written as files; `null` for nowhere. */
  readonly write: string | null;
  readonly catalogue: Catalogue;
}

/** One run of several that a tuning consists of. */
export interface Stage {
  readonly cases: readonly Case[];
  readonly specs: readonly EnvironmentSpec[];
  readonly record: Pick<RunManifest['plan'], 'tune' | 'cliffs'>;
  readonly plan: { readonly blocks: number } | { readonly budgetMs: number };
  /** Blocks that every case gets, whatever the budget. */
  readonly minBlocks: number;
  /** Added to the seed, so that no two stages have the same blocks. */
  readonly seedStep: number;
  /** Put behind the directory that was asked for; empty for the first run. */
  readonly name: string;
}

/** Measures one stage; what a profile changes on the host holds for its own launches. @returns `null` when it was interrupted */
export async function measureStage(
  {
    seed,
    suite,
    out,
    catalogue,
    allowHostSettings,
  }: Pick<TuneRequest, 'seed' | 'suite' | 'out' | 'catalogue' | 'allowHostSettings'>,
  { cases, specs, record, plan, minBlocks, seedStep, name }: Stage,
): Promise<StoredRun | null> {
  const blocks = 'blocks' in plan ? plan.blocks : null;
  const recorded: RunManifest['plan'] = {
    suite,
    seed: (seed + seedStep) % 2 ** 32,
    blocks,
    budgetMs: 'budgetMs' in plan ? plan.budgetMs : null,
    minBlocks: blocks ?? minBlocks,
    cases: cases.map(caseInfo),
    environments: specs.map(({ id }) => id),
    ...record,
  };
  const { dir, interrupted } = await measureInto({
    id: runId(),
    dir: out === null ? null : name === '' ? out : `${out}-${name}`,
    plan: recorded,
    command: commandLine(seed),
    cases,
    specs,
    runtime: catalogue.runtime,
    allowHostSettings,
    hostSettingsFor: 'launch',
    withHostname: false,
    json: false,
    earlier: null,
  });
  return interrupted ? null : readRun(dir);
}
