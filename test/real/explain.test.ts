import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ExplainResult, InstrumentedTrial } from '../../src/model/index.js';
import { Place } from './harness.js';

describe('explain', () => {
  const place = new Place();
  afterAll(() => place.remove());
  const out = join(place.dir, 'run');

  it('watches trials beside the measured ones, and explains a start by them', async () => {
    const ran = await place.run(
      'run',
      '--suite',
      'smoke',
      '--workload',
      'python',
      '--env',
      'gvisor-systrap',
      '--blocks',
      '2',
      '--instrument',
      '--out',
      out,
    );
    expect(ran.status, ran.stderr).toBe(0);
    const trials = readFileSync(join(out, 'instrumented.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as InstrumentedTrial);
    expect(trials.map(({ environment }) => environment)).toEqual([
      'native',
      'native',
      'gvisor-systrap',
      'gvisor-systrap',
    ]);
    // The same program does the same twice, natively counted in the kernel.
    const [first, second] = trials.map(({ counts }) =>
      (counts ?? [])
        .filter((it) => it.role === 'guest' && it.segment === 1 && it.number < 0x10000)
        .reduce((sum, { count }) => sum + count, 0),
    );
    expect(first).toBeGreaterThan(300);
    expect(Math.abs(first! - second!)).toBeLessThan(10);

    const said = await place.run('explain', out, '--json');
    expect(said.status, said.stderr).toBe(0);
    const result = JSON.parse(said.stdout) as ExplainResult & { report: string };
    expect(result.cases.map((it) => it.case)).toEqual(['python@smoke']);
    const [python] = result.cases;
    expect(python!.parts.find(({ name }) => name === 'boot')!.ns).toBeGreaterThan(20e6);
    expect(python!.predictedNs + python!.unexplainedNs).toBeCloseTo(python!.overheadNs, 0);
    expect(python!.counts.calls).toBeGreaterThan(300);
    expect(JSON.parse(readFileSync(join(out, 'explain.json'), 'utf8'))).toMatchObject({ run: result.run });
    expect(existsSync(result.report)).toBe(true);
  });

  it('refuses a run that nobody watched', async () => {
    const said = await place.run('explain', join(process.cwd(), 'results/example'), '--json');
    expect(said.status).toBe(2);
    expect(said.stderr).toContain('error[not-instrumented]');
    expect(said.stderr).toContain('run --instrument');
  });
});
