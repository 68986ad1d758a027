import type { CliffResult, Estimate, TuneResult } from '../../src/model/index.js';

const estimate = (ratio: number, n = 8): Estimate =>
  n < 6 ? { ratio, low: null, high: null, n } : { ratio, low: ratio * 0.9, high: ratio * 1.1, n };

/** What tune found, with settings, environments and profiles of these names. */
export function tuneFixture(names: readonly string[] = ['openmp-passive', 'no-fast-path', 'keep-heap']): TuneResult {
  const [base, tuned] = ['gvisor-systrap', 'gvisor-systrap-tuned'];
  const standing = (settings: readonly string[], ratio: number, kept: boolean, failed = false) => ({
    environment: `${base}-c${settings.length}`,
    settings,
    ratio,
    low: ratio * 0.97,
    high: ratio * 1.03,
    n: 4,
    failed,
    kept,
  });
  return {
    schemaVersion: 1,
    run: 'run-1',
    base,
    tuned,
    settings: (['all', 'ml'] as const).flatMap((name) =>
      names.flatMap((id, i) =>
        (['alone', 'left-out'] as const).map((kind) => ({
          id,
          kind,
          value: `${id}=1`,
          class: name,
          ...estimate(0.7 + i / 5, kind === 'alone' ? 8 : 3),
          adjustedP: 0.01,
          cases: 3,
          isolation: 'same' as const,
        })),
      ),
    ),
    profiles: [],
    search: [
      {
        class: 'ml',
        rung: 0,
        run: 'r2',
        standings: [
          standing(names, 0.6, true),
          standing(names.slice(0, 1), 0.7, true),
          standing(names.slice(1), 0.9, false, true),
        ],
      },
      {
        class: 'ml',
        rung: 1,
        run: 'r3',
        standings: [standing(names, 0.62, true), standing(names.slice(0, 1), 0.72, false)],
      },
    ],
    beyondNative: names.map((setting) => ({
      class: 'all',
      environment: `${base}-with-${setting}`,
      control: `native-with-${setting}`,
      setting,
      gvisor: estimate(0.7),
      native: estimate(1.05),
      beyond: estimate(0.67),
      cases: 3,
    })),
    leftOut: [],
    checked: [{ class: 'ml', environment: `${base}-found`, baseline: base, ...estimate(0.65), cases: 3 }],
    checkedBy: 'r4',
    findings: names.map((name) => `${name} helps.`),
  };
}

/** A sweep with a cliff where there are as many threads as CPUs. */
export function cliffFixture(names: readonly string[] = ['gvisor-systrap', 'gvisor-ptrace']): CliffResult {
  const cells = names.flatMap((environment) =>
    [1, 2].flatMap((cpus) =>
      [1, 2, 3, 4].map((threads) => {
        const ratio = threads === cpus && cpus > 1 ? 5 : 1.3;
        return { environment, threads, cpus, ...estimate(ratio), nativeNs: 1e8, ns: ratio * 1e8 };
      }),
    ),
  );
  const place = { threads: 2, cpus: 2 };
  return {
    schemaVersion: 1,
    run: 'run-1',
    settingsRun: 'run-2',
    workload: 'lightgbm-train',
    title: 'LightGBM training',
    cells,
    cliffs: names.map((environment) => ({
      environment,
      ...place,
      from: { threads: 1, cpus: 2 },
      ...estimate(3.8),
      overhead: 5,
      before: 1.3,
    })),
    settings: names.flatMap((environment) =>
      ['openmp-passive', 'no-fast-path', ...names].map((setting, i) => ({
        environment,
        ...place,
        setting,
        value: `${setting}=1`,
        overNative: estimate(1.5 + i),
        overDefault: estimate(0.3 + i / 4, i === 1 ? 3 : 8),
        avoids: i === 0,
      })),
    ),
    problems: [],
    findings: names.map((name) => `${name} has a cliff.`),
  };
}
