import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { openWorkshop, type Workshop } from '../../src/cli/wire.js';
import { environmentNamed, loadProfiles, loadWorkloads } from '../../src/config/index.js';
import { NATIVE, type Case } from '../../src/model/index.js';
import { makeCases } from '../../src/plan/index.js';
import type { LaunchOutput } from '../../src/process/index.js';

type Cell = string | number;
type Answers = Record<string, Cell[][]>;

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const program = readFileSync(here('../workloads/tpch_answers.py'), 'utf8');
/**
 * The answers that the TPC-H specification publishes for the validation queries at scale factor 1, in the workloads' canonical
 * rows: money to the cent as text, other numbers as such. They were taken from the published answers, not from an engine.
 */
const published = JSON.parse(readFileSync(here('../workloads/tpch-sf1-answers.json'), 'utf8')) as Answers;
const workloads = loadWorkloads([here('../../workloads')]).filter(({ id }) => id.startsWith('tpch-'));
const engines = ['tpch-duckdb', 'tpch-pandas', 'tpch-polars'];

/** The specification's own tolerance is wider; the published cents are rounded from floating point, ours from exact sums. */
const CENT = 0.0101;

function differs(got: Cell | undefined, wanted: Cell): boolean {
  if (got === undefined || typeof got !== typeof wanted) return true;
  if (typeof got === 'number') return Math.abs(got - Number(wanted)) > Math.abs(Number(wanted)) * 1e-9;
  if (/^\d+\.\d\d$/.test(String(wanted))) return !(Math.abs(Number(got) - Number(wanted)) < CENT);
  return got !== wanted;
}

describe('TPC-H in the native sandbox', () => {
  const full = makeCases(workloads, 'full', null);
  const smoke = makeCases(workloads, 'smoke', null);
  let workshop: Workshop;

  beforeAll(async () => {
    const native = environmentNamed(NATIVE, loadProfiles([here('../../profiles')]), []);
    workshop = await openWorkshop([native], [...full, ...smoke], {});
  });

  async function launch(one: Case, command: readonly string[]): Promise<LaunchOutput> {
    const data = one.spec.data.map((name) => ({ source: workshop.dataDirs[name]!, target: `/data/${name}` }));
    const output = await workshop.drivers.get(NATIVE)!.launch({
      id: `tpch-test-${process.pid}`,
      guest: {
        command,
        caseId: one.id,
        params: one.spec.params,
        rootfs: workshop.rootfs,
        mounts: [{ source: one.workload.dir, target: '/workload' }, ...data],
        memoryBytes: one.spec.memoryBytes,
        pids: 512,
      },
      cgroup: null,
      deadlineMs: 120_000,
    });
    expect(output.stderr).toBe('');
    return output;
  }

  it('has one digest for the answers of all engines', async () => {
    const digests: string[][] = [];
    for (const one of smoke) {
      const { events } = await launch(one, one.workload.command);
      digests.push(events.map(({ text }) => text).filter((text) => text.includes('"digest"')));
    }
    expect(digests).toEqual(engines.map(() => [expect.stringMatching(/sha256:[0-9a-f]{64}/)]));
    expect(new Set(digests.flat()).size).toBe(1);
  });

  describe.each(engines)('%s at scale factor 1', (engine) => {
    let answers: Answers;

    beforeAll(async () => {
      const { stdout } = await launch(full.find(({ workload }) => workload.id === engine)!, ['/usr/bin/python3', '-c', program]);
      answers = JSON.parse(stdout) as Answers;
    });

    it.each(Object.keys(published))('has the published answer to %s', (query) => {
      const wanted = published[query]!;
      const got = answers[query] ?? [];
      expect(got.length).toBe(wanted.length);
      const wrong = wanted.filter((row, at) => got[at]?.length !== row.length || row.some((cell, column) => differs(got[at]?.[column], cell)));
      expect(wrong).toEqual([]);
    });
  });
});
