import {
  INJECTION_KINDS,
  type Certificate,
  type DensityResult,
  type DensitySamples,
  type IdleClimb,
  type PowerPoint,
  type VarianceRow,
  type WorkShare,
  type WorkWindow,
} from '../../src/model/index.js';
import { densityFindings, idleRows, neighbourRows, workRows, type HistorySeries } from '../../src/study/index.js';
import { certificate } from '../store/fixture.js';

/** Names as nobody should choose them: markup, quotes, formulas, very long words. */
export const NASTY = [
  '<script>window.pwned=1</script>',
  '"><img src=x onerror=window.pwned=1>',
  "=cmd|' /C calc'!A0",
  'x'.repeat(400),
  'right\u202eleft\u0000',
] as const;

const rate = (value: number) => ({ value, low: Math.max(0, value - 0.06), high: Math.min(1, value + 0.06) });

/** Power that grows with slowdown and blocks. */
export function powerOf(caseId: string, environment: string, scale = 1): PowerPoint[] {
  return INJECTION_KINDS.flatMap((kind) =>
    [0.02, 0.03, 0.05, 0.1, 0.2].flatMap((slowdown) =>
      (kind === 'cpu' ? [10, 20, 27, 40] : [40]).map((blocks): PowerPoint => ({
        kind,
        case: caseId,
        environment,
        slowdown,
        achieved: slowdown * 0.97,
        blocks,
        ...rate(Math.min(1, scale * slowdown * Math.sqrt(blocks) * 3)),
      })),
    ),
  );
}

/** A certificate with all that one can have, of these cases and environments. */
export function fullCertificate(
  cases: readonly string[] = ['jsonl-ingest@quick', 'syscalls@quick'],
  environments: readonly string[] = ['native', 'gvisor-systrap'],
): Certificate {
  const [slowed] = cases;
  const power = powerOf(slowed!, environments.at(-1)!);
  const series = cases.flatMap((id) => environments.map((environment) => ({ case: id, environment })));
  return certificate({
    falsePositives: series.map((one) => ({ ...one, ...rate(0.01), blocks: 60, comparisons: 1000 })),
    power,
    otherRules: ['benchstat', 'asv', 'mean +10 %'].map((rule, i) => ({
      rule,
      definition: `${rule} as it is`,
      falsePositiveRate: rate(0.05 / (i + 1)),
      power: power.map((it) => ({ ...it, ...rate(it.value * 0.8) })),
      powerAtSameRate: power.map((it) => ({ ...it, ...rate(it.value * 0.5) })),
    })),
    modeShift: series.flatMap((one) =>
      [0.1, 0.2, 0.4].flatMap((shift) =>
        [10, 20, 40, 80].map((blocks) => ({
          ...one,
          shift,
          blocks,
          gate: rate(Math.min(1, shift * Math.sqrt(blocks) * 0.4)),
          medians: rate(0.05),
        })),
      ),
    ),
    variance: series.flatMap((one) =>
      ['medians, no blocks', 'medians in blocks', 'iteration by iteration', 'and spin_ns'].map(
        (method, i): VarianceRow => ({ ...one, method, n: 60, sd: 0.1 / (i + 1), width: 1 / (i + 1) }),
      ),
    ),
  });
}

/** A series with a step in its middle. */
export function historySeries(change: Partial<HistorySeries> = {}, runs = 12): HistorySeries {
  const at = (i: number): string => `run-${i}`;
  const middle = runs >> 1;
  const points = Array.from({ length: runs }, (_, i) => {
    const ratio = (i < middle ? 1.5 : 1.8) * (1 + 0.01 * Math.sin(i));
    return {
      run: at(i),
      atMs: Date.UTC(2026, 0, 1 + i),
      ratio,
      low: i === 2 ? null : ratio * 0.95,
      high: ratio * 1.05,
      n: 8,
    };
  });
  return {
    case: 'tpch-duckdb@quick',
    environment: 'gvisor-systrap',
    metric: 'iteration_ns',
    fingerprint: 'sha256:0',
    host: 'Some CPU, 2 CPUs, Linux 6.1.0',
    points,
    changes: [
      {
        before: at(middle - 1),
        after: at(middle),
        index: middle,
        from: 1.5,
        to: 1.8,
        p: 0.002,
        with: ['gvisor-systrap: release-1 → release-2'],
      },
    ],
    ...change,
  };
}

/** A study of density with slopes of 100 MiB and more, and shares that are nearly even. */
export function densityStudy(
  environments: readonly string[] = ['native', 'gvisor-systrap', 'gvisor-systrap-tuned'],
  cases: readonly [string, string] = ['jsonl-ingest@smoke', 'small-files@smoke'],
): { result: DensityResult; samples: DensitySamples } {
  const mib = 2 ** 20;
  const idle = environments.map((environment, e): IdleClimb => ({
    environment,
    settledMs: Array<number>(8).fill(1500 + 500 * e),
    stop: { kind: e === 0 ? 'most' : 'time', reason: 'its share of the time budget was spent', at: 8 },
    looks: Array.from({ length: 9 }, (_, n) => ({
      n,
      pssBytes: n * (100 + 20 * e) * mib,
      commandBytes: 8 * n * mib,
      cgroupBytes: n * (104 + 20 * e) * mib,
      hostBytes: (n * (110 + 20 * e) - (n % 3)) * mib,
    })),
  }));
  const share = (name: string, work: number): WorkShare => ({
    case: name,
    iterations: work,
    work,
    iterationNs: [1e7 / work, 1.2e7 / work, 2e7 / work],
  });
  const windows = [0, 1].flatMap((round) =>
    cases.flatMap((name, c) =>
      [1, 2, 4].flatMap((n) =>
        environments.flatMap((environment, e): WorkWindow[] => {
          const work = (i: number): number => (10 + round + i) / (1 + e + Math.max(1, n / 2));
          const window = { round, environment, case: name, n, windowMs: 2000 };
          const others = Array.from({ length: n - 1 }, (_, i) => i + 1);
          const alike = [share(name, work(0)), ...others.map((i) => share(name, work(i)))];
          const beside = [share(name, work(0)), ...others.map((i) => share(cases[1], work(i)))];
          return [
            { ...window, kind: 'alike', shares: alike },
            ...(c === 0 && n > 1 ? [{ ...window, kind: 'neighbour' as const, shares: beside }] : []),
          ];
        }),
      ),
    ),
  );
  const samples: DensitySamples = { schemaVersion: 1, run: 'run-1', idle, windows, stops: [] };
  const host = {
    ...{ cpus: 2, totalBytes: 8192 * mib, availableBytes: 7000 * mib, reserveBytes: 2048 * mib, mostPressure: 5 },
  };
  const facts = {
    ...{ schemaVersion: 1, run: 'run-1', seed: 1, interrupted: false, environments: [], host },
    idleCase: cases[0],
    workCases: cases,
    idle: idleRows(idle, host),
    working: workRows(windows, () => 'MB'),
    neighbours: neighbourRows(samples, 2),
    stops: [],
  };
  return { result: { ...facts, findings: densityFindings(facts) }, samples };
}
