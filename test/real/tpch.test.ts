import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { casesOf, openNative } from './native.js';

type Cell = string | number;
type Answers = Record<string, Cell[][]>;

const read = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../workloads/${name}`, import.meta.url)), 'utf8');
const program = read('tpch_answers.py');
/**
 * The answers that the TPC-H specification publishes for the validation queries at scale factor 1, in the workloads' canonical
 * rows: money to the cent as text, other numbers as such. They were taken from the published answers, not from an engine.
 */
const published = JSON.parse(read('tpch-sf1-answers.json')) as Answers;
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
  const full = casesOf('tpch-', 'full');
  const smoke = casesOf('tpch-', 'smoke');
  let launch: Awaited<ReturnType<typeof openNative>>;

  beforeAll(async () => {
    launch = await openNative([...full, ...smoke]);
  });

  it('has one digest for the answers of all engines', async () => {
    const digests: string[][] = [];
    for (const one of smoke) {
      const { events, stderr } = await launch(one, one.workload.command);
      expect(stderr).toBe('');
      digests.push(events.map(({ text }) => text).filter((text) => text.includes('"digest"')));
    }
    expect(digests).toEqual(engines.map(() => [expect.stringMatching(/sha256:[0-9a-f]{64}/)]));
    expect(new Set(digests.flat()).size).toBe(1);
  });

  describe.each(engines)('%s at scale factor 1', (engine) => {
    let answers: Answers;

    beforeAll(async () => {
      const one = full.find(({ workload }) => workload.id === engine)!;
      const { stdout, stderr } = await launch(one, ['/usr/bin/python3', '-c', program]);
      expect(stderr).toBe('');
      answers = JSON.parse(stdout) as Answers;
    });

    it.each(Object.keys(published))('has the published answer to %s', (query) => {
      const wanted = published[query]!;
      const got = answers[query] ?? [];
      expect(got.length).toBe(wanted.length);
      const wrong = wanted.filter(
        (row, at) => got[at]?.length !== row.length || row.some((cell, column) => differs(got[at]?.[column], cell)),
      );
      expect(wrong).toEqual([]);
    });
  });
});
