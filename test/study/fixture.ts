import { NATIVE, slowedId, twinOf, type Better, type Injection, type RunData } from '../../src/model/index.js';
import type { PastRun } from '../../src/study/index.js';
import { rng } from '../../src/stats/index.js';
import { runOf, type Cell } from '../gate/fixture.js';
import { normal } from '../stats/simulate.js';
import { manifest, summaryRow } from '../store/fixture.js';

export const CASE = 'true@smoke';
export const GVISOR = 'gvisor-systrap';

/** `n` launches around `center`, log-normal with this standard deviation. */
export function launches(n: number, center: number, sd: number, seed: string): number[] {
  const random = rng(seed);
  return Array.from({ length: n }, () => center * Math.exp(sd * normal(random)));
}

export interface PoolShape {
  readonly blocks: number;
  readonly sd: number;
  /** CPU work that is added, as shares of the headline: the launches really take so much longer. */
  readonly slowdowns?: readonly number[];
  /** Really reached, where it is not what was asked. */
  readonly reached?: number;
  readonly seed?: string;
}

/** Columns of a pool of one case: native and gVisor with their twins, and gVisor slowed down. */
export function poolColumns({ blocks, sd, slowdowns = [], reached, seed = 's' }: PoolShape): Record<string, Cell[]> {
  const of = (id: string, center: number): [string, Cell[]] => [id, launches(blocks, center, sd, `${seed}/${id}`)];
  return Object.fromEntries([
    of(NATIVE, 1e7),
    of(twinOf(NATIVE), 1e7),
    of(GVISOR, 2e7),
    of(twinOf(GVISOR), 2e7),
    ...slowdowns.map((slowdown) => of(slowedId(GVISOR, { kind: 'cpu', slowdown }), 2e7 * (1 + (reached ?? slowdown)))),
  ]);
}

/** A pool from columns (times, or where more is better throughputs): what is slowed down in it is told by the names of its environments. */
export function poolOf(columns: Readonly<Record<string, readonly Cell[]>>, better: Better = 'lower'): RunData {
  const injections = Object.keys(columns).flatMap((id): [string, Injection][] => {
    const percent = /\+cpu(\d+)$/.exec(id)?.[1];
    return percent === undefined ? [] : [[id, { kind: 'cpu', slowdown: Number(percent) / 100, units: 1 }]];
  });
  const { plan } = manifest();
  const environments = Object.keys(columns);
  return runOf(columns, {
    plan: {
      ...plan,
      cases: plan.cases.map((it) => ({ ...it, headlineBetter: better })),
      environments,
      pool: {
        arms: { [CASE]: [environments] },
        injections: { [CASE]: Object.fromEntries(injections) },
        shares: { [CASE]: 1 },
      },
    },
  });
}

/** A finished run with one ratio, on a day of its own. */
export function pastRun(shape: {
  readonly at: number;
  readonly ratio: number;
  readonly fingerprint?: string;
  readonly version?: string | null;
  readonly seebenchVersion?: string;
  readonly digests?: Readonly<Record<string, string>>;
}): PastRun {
  const { at, ratio, fingerprint = 'sha256:0', version = null, seebenchVersion = '0.1.0', digests = {} } = shape;
  const base = manifest();
  return {
    manifest: {
      ...base,
      id: `run-${at}`,
      seebenchVersion,
      digests,
      fingerprint: { ...base.fingerprint, id: fingerprint },
      environments: base.environments.map((it) => (it.id === GVISOR ? { ...it, version } : it)),
      timing: { ...base.timing, startedAtMs: Date.UTC(2026, 0, 1) + at * 86_400_000 },
    },
    rows: [summaryRow({ ratio, ratio_low: ratio * 0.95, ratio_high: ratio * 1.05 })],
  };
}
