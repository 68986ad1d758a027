import { expect, test } from 'vitest';
import { classMeansTable } from '../../src/report/class-means.js';
import { profilePairs } from '../../src/report/compare.js';
import { findings } from '../../src/report/findings/sentences.js';
import { tunedTitle } from '../../src/report/findings/titles.js';
import { ratio } from '../../src/report/format.js';
import { judge, makeView, overheadOf } from '../../src/report/view.js';
import { summarize } from '../../src/stats/index.js';
import { fixtureRun, type FixtureOptions } from './fixture.js';

const viewOf = (options: FixtureOptions = {}) => {
  const run = fixtureRun(options);
  return makeView(run, summarize(run));
};

test('five sentences, each one line, the last a recommendation with cost and n', () => {
  const sentences = findings(viewOf());
  expect(sentences).toHaveLength(5);
  for (const sentence of sentences) expect(sentence).toMatch(/^[^\n]+\.$/);
  expect(sentences[4]).toMatch(
    /^Take gVisor on systrap \(tuned\) .* costs \d\.\d\d× .* 9 data and ML cases.*n = 3–7 blocks a case, 3 of 9 intervals open/,
  );
});

test('the first sentence has the figures of the table of means, what is work before its classes', () => {
  const view = viewOf();
  const [first] = findings(view);
  const mean = (group: string, environment: string): string => {
    const found = view.means.find(
      (it) => it.class === group && it.environment === environment && it.baseline === 'native',
    )!;
    return ratio(found.ratio);
  };
  const work = `${mean('data + ml', 'gvisor-systrap')} \\(.*\\) on 9 data and ML cases, ${mean('data + ml', 'gvisor-systrap-tuned')} with the profile tuned; by class `;
  expect(first).toMatch(new RegExp(`by geometric mean, ${work}`));
  expect(first).toContain(`${mean('data', 'gvisor-systrap')} on 5 data engineering cases`);
});

test('an environment that has no mean of data and ML work is not given another one', () => {
  const view = viewOf();
  const means = view.means.filter((it) => it.class !== 'data + ml' || it.environment !== 'gvisor-systrap-tuned');
  const sentences = findings({ ...view, means });
  expect(sentences[0]).not.toContain('with the profile tuned');
  expect(sentences[4]).toContain('what it costs over all is not known');
});

test('of data and ML, the one that there is beside other classes is what is spoken of', () => {
  const view = viewOf();
  const means = view.means.filter((it) => !['data + ml', 'ml'].includes(it.class));
  const sentences = findings({ ...view, means });
  expect(sentences[0]).toMatch(
    /by geometric mean, .* on 5 data engineering cases, .* with the profile tuned; by class/,
  );
  expect(sentences[4]).toMatch(/native’s time here by geometric mean of 5 data engineering cases, from/);
});

test('what completed no data and ML case is not recommended', () => {
  const view = viewOf();
  const isWork = (id: string): boolean => ['data', 'ml'].includes(view.cases.find((it) => it.id === id)!.class);
  const only = (id: string, environment: string) => (isWork(id) && environment !== 'gvisor-ptrace' ? null : view);
  const without = {
    ...view,
    overhead: (aCase: (typeof view.cases)[number], environment: string) =>
      only(aCase.id, environment)?.overhead(aCase, environment) ?? null,
  };
  expect(findings(without)[4]).toMatch(/^Take gVisor on ptrace /);
  expect(findings(without).join(' ')).not.toContain('Infinity');
});

test('a run of one class has no figure beside that of the class', () => {
  const view = viewOf();
  const cases = view.cases.filter((it) => it.class === 'data');
  const means = view.means.filter((it) => it.class === 'data').map((it) => ({ ...it, class: 'all' }));
  expect(findings({ ...view, cases, means })[0]).toMatch(
    /takes, by geometric mean, \d\.\d\d× on 5 data engineering cases \(/,
  );
  expect(findings({ ...view, cases, means: [] })[0]).toContain('has no block that all cases of a class completed');
});

test('figures are those of the data: other data, other sentences', () => {
  const one = findings(viewOf({ seed: 1 }));
  const other = findings(viewOf({ seed: 2 }));
  for (const index of [0, 1, 2, 4]) expect(one[index]).not.toBe(other[index]);
});

test('with two blocks nothing is called slower or faster, and the recommendation is an indication only', () => {
  const run = fixtureRun({ blocks: 2 });
  const trials = run.trials.filter((trial) => trial.block < 2);
  const rows = summarize({ ...run, trials, samples: { ...run.samples, length: 0 } });
  const sentences = findings(makeView({ ...run, trials, samples: { ...run.samples, length: 0 } }, rows));
  expect(sentences[0]).toContain('no case has blocks enough for a 95 % interval');
  for (const sentence of sentences.slice(0, 3)) expect(sentence).not.toMatch(/slower|faster/);
  expect(sentences[3]).toContain('not settled');
  expect(sentences[4]).toMatch(/^As an indication only/);
  expect(sentences[4]).toContain('too few for any 95 % interval');
});

test('what is unavailable and what failed is said, with the reason and the number', () => {
  const [, , , fourth] = findings(viewOf());
  expect(fourth).toContain('gvisor-kvm was unavailable (the guest never ran');
  expect(fourth).toContain('8 of 708 trials did not complete');
  expect(fourth).toContain('1 case-and-environment pair has no ratio');
});

test('another profile is held against the defaults where tuned was not measured', () => {
  const view = viewOf({ environments: ['native', 'gvisor-systrap', 'gvisor-systrap-patched'] });
  expect(findings(view)[3]).toMatch(
    /^The profile patched on systrap is faster than the defaults|^What tuning wins back/,
  );
  expect(classMeansTable(view)!.columns.at(-1)).toBe('patched over default');
  expect(tunedTitle(view, profilePairs(view)[0]!)).toContain('profile patched');
});

test('where the machine gives its memory back, what is faster may be native’s waiting', () => {
  const view = viewOf({});
  const warned = {
    ...view,
    run: {
      ...view.run,
      manifest: {
        ...view.run.manifest,
        warnings: [{ code: 'free-page-reporting', message: 'm', remedy: 'r' }],
      },
    },
  };
  expect(findings(view).join(' ')).not.toContain('had given back');
  expect(findings(warned)[4]).toContain('ratios below 1 may be native’s waiting for memory');
  const overhead: typeof view.overhead = (...of) => {
    const found = view.overhead(...of);
    return found && { ...found, value: Math.max(1.1, found.value) };
  };
  expect(findings({ ...warned, overhead })[4]).not.toContain('ratios below 1');
});

test('without a tuned profile the report does not say what tuning wins back', () => {
  const sentences = findings(viewOf({ environments: ['native', 'gvisor-ptrace'] }));
  expect(sentences[3]).toContain('No other profile was measured');
  expect(sentences[4]).toContain('no other environment was there to hold against it');
});

test('on an emulated CPU nothing is recommended', () => {
  expect(findings(viewOf({ emulated: true }))[4]).toMatch(/^Nothing is recommended: this CPU is emulated/);
});

test('with native alone nothing is compared and nothing recommended', () => {
  const sentences = findings(viewOf({ environments: ['native', 'gvisor-kvm'] }));
  expect(sentences).toHaveLength(5);
  expect(sentences[0]).toContain('Nothing could be compared');
  expect(sentences[4]).toContain('Nothing is recommended');
});

test('a hostile title is bounded and on one line in every sentence', () => {
  const run = fixtureRun();
  const cases = run.manifest.plan.cases.map((aCase) => ({ ...aCase, title: `a\nb\u202e${'x'.repeat(5000)}` }));
  const hostile = { ...run, manifest: { ...run.manifest, plan: { ...run.manifest.plan, cases } } };
  for (const sentence of findings(makeView(hostile, summarize(hostile)))) {
    expect(sentence.length).toBeLessThan(1000);
    expect(sentence).not.toMatch(/[\n\u202e]/);
  }
});

test('throughput is shown as time: more of it is faster, and the ends of its interval change places', () => {
  const view = viewOf();
  const row = view.row('flights@quick', 'gvisor-ptrace', 'throughput')!;
  expect(row.better).toBe('higher');
  const overhead = overheadOf(row)!;
  expect(overhead.value).toBeCloseTo(1 / row.ratio!);
  expect(overhead.low).toBeCloseTo(1 / row.ratio_high!);
  expect(overhead.high).toBeCloseTo(1 / row.ratio_low!);
});

test('an interval judges by both its ends, and not at all when one is open', () => {
  const n = 9;
  expect(judge({ value: 2, low: 1.5, high: 3, n })).toBe('slower');
  expect(judge({ value: 0.5, low: 0.4, high: 0.9, n })).toBe('faster');
  expect(judge({ value: 2, low: 0.9, high: 3, n })).toBe('unclear');
  expect(judge({ value: 2, low: 1, high: 3, n })).toBe('unclear');
  expect(judge({ value: 2, low: 1.5, high: null, n })).toBe('open');
});
