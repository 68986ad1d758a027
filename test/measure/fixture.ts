import type { Case, TrialKey, Workload } from '../../src/model/index.js';

/** A workload that needs nothing but a digest. */
export function workload(change: Partial<Workload> = {}): Workload {
  const size = { params: { n: 1 }, timeoutMs: 5000, memoryBytes: 2 ** 30, data: [] };
  return {
    id: 'sum',
    title: 'Sum',
    class: 'data',
    description: 'Adds numbers.',
    dir: '/package/workloads/sum',
    command: ['/usr/bin/python3', '/workload/main.py'],
    headline: 'iteration_ns',
    workUnit: 'rows',
    digest: true,
    needs: { modules: [], files: [] },
    sizes: { smoke: size, quick: size, full: size },
    ...change,
  };
}

export function caseOf(one: Workload): Case {
  return { id: `${one.id}@smoke`, workload: one, size: 'smoke', spec: one.sizes.smoke };
}

export function key(change: Partial<TrialKey> = {}): TrialKey {
  return {
    id: '0--sum@smoke--native',
    sequence: 0,
    block: 0,
    position: 0,
    caseId: 'sum@smoke',
    environmentId: 'native',
    ...change,
  };
}
