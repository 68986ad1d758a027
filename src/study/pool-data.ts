import { NATIVE, plainId, slowedId, twinOf, type Better, type Injection, type RunData } from '../model/index.js';
import { comparedBlocks, type ComparedBlock } from '../stats/index.js';

/** What a pool holds of one case in one environment. */
export interface PoolSeries {
  readonly caseId: string;
  readonly environment: string;
  readonly metric: string;
  readonly better: Better;
  /** Blocks in which both the environment and its identical twin completed. */
  readonly blocks: readonly ComparedBlock[];
  /** Slowdowns that this case has in this environment, by environment id. */
  readonly slowed: Readonly<Record<string, Injection>>;
}

/** Series of a pool: each case with each environment that has a twin in it, native included. */
export function poolSeries(run: RunData): PoolSeries[] {
  const { pool, cases } = run.manifest.plan;
  const headlines = new Map(cases.map(({ id, headline }) => [id, headline]));
  const blocks = comparedBlocks(run, (id) => headlines.get(id) ?? null);
  return cases.flatMap((info) => {
    const ofCase = [...(blocks.get(info.id)?.values() ?? [])].map(completedOf);
    const environments = [...new Set([NATIVE, ...ofCase.flatMap((block) => [...block.keys()].map(plainId))])];
    return environments.flatMap((environment) => {
      const twins = ofCase.filter((block) => block.has(environment) && block.has(twinOf(environment)));
      if (twins.length === 0) return [];
      const added = Object.entries(pool?.injections[info.id] ?? {});
      const slowed = Object.fromEntries(added.filter(([id, one]) => id === slowedId(environment, one)));
      return [
        { caseId: info.id, environment, metric: info.headline, better: info.headlineBetter, blocks: twins, slowed },
      ];
    });
  });
}

/** 1 where larger values are slower, −1 where they are faster. */
export function slowerSign({ better }: Pick<PoolSeries, 'better'>): 1 | -1 {
  return better === 'lower' ? 1 : -1;
}

function completedOf(block: ComparedBlock): ComparedBlock {
  return new Map([...block].filter(([, trial]) => trial.outcome === 'completed' && trial.logValue !== null));
}
