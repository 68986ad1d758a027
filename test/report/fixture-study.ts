import { INJECTION_KINDS, type Certificate, type PowerPoint, type VarianceRow } from '../../src/model/index.js';
import type { HistorySeries } from '../../src/study/index.js';
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
