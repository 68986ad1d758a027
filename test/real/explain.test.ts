import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uncountable } from '../../src/cli/counter.js';
import { ITERATION_SEGMENT, type ExplainResult, type InstrumentedTrial } from '../../src/model/index.js';
import { TRAPPED } from '../../src/study/surface.js';
import { Place, WORKLOADS, type Said } from './harness.js';

function instrumented(run: string): InstrumentedTrial[] {
  const lines = readFileSync(join(run, 'instrumented.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as InstrumentedTrial);
}

describe('explain', () => {
  const place = new Place();
  afterAll(() => place.remove());
  const out = join(place.dir, 'run');

  let ran: Said;
  let trials: InstrumentedTrial[];
  beforeAll(async () => {
    const what = ['--suite', 'smoke', '--workload', 'python', '--env', 'gvisor-systrap', '--blocks', '2'];
    ran = await place.run('run', ...what, '--instrument', '--out', out);
    trials = instrumented(out);
  }, 120_000);

  it('has trials that are watched, beside the measured ones', () => {
    expect(ran.status, ran.stderr).toBe(0);
    expect(trials.map(({ environment, outcome }) => `${environment} ${outcome}`)).toEqual([
      'native completed',
      'native completed',
      'gvisor-systrap completed',
      'gvisor-systrap completed',
    ]);
  });

  it.runIf(uncountable() === null)('explains a start by what they did', async () => {
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

  it.runIf(uncountable() !== null)(
    'says why nothing can be counted in a namespace of processes of its own',
    async () => {
      const reason = uncountable()!;
      expect(ran.stderr).toContain(`${reason}: system calls are not counted`);
      expect(trials.map(({ counts, uncounted }) => ({ counts, uncounted }))).toEqual(
        trials.map(() => ({ counts: null, uncounted: reason })),
      );
      const said = await place.run('explain', out);
      expect(said.status).toBe(3);
      expect(said.stderr).toContain(reason);
    },
  );

  it.runIf(uncountable() === null && process.arch === 'x64')(
    'counts no signals for calls that tuned makes in a form that can be patched',
    async () => {
      const environments = 'gvisor-systrap,gvisor-systrap-tuned';
      const what = ['--suite', 'smoke', '--workload', 'signals', '--env', environments, '--blocks', '1'];
      const said = await place.run('run', '--workloads-dir', WORKLOADS, ...what, '--instrument', '--out', 'signals');
      expect(said.status, said.stderr).toBe(0);
      const watched = instrumented(join(place.cwd, 'signals'));
      expect(watched.map(({ environment, outcome }) => `${environment} ${outcome}`)).toEqual(
        expect.arrayContaining(['gvisor-systrap completed', 'gvisor-systrap-tuned completed']),
      );
      const signals = (environment: string, number: number): number[] =>
        watched
          .filter((it) => it.environment === environment)
          .map(({ counts }) =>
            counts!
              .filter((it) => it.role === 'stub' && it.number === TRAPPED + number && it.segment >= ITERATION_SEGMENT)
              .reduce((sum, { count }) => sum + count, 0),
          );
      const [read, getppid] = [0, 110];
      expect(Math.min(...signals('gvisor-systrap', getppid))).toBe(1500);
      expect(Math.min(...signals('gvisor-systrap', read))).toBeGreaterThanOrEqual(1500);
      expect(Math.max(...signals('gvisor-systrap-tuned', getppid))).toBeLessThan(10);
      expect(Math.max(...signals('gvisor-systrap-tuned', read))).toBeLessThan(50);
    },
    120_000,
  );

  it('refuses a run that nobody watched', async () => {
    const said = await place.run('explain', join(process.cwd(), 'results/example'), '--json');
    expect(said.status).toBe(2);
    expect(said.stderr).toContain('error[not-instrumented]');
    expect(said.stderr).toContain('run --instrument');
  });
});
