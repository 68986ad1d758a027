import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { StartTrial, StartupResult } from '../../src/model/index.js';
import { takeApart } from '../../src/study/index.js';
import { NOTHING, Place } from './harness.js';

describe('starts taken apart', () => {
  const place = new Place();
  afterAll(() => place.remove());

  it('have parts whose sum is the whole within the clock’s error, cold, warm and restored, and leave nothing', async () => {
    const dir = join(place.dir, 'starts');
    const said = await place.run(
      ...['startup', '--suite', 'smoke', '--workload', 'true,first-row', '--blocks', '2', '--json', '--out', dir],
      ...['--env', 'gvisor-systrap,gvisor-systrap-tuned-restore'],
    );
    expect(said.stderr).not.toMatch(/error\[/);
    const { rows, failures } = JSON.parse(said.stdout) as StartupResult;
    expect(failures).toEqual([]);
    expect(rows.map((row) => `${row.case} ${row.environment} ${row.kind}`)).toEqual([
      'first-row@smoke native cold',
      'first-row@smoke native warm',
      'first-row@smoke gvisor-systrap cold',
      'first-row@smoke gvisor-systrap warm',
      'first-row@smoke gvisor-systrap-tuned-restore restored',
      'first-row@smoke gvisor-systrap-tuned-restore restored-cold',
      'true@smoke native cold',
      'true@smoke native warm',
      'true@smoke gvisor-systrap cold',
      'true@smoke gvisor-systrap warm',
    ]);
    const lines = readFileSync(join(dir, 'startup-trials.jsonl'), 'utf8').trim().split('\n');
    const trials = lines.map((line) => JSON.parse(line) as StartTrial);
    expect(trials).toHaveLength(2 * rows.length * 2);
    for (const trial of trials) {
      // Logs are written to the microsecond, stamps as numbers are rounded to 256 ns.
      const allowed = Math.max(0, trial.clockErrorNs ?? 0) + 2000;
      expect(takeApart(trial).sumErrorNs, `${trial.environment} ${trial.kind}`).toBeLessThanOrEqual(allowed);
      expect(trial.steps.length > 2).toBe(trial.instrumented);
    }
    for (const { kind, dropped, parts } of rows) {
      expect((dropped?.share ?? 0) > 0.5).toBe(/cold/.test(kind));
      expect(parts.length).toBeGreaterThan(3);
    }
    expect(place.leftovers()).toEqual(NOTHING);
  });
});
