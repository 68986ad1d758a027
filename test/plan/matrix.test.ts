import { describe, expect, it } from 'vitest';
import type { SizeSpec, Workload } from '../../src/model/index.js';
import { makeCases } from '../../src/plan/index.js';

const spec = (n: number): SizeSpec => ({ params: { n }, timeoutMs: 1000, memoryBytes: 1e9, data: [] });
const workload = (id: string): Workload => ({
  id,
  title: id,
  class: 'data',
  description: '',
  dir: `/w/${id}`,
  command: ['/bin/true'],
  headline: 'wall_ns',
  workUnit: null,
  digest: false,
  needs: { modules: [], files: [] },
  sizes: { smoke: spec(1), quick: spec(2), full: spec(3) },
});
const workloads = [workload('tpch-duckdb'), workload('tpch-polars'), workload('flights')];

describe('the cases of a run', () => {
  it('are without those that need a layer, until they are named', () => {
    const all = [...workloads, { ...workload('etl-js'), layer: 'node' as const }];
    expect(makeCases(all, 'quick', null).map(({ workload: { id } }) => id)).not.toContain('etl-js');
    expect(makeCases(all, 'quick', ['etl-js', 'flights']).map(({ id }) => id)).toEqual([
      'flights@quick',
      'etl-js@quick',
    ]);
  });

  it('are all workloads in the size that was asked', () => {
    const cases = makeCases(workloads, 'quick', null);
    expect(cases.map((c) => [c.id, c.spec.params['n']])).toEqual([
      ['tpch-duckdb@quick', 2],
      ['tpch-polars@quick', 2],
      ['flights@quick', 2],
    ]);
  });

  it('are the workloads that were named, once, in the order of the list', () => {
    expect(makeCases(workloads, 'smoke', ['flights', 'tpch-duckdb', 'flights']).map((c) => c.id)).toEqual([
      'tpch-duckdb@smoke',
      'flights@smoke',
    ]);
  });

  it('say what may have been meant by a name that is not there', () => {
    const unknown = () => makeCases(workloads, 'smoke', ['tpch-duckbd']);
    expect(unknown).toThrow(expect.objectContaining({ code: 'unknown-workload', exitCode: 2 }));
    expect(unknown).toThrow(expect.objectContaining({ remedy: expect.stringContaining('"tpch-duckdb"') }));
  });

  it('guess nothing when nothing is near', () => {
    const remedy = expect.not.stringContaining('mean');
    expect(() => makeCases(workloads, 'smoke', ['zzz'])).toThrow(expect.objectContaining({ remedy }));
  });
});
