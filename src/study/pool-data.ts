import { COVARIATES, NATIVE, plainId, slowedId, twinOf, type Injection, type RunData } from '../model/index.js';
import { settledOutcomes, trialValues } from '../stats/index.js';

/** One trial of a pool: the headline, and what the host was like around it. */
export interface PoolTrial {
  readonly logValue: number;
  /** Natural logarithm of each covariate plus one tick, in the order of {@link COVARIATE_NAMES}; NaN where not known. */
  readonly covariates: readonly number[];
}

export const COVARIATE_NAMES: readonly string[] = Object.keys(COVARIATES);

/** One block: the completed trials by environment id. */
export type PoolBlock = ReadonlyMap<string, PoolTrial>;

/** What a pool holds of one case in one environment. */
export interface PoolSeries {
  readonly caseId: string;
  readonly environment: string;
  readonly metric: string;
  /** Blocks in which both the environment and its identical twin completed. */
  readonly blocks: readonly PoolBlock[];
  /** Slowdowns that this case has in this environment, by environment id. */
  readonly slowed: Readonly<Record<string, Injection>>;
}

/** Series of a pool: each case with each environment that has a twin in it, native included. */
export function poolSeries(run: RunData): PoolSeries[] {
  const { pool, cases } = run.manifest.plan;
  const blocks = blocksByCase(run);
  return cases.flatMap((info) => {
    const ofCase = blocks.get(info.id) ?? [];
    const environments = [...new Set([NATIVE, ...ofCase.flatMap((block) => [...block.keys()].map(plainId))])];
    return environments.flatMap((environment) => {
      const twins = ofCase.filter((block) => block.has(environment) && block.has(twinOf(environment)));
      if (twins.length === 0) return [];
      const added = Object.entries(pool?.injections[info.id] ?? {});
      const slowed = Object.fromEntries(added.filter(([id, one]) => id === slowedId(environment, one)));
      return [{ caseId: info.id, environment, metric: info.headline, blocks: twins, slowed }];
    });
  });
}

function blocksByCase(run: RunData): Map<string, PoolBlock[]> {
  const headlines = new Map(run.manifest.plan.cases.map(({ id, headline }) => [id, headline]));
  const outcomes = settledOutcomes(run.trials);
  const values = trialValues(run);
  const byCase = new Map<string, Map<number, Map<string, PoolTrial>>>();
  run.trials.forEach((trial, i) => {
    const value = values[i]!.get(headlines.get(trial.caseId) ?? '')?.value;
    if (outcomes[i] !== 'completed' || value === undefined || !(value > 0) || !Number.isFinite(value)) return;
    const blocks = byCase.get(trial.caseId) ?? new Map<number, Map<string, PoolTrial>>();
    byCase.set(trial.caseId, blocks);
    const block = blocks.get(trial.block) ?? new Map<string, PoolTrial>();
    blocks.set(trial.block, block);
    block.set(trial.environmentId, { logValue: Math.log(value), covariates: covariatesOf(trial.values) });
  });
  return new Map([...byCase].map(([id, blocks]) => [id, [...blocks.values()]]));
}

/** Below this a counter in ticks of 10 ms says nothing: added before the logarithm, so that none and one tick are near. */
const TICK_NS = 1e7;

function covariatesOf(values: Readonly<Record<string, number>>): number[] {
  return COVARIATE_NAMES.map((name) => {
    const value = values[name];
    if (value === undefined) return NaN;
    return name.startsWith('spin') ? Math.log(value) : Math.log(value + TICK_NS);
  });
}
