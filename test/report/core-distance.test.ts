import { expect, test } from 'vitest';
import { coreDistanceText } from '../../src/report/core-distance.js';
import { makeView } from '../../src/report/view.js';
import { summarize } from '../../src/stats/index.js';
import { fixtureRun } from './fixture.js';

test('CPUs that were moved are told with what that did to each environment, and nothing where they stayed', () => {
  const run = fixtureRun({ environments: ['native', 'gvisor-systrap'], blocks: 12 });
  const far = (block: number): boolean => block % 3 === 0;
  const trials = run.trials.map((it) => {
    const factor = far(it.block) && it.environmentId !== 'native' ? 1.5 : 1;
    const values = Object.fromEntries(Object.entries(it.values).map(([name, value]) => [name, value * factor]));
    return { ...it, values: { ...values, core_to_core_ns: (far(it.block) ? 180 : 40) + (it.sequence % 5) } };
  });
  const view = makeView({ ...run, trials }, summarize({ ...run, trials }));
  const text = coreDistanceText(view)!;
  expect(text).toMatch(
    /^The hypervisor moved this machine’s CPUs about: around \d\d % of \d+ trials a cache line took 18\d ns/,
  );
  expect(text).toMatch(
    /otherwise 4\d(\.\d)? ns\. While they were far apart, .*: native .* and gVisor on systrap \d\.\d/,
  );
  expect(coreDistanceText(makeView(run, summarize(run)))).toBeNull();
});
