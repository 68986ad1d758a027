import {
  MEMORY_VIEWS,
  NATIVE,
  type DensityHost,
  type DensitySamples,
  type Bounded,
  type IdleClimb,
  type IdleLook,
  type IdleRow,
  type MemoryView,
  type NeighbourSlowdown,
  type WorkRow,
  type WorkShare,
  type WorkWindow,
} from '../model/index.js';
import { median, pairedShift, quantile } from '../stats/index.js';

const CONFIDENCE = 0.95;

const OF_LOOK: Readonly<Record<MemoryView, (look: IdleLook) => number | null>> = {
  pss: (look) => look.pssBytes,
  cgroup: (look) => look.cgroupBytes,
  host: (look) => look.hostBytes,
};

/** An iteration that was told of; times in nanoseconds, its end on the host's monotonic clock. */
export interface DoneIteration {
  readonly endNs: number;
  readonly ns: number;
  readonly work: number | null;
}

/**
 * What a sandbox did between two moments: an iteration that reaches over one of them counts by the part of its time that lies between.
 * So neither long iterations nor the moment chosen favour anyone.
 */
export function shareOf(name: string, done: readonly DoneIteration[], fromNs: number, toNs: number): WorkShare {
  const share = { iterations: 0, work: 0, iterationNs: [] as number[] };
  for (const { endNs, ns, work } of done) {
    const inside = Math.min(endNs, toNs) - Math.max(endNs - ns, fromNs);
    if (inside <= 0 || ns <= 0) continue;
    share.iterations += inside / ns;
    share.work += (inside / ns) * (work ?? 1);
    if (endNs > fromNs && endNs <= toNs) share.iterationNs.push(Math.round(ns));
  }
  return { case: name, ...share };
}

/**
 * What one more takes: the slope of a line whose steps are the values, by Hodges and Lehmann's estimate of a step, with the interval of
 * Wilcoxon's signed ranks. Sums over sandboxes keep each sandbox's own deviation for all later looks, so that their residuals from a
 * fitted line depend on each other; their steps do not.
 */
export function slopeOf(sums: readonly number[]): Bounded | null {
  const steps = sums.slice(1).map((sum, i) => sum - sums[i]!);
  const { estimate, low, high } = pairedShift(steps, CONFIDENCE);
  return estimate === null ? null : { value: estimate, low, high };
}

/** Memory of idle sandboxes by environment, in the order of the climbs. Pure. */
export function idleRows(climbs: readonly IdleClimb[], host: DensityHost): IdleRow[] {
  const rows = climbs.map(({ environment, looks, settledMs, stop }): IdleRow => {
    const series = (view: MemoryView): number[] | null => {
      const values = looks.map(OF_LOOK[view]);
      return values.every((value) => value !== null) ? values : null;
    };
    const of = <T>(value: (sums: readonly number[]) => T | null): Record<MemoryView, T | null> => {
      const entries = MEMORY_VIEWS.map((view) => [view, value(series(view) ?? [])] as const);
      return Object.fromEntries(entries) as Record<MemoryView, T | null>;
    };
    // The first one brings what the others share, so it is no step of the line.
    const marginal = of((sums) => slopeOf(sums.slice(1)));
    // MemAvailable moves with all that the host does; the charge is the sandbox's own.
    const each = (marginal.cgroup ?? marginal.pss)?.value ?? 0;
    const free = host.availableBytes - host.reserveBytes;
    return {
      environment,
      n: looks.length - 1,
      first: of((sums) => (sums.length < 2 ? null : sums[1]! - sums[0]!)),
      marginal,
      overNative: null,
      commandBytes: median(looks.slice(1).map(({ commandBytes, n }) => commandBytes / n)),
      room: each > 0 ? Math.max(0, Math.floor(free / each)) : null,
      settledMs: median(settledMs),
      stop,
    };
  });
  const native = rows.find(({ environment }) => environment === NATIVE)?.marginal.pss?.value;
  return rows.map((row) => {
    const own = row.marginal.pss?.value;
    return { ...row, overNative: own === undefined || !native || native <= 0 ? null : own / native };
  });
}

/** Jain's index of fairness (Jain, Chiu & Hawe, DEC-TR-301, 1984); `null` where nobody got anything. */
export function jain(values: readonly number[]): number | null {
  const sum = values.reduce((all, value) => all + value, 0);
  const squares = values.reduce((all, value) => all + value * value, 0);
  return squares === 0 ? null : (sum * sum) / (values.length * squares);
}

const rate = ({ shares, windowMs }: WorkWindow): number =>
  (1000 * shares.reduce((sum, { work }) => sum + work, 0)) / windowMs;

/** Figures that have a partner in the same round, as one ratio with its interval; `null` where none has. */
function paired(logs: readonly number[]): Bounded | null {
  const { estimate, low, high } = pairedShift(logs.filter(Number.isFinite), CONFIDENCE);
  const exp = (value: number | null): number | null => (value === null ? null : Math.exp(value));
  return estimate === null ? null : { value: Math.exp(estimate), low: exp(low), high: exp(high) };
}

/** Windows of the same case, environment and number together, native's first. */
function byPlace(windows: readonly WorkWindow[]): WorkWindow[][] {
  const places = new Map<string, WorkWindow[]>();
  for (const window of windows) {
    const place = JSON.stringify([window.case, window.environment, window.n]);
    places.set(place, [...(places.get(place) ?? []), window]);
  }
  return [...places.values()].toSorted(
    ([a], [b]) => Number(b!.environment === NATIVE) - Number(a!.environment === NATIVE),
  );
}

/**
 * Throughput, latency and fairness of sandboxes that do the same at once, ratios taken inside a round. Pure.
 * @param unitOf unit of a case's work
 */
export function workRows(windows: readonly WorkWindow[], unitOf: (name: string) => string | null): WorkRow[] {
  const alike = windows.filter(({ kind }) => kind === 'alike');
  return byPlace(alike).map((own): WorkRow => {
    const { case: name, environment, n } = own[0]!;
    const over = (partner: number): Bounded | null =>
      paired(
        own.flatMap((window) => {
          const native = alike.find(
            (it) => it.round === window.round && it.case === name && it.environment === NATIVE && it.n === partner,
          );
          return native === undefined ? [] : [Math.log(rate(window) / rate(native))];
        }),
      );
    const times = own.flatMap(({ shares }) => shares.flatMap(({ iterationNs }) => iterationNs));
    const evenness = own.flatMap(({ shares }) => jain(shares.map(({ work }) => work)) ?? []);
    return {
      case: name,
      environment,
      n,
      rounds: own.length,
      throughput: median(own.map(rate))!,
      unit: unitOf(name) ?? 'iterations',
      ratio: over(1),
      overNative: over(n),
      p50Ns: quantile(times, 0.5),
      p95Ns: quantile(times, 0.95),
      jain: median(evenness) ?? 0,
    };
  });
}

/** What a steady sandbox does alone over what it does beside noisy ones, inside a round. Pure. */
export function neighbourRows({ windows }: Pick<DensitySamples, 'windows'>, cpus: number): NeighbourSlowdown[] {
  const beside = windows.filter(({ kind }) => kind === 'neighbour');
  return byPlace(beside).flatMap((own): NeighbourSlowdown[] => {
    const { environment, case: steady, n, shares } = own[0]!;
    const logs = own.flatMap(({ round, shares: [first] }) => {
      const alone = windows.find(
        (it) =>
          it.kind === 'alike' &&
          it.n === 1 &&
          it.round === round &&
          it.case === steady &&
          it.environment === environment,
      );
      return alone === undefined ? [] : [Math.log(alone.shares[0]!.work / first!.work)];
    });
    const slowdown = paired(logs);
    if (slowdown === null) return [];
    const noisy = shares[1]!.case;
    return [{ environment, steady, noisy, n, rounds: logs.length, slowdown, evenShare: Math.max(1, n / cpus) }];
  });
}
