import { existsSync, lstatSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/model/index.js';
import type { StoredRun } from '../../src/store/index.js';
import { NOTHING, Place, readCsv, WORKLOADS, type Said } from './harness.js';

const GVISOR = ['gvisor-systrap', 'gvisor-ptrace'];
const ENVIRONMENTS = ['native', ...GVISOR];

type Ending = Partial<Record<'kind' | 'exitCode' | 'signal' | 'afterMs' | 'limitBytes', unknown>> & {
  reason?: unknown;
};
const failed = (reason: RegExp, exitCode = 1): Ending => ({
  kind: 'failed',
  exitCode,
  reason: expect.stringMatching(reason),
});
/** Exits with 0, but what it sent cannot be believed. */
const forged = (reason: RegExp): Ending => failed(reason, 0);

/** How each workload must end, in every environment. */
const ENDINGS: Readonly<Record<string, Ending>> = {
  good: { kind: 'completed' },
  hangs: { kind: 'timed-out', afterMs: 2000, reason: 'killed after 2 s; last output: still here' },
  'exits-3': failed(/^cannot find the answer$/, 3),
  segfaults: { kind: 'crashed', signal: 'SIGSEGV', reason: 'SIGSEGV: about to read address 0' },
  'kills-itself': { kind: 'crashed', signal: 'SIGKILL', reason: expect.stringContaining('SIGKILL') },
  'eats-memory': { kind: 'oom-killed', limitBytes: 2 ** 27, reason: 'killed at its memory limit of 128 MiB' },
  // Which of its limits it meets first is a matter of speed; a sentry that gets no more threads gives up (exit code 2).
  forks: { kind: expect.stringMatching(/^(timed-out|oom-killed|crashed|failed)$/), reason: expect.stringMatching(/./) },
  'floods-stdout': { kind: 'completed' },
  'invalid-utf8': failed(/^\uFFFD\uFFFD reason {2}\[31m\uFFFD\( {3}end$/, 4),
  'missing-module': failed(/^ModuleNotFoundError: No module named 'no_such_module'$/),
  'missing-program': failed(/cannot start \/usr\/bin\/no-such-program: No such file or directory$/, 127),
  'hostile-text': failed(/^=HYPERLINK\("http:\/\/x\.invalid","click"\)<script>/),
  'forged-metric': forged(/^events: event 2 names no metric/),
  'forged-number': forged(/^events: event 2 is not valid: i: /),
  'forged-mark': forged(/^events: mark done lies \d+ ns after its arrival$/),
  'huge-event': forged(/^events: an event of more than 65536 bytes$/),
  'binary-event': forged(/^events: event 2 is not valid: no JSON$/),
  'half-event': forged(/^events: the last event is cut off$/),
  'endless-events': { kind: 'timed-out', afterMs: 2000, reason: 'killed after 2 s; events: more than 100000 events' },
};

describe('hostile workloads in one run', () => {
  const place = new Place();
  let said: Said;
  let run: StoredRun;
  beforeAll(async () => {
    const workloads = Object.keys(ENDINGS).join(',');
    said = await place.run(
      'run',
      '--suite',
      'smoke',
      '--blocks',
      '1',
      '--seed',
      '7',
      '--env',
      GVISOR.join(','),
      '--workloads-dir',
      WORKLOADS,
      '--workload',
      workloads,
    );
    run = await place.stored();
  }, 170_000);
  afterAll(() => place.remove());

  const outcomes = (workload: string): Record<string, Outcome> =>
    Object.fromEntries(
      run.trials
        .filter(({ caseId }) => caseId === `${workload}@smoke`)
        .map((trial) => [trial.environmentId, trial.outcome]),
    );
  const results = (file: string): string => join(place.cwd, 'results/latest', file);
  const report = (file: string): string => readFileSync(join(place.cwd, 'reports/latest', file), 'utf8');

  it('harm neither the run nor its report', () => {
    expect({ status: said.status, stderr: said.stderr }).toMatchObject({ status: 0 });
    expect(run.manifest.state.kind).toBe('complete');
    expect(run.trials).toHaveLength(Object.keys(ENDINGS).length * ENVIRONMENTS.length);
    expect(run.truncated).toBe(false);
  });

  it.each(Object.entries(ENDINGS))('%s ends as it should, natively and in gVisor', (workload, ending) => {
    expect(outcomes(workload)).toEqual(
      Object.fromEntries(ENVIRONMENTS.map((id) => [id, expect.objectContaining(ending)])),
    );
  });

  it('end soon after their deadline', () => {
    const times = run.trials.map(({ startedAtMs, caseId, environmentId, outcome }, i) => {
      const next = run.trials[i + 1]?.startedAtMs ?? startedAtMs;
      return { caseId, environmentId, ended: outcome.kind, ms: next - startedAtMs };
    });
    const late = times.filter(({ caseId, ms }) => /^(hangs|forks|endless)/.test(caseId) && ms > 3000 + 5000);
    expect(late).toEqual([]);
  });

  it('leave the good neighbour measured and compared', () => {
    const rows = readCsv(results('summary.csv')).filter(
      (row) => row['case'] === 'good@smoke' && row['metric'] === 'iteration_ns',
    );
    expect(rows.map((row) => row['environment'])).toEqual(ENVIRONMENTS);
    for (const row of rows)
      expect({ n: row['n'], counts: row['outcome_counts'] }).toEqual({ n: '1', counts: '{"completed":1}' });
    expect(rows.slice(1).every((row) => Number(row['ratio']) > 0)).toBe(true);
  });

  it('are counted, and have no ratio unless they completed', () => {
    const rows = readCsv(results('summary.csv')).filter(
      (row) => row['metric'] === 'wall_ns' && row['environment'] !== 'native',
    );
    const compared = rows.filter((row) => row['ratio'] !== '').map((row) => row['workload']);
    expect([...new Set(compared)].toSorted()).toEqual(['floods-stdout', 'good']);
  });

  it('are kept bounded: 1 GB of output is counted, and its beginning and end are kept', () => {
    const trials = run.trials.filter(({ caseId }) => caseId === 'floods-stdout@smoke');
    expect(trials.map(({ outputBytes }) => outputBytes)).toEqual([1e9, 1e9, 1e9]);
    for (const { id } of trials) expect(statSync(results(`logs/${id}/stdout.txt`)).size).toBeLessThan(70_000);
  });

  it('put nothing into results that a spreadsheet would run', () => {
    for (const file of ['trials.csv', 'samples.csv', 'summary.csv']) {
      const cells = readCsv(results(file)).flatMap((row) => Object.values(row));
      expect(cells.filter((cell) => /^[=+@\t\r]/.test(cell) || /^-(?![\d.e+-]+$)/.test(cell))).toEqual([]);
    }
    const { reason } = readCsv(results('trials.csv')).find((row) => row['case'] === 'hostile-text@smoke')!;
    expect(reason).toMatch(/^'=HYPERLINK/);
  });

  it('put no markup of theirs into the page', () => {
    const page = report('index.html');
    expect(page).toContain('=HYPERLINK(');
    for (const markup of ['<script>document.title', '</pre><script>', '<img src=x', '<b>&', 'click")<script>']) {
      expect(page.includes(markup)).toBe(false);
    }
  });

  it('put no live markup of theirs into Markdown and charts', () => {
    const markdown = report('report.md');
    expect(markdown).not.toMatch(/<script|<img|(?<!\\)\]\(javascript:/);
    for (const file of readdirSync(join(place.cwd, 'reports/latest/charts')).filter((name) => name.endsWith('.svg'))) {
      expect(report(join('charts', file))).not.toMatch(/<script|<img|<b>/);
    }
  });

  it('name no file outside of the run, whatever their names hold', () => {
    expect(readdirSync(place.cwd).toSorted()).toEqual(['reports', 'results']);
    for (const name of readdirSync(place.cwd, { recursive: true, encoding: 'utf8' })) {
      expect(name).toMatch(/^[\w@%./-]+$/);
      expect(lstatSync(join(place.cwd, name)).isSymbolicLink()).toBe(name.endsWith('/latest'));
    }
    expect(existsSync(join(place.dir, 'x'))).toBe(false);
  });

  it('leave nothing on the host', () => expect(place.leftovers()).toEqual(NOTHING));
});
