import { describe, expect, it } from 'vitest';
import { NATIVE, type Case, type Outcome, type VmaLook, type VmaSeries } from '../../src/model/index.js';
import { mostOf, vmasResult } from '../../src/study/index.js';
import { record } from '../report/fixture-manifest.js';

const OLD = 'gvisor-systrap@v0.0.0-20240722211153-64c016c92987';
const spec = { params: { lists: 100 }, timeoutMs: 1000, memoryBytes: 2 ** 30, data: [] };
const one: Case = {
  id: 'list-append@full',
  size: 'full',
  spec,
  workload: {
    id: 'list-append',
    title: 'List append',
    class: 'system',
    description: '',
    dir: '/nowhere',
    command: ['true'],
    headline: 'iteration_ns',
    workUnit: 'lists',
    digest: true,
    needs: { modules: [], files: [] },
    sizes: { smoke: spec, quick: spec, full: spec },
  },
};

const look = (atMs: number, vmas: VmaLook['vmas'], bytes: number | null = 1000): VmaLook => ({
  atMs,
  done: null,
  bytes,
  vmas,
});
const series = (
  environment: string,
  looks: readonly VmaLook[],
  block = 0,
  outcome: Outcome = { kind: 'completed' },
): VmaSeries => ({ environment, block, outcome, wallMs: 1000, looks, looking: 0.01 });

const resultOf = (all: readonly VmaSeries[]) =>
  vmasResult({
    run: 'r',
    one,
    seed: 1,
    command: 'seebench vmas',
    maxMapCount: 65_530,
    environments: [NATIVE, OLD, 'gvisor-systrap'].map(record),
    series: all,
  });

describe('mappings over time', () => {
  it('peak in the process that has most, by the median of the trials', () => {
    const { peaks } = resultOf([
      series(NATIVE, [look(1, { guest: 90 }), look(2, { guest: 107 }), look(3, { guest: 50 })]),
      ...[4000, 4731, 5000].map((stub, block) => series(OLD, [look(1, { stub, sentry: 200 }, 7e9)], block)),
    ]);
    expect(peaks).toEqual([
      { environment: NATIVE, role: 'guest', vmas: 107, byRole: { guest: 107 }, n: 1, peakBytes: 1000 },
      { environment: OLD, role: 'stub', vmas: 4731, byRole: { stub: 4731, sentry: 200 }, n: 3, peakBytes: 7e9 },
    ]);
    expect(mostOf(look(1, {}))).toBe(0);
  });

  it('are said against native and against the host’s limit, most first', () => {
    const { findings, published } = resultOf([
      series('gvisor-systrap', [look(1, { sentry: 314, stub: 300 })]),
      series(NATIVE, [look(1, { guest: 107 })]),
      series(OLD, [look(1, { stub: 4731 })]),
    ]);
    expect(findings).toEqual([
      'Natively the program has 107 memory mappings at most.',
      'In gVisor on systrap, 2024-07-22 the host has 4,731 for it (the stub that holds the program’s address space), 44.2 times as many, 7.2 % of this host’s vm.max_map_count.',
      'In gVisor on systrap, 2026-09-05 the host has 314 for it (the sentry), 2.93 times as many, 0.48 % of this host’s vm.max_map_count.',
    ]);
    expect(published.map(({ vmas }) => vmas)).toEqual([70_000, 100]);
  });

  it('of a trial that did not complete are no peak, and its end is told', () => {
    const killed: Outcome = { kind: 'oom-killed', limitBytes: 1, reason: 'out of memory' };
    const { peaks, findings } = resultOf([series(OLD, [look(1, { stub: 65_530 })], 0, killed)]);
    expect(peaks).toEqual([]);
    expect(findings).toEqual(['Block 1 in gVisor on systrap, 2024-07-22 ended oom-killed: out of memory.']);
  });

  it('have no published figures beside them for another program', () => {
    const other = { ...one, workload: { ...one.workload, id: 'constructor' } };
    expect(
      vmasResult({
        run: 'r',
        one: other,
        seed: 1,
        command: '',
        maxMapCount: null,
        environments: [],
        series: [],
      }).published,
    ).toEqual([]);
  });
});
