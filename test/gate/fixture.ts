import { policySchema } from '../../src/config/index.js';
import { NATIVE, twinOf, type OutcomeKind, type Policy, type RunData, type Trial } from '../../src/model/index.js';
import { manifest, trial } from '../store/fixture.js';

export const POLICY: Policy = policySchema.parse({});

/** What one trial is: its `wall_ns`, or how it ended instead; nothing for a trial that was never made. */
export type Cell = number | Exclude<OutcomeKind, 'completed' | 'mismatched'> | null;

/** A finished run of `true@smoke` from columns: by environment one cell a block. */
export function runOf(
  columns: Readonly<Record<string, readonly Cell[]>>,
  change: Partial<RunData['manifest']> = {},
): RunData {
  const ids = Object.keys(columns);
  const base = manifest();
  const environments = ids.map((id) => ({ ...base.environments[0]!, id }));
  const trials = ids.flatMap((environmentId, position) =>
    columns[environmentId]!.flatMap((cell, block): Trial[] => {
      if (cell === null) return [];
      const outcome =
        typeof cell === 'number'
          ? { kind: 'completed' }
          : { kind: cell, reason: 'because', exitCode: 1, signal: 'SIGKILL', afterMs: 1, limitBytes: 1 };
      return [
        {
          ...trial(block * ids.length + position),
          id: `${block}--${environmentId}`,
          block,
          position,
          environmentId,
          outcome: outcome as Trial['outcome'],
          values: typeof cell === 'number' ? { wall_ns: cell } : {},
          samples: [],
          digest: null,
        },
      ];
    }),
  );
  const samples = {
    length: 0,
    trialIndex: new Int32Array(),
    codes: new Int32Array(),
    metrics: [],
    units: [],
    iteration: new Int32Array(),
    value: new Float64Array(),
  };
  return {
    manifest: {
      ...base,
      state: { kind: 'complete', finishedAtMs: 1 },
      environments,
      plan: { ...base.plan, environments: ids },
      ...change,
    },
    trials,
    samples,
  };
}

/** `n` values around `center`, with a spread of 3 % that repeats. */
export function around(center: number, n: number, seed = 0): number[] {
  return Array.from({ length: n }, (_, i) => center * Math.exp(0.03 * Math.sin(12.9898 * (i + 1) + seed)));
}

/** Native, its twin, and two sides of which the candidate takes `factor` as long. */
export function twoSides(factor: number, n = 30): Record<string, number[]> {
  return {
    [NATIVE]: around(1e7, n, 1),
    [twinOf(NATIVE)]: around(1e7, n, 2),
    a: around(2e7, n, 3),
    b: around(2e7 * factor, n, 4),
  };
}
