import {
  INJECTION_KINDS,
  NATIVE,
  slowedId,
  twinOf,
  type Injection,
  type InjectionKind,
  type PoolRecord,
} from '../model/index.js';

/** Slowdowns that a certificate is made for. */
const SLOWDOWNS: readonly number[] = [0.02, 0.03, 0.05, 0.1, 0.2];

/** These stand in every block of a case that is slowed down, the others by turns of two: a block must stay short. */
const ALWAYS: readonly Pick<Injection, 'kind' | 'slowdown'>[] = [
  { kind: 'cpu', slowdown: 0.05 },
  { kind: 'cpu', slowdown: 0.1 },
];
const BY_TURNS = 2;
/** A case that is slowed down has so many more environments, and the finest figures come from it. */
const SLOWED_SHARE = 3;

/** What a case's trials took before anything was added, and what a unit of added work takes there: a pilot's medians. */
export interface PilotCase {
  readonly headlineNs: number;
  readonly unitNs: Readonly<Record<InjectionKind, number>>;
}

/** What a pool is made of. */
export interface PoolInput {
  readonly cases: readonly string[];
  /** Environments other than native. */
  readonly environments: readonly string[];
  /** By case that is slowed down and environment. */
  readonly pilots: Readonly<Record<string, Readonly<Record<string, PilotCase>>>>;
}

/**
 * The pool of a certificate: for every case native, and each environment with its identical twin; for those that are slowed
 * down, every kind and size of slowdown too. Amounts are units of work, from the pilot.
 */
export function makePool({ cases, environments, pilots }: PoolInput): PoolRecord {
  const arms: Record<string, string[][]> = {};
  const injections: Record<string, Record<string, Injection>> = {};
  const shares: Record<string, number> = {};
  for (const caseId of cases) {
    const pilot = pilots[caseId];
    shares[caseId] = pilot ? SLOWED_SHARE : 1;
    if (!pilot) {
      arms[caseId] = [[NATIVE, twinOf(NATIVE), ...environments.flatMap((id) => [id, twinOf(id)])]];
      continue;
    }
    const all = INJECTION_KINDS.flatMap((kind) => SLOWDOWNS.map((slowdown) => ({ kind, slowdown })));
    const turning = all.filter((one) => !ALWAYS.some((it) => it.kind === one.kind && it.slowdown === one.slowdown));
    const added = Object.entries(pilot).flatMap(([id, measured]) =>
      all.map((one) => [slowedId(id, one), { ...one, units: unitsFor(one, measured) }] as const),
    );
    injections[caseId] = Object.fromEntries(added);
    // One environment a turn, so that its plain trials stand close to its slow ones.
    arms[caseId] = Object.keys(pilot).flatMap((id) =>
      chunks(turning, BY_TURNS).map((turn) => [
        NATIVE,
        id,
        twinOf(id),
        ...[...ALWAYS, ...turn].map((one) => slowedId(id, one)),
      ]),
    );
  }
  return { arms, injections, shares };
}

function unitsFor({ kind, slowdown }: Pick<Injection, 'kind' | 'slowdown'>, pilot: PilotCase): number {
  return Math.max(1, Math.round((slowdown * pilot.headlineNs) / pilot.unitNs[kind]));
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
