import { NATIVE, plainId, type RunManifest, type SummaryRow } from '../model/index.js';
import { changePoints } from '../stats/index.js';

/** A run as a history needs it. */
export interface PastRun {
  readonly manifest: RunManifest;
  readonly rows: readonly SummaryRow[];
}

/** One run's ratio in a series. */
export interface HistoryPoint {
  readonly run: string;
  readonly atMs: number;
  readonly ratio: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

/** From a point on, ratios lie elsewhere. */
export interface HistoryChange {
  /** Last run before, and first run after. */
  readonly before: string;
  readonly after: string;
  /** Index of the first point after. */
  readonly index: number;
  /** Medians of the ratios of the two segments beside it. */
  readonly from: number;
  readonly to: number;
  readonly p: number;
  /** What else changed between the two runs: runtime version, seebench version, digests. */
  readonly with: readonly string[];
}

/** Ratios of one case, environment and metric on one host, in the order of time. */
export interface HistorySeries {
  readonly case: string;
  readonly environment: string;
  readonly metric: string;
  /** Id of the fingerprint, and its host for people. */
  readonly fingerprint: string;
  readonly host: string;
  readonly points: readonly HistoryPoint[];
  readonly changes: readonly HistoryChange[];
}

export interface HistoryFilter {
  readonly cases: readonly string[] | null;
  readonly environments: readonly string[] | null;
  /** `null` for each case's headline. */
  readonly metric: string | null;
}

/** A change counts that chance makes in one of a hundred series. */
const SIGNIFICANCE = 0.01;
/** Fewest runs between two changes: one odd run is none. */
const MIN_SEGMENT = 3;

/**
 * Trends of ratios to native over many runs, with change points (E-divisive on logarithms). Absolute times are not looked at, and runs of different
 * hosts are series of their own: a ratio too depends on its host.
 */
export function historyOf(runs: readonly PastRun[], filter: HistoryFilter): HistorySeries[] {
  const ordered = runs.toSorted((a, b) => a.manifest.timing.startedAtMs - b.manifest.timing.startedAtMs);
  const series = new Map<string, { row: SummaryRow; runs: PastRun[]; points: HistoryPoint[] }>();
  for (const run of ordered) {
    const headlines = new Map(run.manifest.plan.cases.map(({ id, headline }) => [id, headline]));
    for (const row of run.rows) {
      if (
        row.environment === NATIVE ||
        plainId(row.environment) !== row.environment ||
        row.ratio === null ||
        !(row.ratio > 0)
      )
        continue;
      if (row.metric !== (filter.metric ?? headlines.get(row.case))) continue;
      if (!(filter.cases?.includes(row.case) ?? true) || !(filter.environments?.includes(row.environment) ?? true))
        continue;
      const key = JSON.stringify([run.manifest.fingerprint.id, row.case, row.environment, row.metric]);
      const own = series.get(key) ?? { row, runs: [], points: [] };
      series.set(key, own);
      own.runs.push(run);
      own.points.push({
        run: run.manifest.id,
        atMs: run.manifest.timing.startedAtMs,
        ratio: row.ratio,
        low: row.ratio_low,
        high: row.ratio_high,
        n: row.n,
      });
    }
  }
  return [...series.values()].map(({ row, runs: own, points }): HistorySeries => {
    const { fingerprint } = own[0]!.manifest;
    return {
      case: row.case,
      environment: row.environment,
      metric: row.metric,
      fingerprint: fingerprint.id,
      host: `${fingerprint.cpuModel}, ${fingerprint.cores} CPUs, Linux ${fingerprint.kernel}`,
      points,
      changes: changesOf(points, own, row.environment),
    };
  });
}

function changesOf(points: readonly HistoryPoint[], runs: readonly PastRun[], environment: string): HistoryChange[] {
  const logs = points.map(({ ratio }) => Math.log(ratio));
  const found = changePoints(logs, { significance: SIGNIFICANCE, minSegment: MIN_SEGMENT, seed: points.length });
  const ends = [0, ...found.map(({ index }) => index), points.length];
  const level = (segment: number): number => {
    const values = logs.slice(ends[segment], ends[segment + 1]).toSorted((a, b) => a - b);
    return Math.exp((values[(values.length - 1) >> 1]! + values[values.length >> 1]!) / 2);
  };
  return found.map(({ index, p }, i) => ({
    before: points[index - 1]!.run,
    after: points[index]!.run,
    index,
    from: level(i),
    to: level(i + 1),
    p,
    with: whatChanged(runs[index - 1]!.manifest, runs[index]!.manifest, environment),
  }));
}

function whatChanged(before: RunManifest, after: RunManifest, environment: string): string[] {
  const version = (manifest: RunManifest): string | null =>
    manifest.environments.find(({ id }) => id === environment)?.version ?? null;
  const digests = Object.keys(after.digests).filter(
    (name) =>
      !name.startsWith('runtime/') &&
      before.digests[name] !== undefined &&
      before.digests[name] !== after.digests[name],
  );
  return [
    ...(version(before) === version(after)
      ? []
      : [`${environment}: ${version(before) ?? 'unknown'} → ${version(after) ?? 'unknown'}`]),
    ...(before.seebenchVersion === after.seebenchVersion
      ? []
      : [`seebench ${before.seebenchVersion} → ${after.seebenchVersion}`]),
    ...digests.map((name) => `digest of ${name}`),
  ];
}
