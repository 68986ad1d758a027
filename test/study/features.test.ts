import { describe, expect, it } from 'vitest';
import type { Feature, SnowparkArea } from '../../src/model/index.js';
import { areaRows, featureProblems, featureRows, taskLine, type TaskLaunch } from '../../src/study/index.js';

const said = (answer: string, more: object = {}): string =>
  JSON.stringify({ task: 'fork', answer, detail: '', ...more });
const read = (...lines: string[]) => taskLine(lines.join('\n'), 'fork', 1e9, null);

describe('what a sandbox said of its task', () => {
  it('is its one line, bounded, that steers no terminal', () => {
    const { seen, ns, detail } = read(
      'hello',
      said('works', { seen: `\u001b[2J${'x'.repeat(5000)}`, ns: 5, detail: '\u009b' }),
    );
    expect({ ns, detail }).toEqual({ ns: 5, detail: '' });
    expect(seen!.length).toBeLessThanOrEqual(1000);
    expect(seen).not.toMatch(/\p{Cc}/u);
  });

  it.each([
    ['nothing', [], 'it ended without an answer'],
    [
      'lines that are no answer',
      ['{', '[1]', 'null', said('perhaps'), '{"task":"other","answer":"works"}'],
      'it ended without an answer',
    ],
    ['two answers', [said('works', { seen: '{}' }), said('blocked')], 'answered twice'],
    [
      'more time than the launch took',
      [said('works', { seen: '{}', ns: 2e9 })],
      'it timed more than its whole launch took',
    ],
    ['nothing seen', [said('works')], 'it works, and nothing was seen'],
  ])('is broken with %s', (_what, lines, detail) => {
    expect(read(...lines)).toMatchObject({ answer: 'broken', detail });
  });

  it('is how the launch ended where that was not in order, whatever was printed', () => {
    const line = taskLine(said('works', { seen: '{}' }), 'fork', 1e9, 'timed-out: killed after 30 s');
    expect(line).toMatchObject({ answer: 'broken', detail: 'timed-out: killed after 30 s' });
  });

  it('has no time that is none', () => {
    for (const ns of [-1, 0, 'fast', null]) expect(read(said('works', { seen: '{}', ns })).ns).toBeNull();
  });
});

const PLACES = [
  { id: 'native', gvisor: false },
  { id: 'native-strict', gvisor: false },
  { id: 'gvisor-systrap', gvisor: true },
];
const FORK: Feature = { id: 'fork', does: 'x', cost: 'x', gvisor: null };
const launch = (environment: string, answer: string, more: object = {}, block = 0, task = 'fork'): TaskLaunch => ({
  task,
  environment,
  block,
  line: taskLine(JSON.stringify({ task, answer, detail: '', ...more }), task, 1e12, null),
});
const works = (environment: string, ns: number, block = 0, exit = 7) =>
  launch(environment, 'works', { seen: JSON.stringify({ exit, own: 'a' }), ns }, block);
const rowsOf = (launches: TaskLaunch[], feature = FORK) =>
  Object.fromEntries(featureRows([feature], PLACES, launches).map((row) => [row.environment, row]));

describe('a feature', () => {
  it('costs the median of its launches, and the median of the ratios inside blocks', () => {
    const rows = rowsOf([
      ...[100, 200, 400].map((ns, block) => works('native', ns, block)),
      ...[1000, 1000, 8000].map((ns, block) => works('gvisor-systrap', ns, block)),
    ]);
    expect(rows['native']).toMatchObject({
      answer: 'works',
      ok: true,
      ns: 200,
      nsLeast: 100,
      nsMost: 400,
      ratio: null,
    });
    expect(rows['gvisor-systrap']).toMatchObject({ ok: true, ns: 1000, nsMost: 8000, launches: 3, low: null });
    // The ratios are 10, 5 and 20; that of the medians is 5.
    expect(rows['gvisor-systrap']!.ratio).toBeCloseTo(10);
  });

  it('has an interval from six blocks on', () => {
    const blocks = [0, 1, 2, 3, 4, 5];
    const rows = rowsOf(
      blocks.flatMap((block) => [works('native', 10, block), works('gvisor-systrap', 20 + block, block)]),
    );
    expect(rows['gvisor-systrap']!.low).toBeCloseTo(2);
    expect(rows['gvisor-systrap']!.high).toBeCloseTo(2.5);
  });

  it('differs where it goes through and shows something else, and its time does not count', () => {
    const row = rowsOf([works('native', 10), works('gvisor-systrap', 20, 0, 1)])['gvisor-systrap'];
    expect(row).toMatchObject({ answer: 'differs', ok: false, ns: null, ratio: null, detail: 'exit: 1, natively 7' });
  });

  it('is as its worst launch, and says of how many', () => {
    const launches = [
      works('native', 10),
      works('gvisor-systrap', 20),
      launch('gvisor-systrap', 'blocked', { detail: 'EPERM' }, 1),
    ];
    expect(rowsOf(launches)['gvisor-systrap']).toMatchObject({
      answer: 'blocked',
      detail: '1 of 2 launches: EPERM',
      ns: null,
    });
  });

  it('may be blocked by another profile of runc, and by neither native nor gVisor unless that is known', () => {
    const all = PLACES.map(({ id }) => launch(id, 'blocked'));
    const ok = (feature?: Feature) => Object.values(rowsOf(all, feature)).map((row) => row.ok);
    expect(ok()).toEqual([false, true, false]);
    expect(ok({ ...FORK, gvisor: { answer: 'blocked', reason: 'because' } })).toEqual([false, true, true]);
    expect(ok({ ...FORK, gvisor: { answer: 'differs', reason: 'because' } })).toEqual([false, true, false]);
  });

  it('is not applicable only where native has not what it takes, either', () => {
    expect(
      rowsOf([launch('native', 'not-applicable'), launch('gvisor-systrap', 'not-applicable')])['gvisor-systrap']!.ok,
    ).toBe(true);
    const row = rowsOf([works('native', 1), launch('gvisor-systrap', 'not-applicable', { detail: 'no node' })])[
      'gvisor-systrap'
    ];
    expect(row).toMatchObject({ answer: 'broken', ok: false, detail: 'no node; natively it is there' });
  });

  it('that was never launched is broken', () => {
    expect(rowsOf([])['native']).toMatchObject({ answer: 'broken', ok: false, launches: 0 });
  });
});

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const AREA: SnowparkArea = { id: 'udtf', does: 'x', lacks: [{ id: 'end', what: 'x' }] };
const LACKS = [{ id: 'end', said: 'it is not called' }];
const area = (environment: string, seen: string | undefined, lacks: object = LACKS, answer = 'works') =>
  launch(environment, answer, { seen, lacks }, 0, 'udtf');
const areasOf = (...launches: TaskLaunch[]) =>
  Object.fromEntries(areaRows([AREA], PLACES, launches).map((row) => [row.environment, row]));

describe('an area of Snowpark', () => {
  it('is equal where its digest is native’s and the same is lacking', () => {
    const rows = areasOf(
      area('native', digest('a')),
      area('native-strict', digest('a')),
      area('gvisor-systrap', digest('a')),
    );
    for (const row of Object.values(rows))
      expect(row).toMatchObject({ answer: 'equal', ok: true, digest: digest('a'), lacks: LACKS });
  });

  it('differs with another digest, and with another lack', () => {
    const other = (launched: TaskLaunch) => areasOf(area('native', digest('a')), launched)['gvisor-systrap'];
    expect(other(area('gvisor-systrap', digest('b')))).toMatchObject({ answer: 'differs', ok: false });
    expect(other(area('gvisor-systrap', digest('a'), []))).toMatchObject({
      answer: 'differs',
      detail: 'local testing lacks nothing; known: end',
    });
    expect(other(area('gvisor-systrap', 'none'))).toMatchObject({ answer: 'broken', ok: false });
  });

  it('is never equal to a native that gave no digest, and differs natively, too, where local testing has changed', () => {
    const rows = areasOf(area('native', digest('a'), []), area('gvisor-systrap', digest('a')));
    expect(rows['native']).toMatchObject({ answer: 'differs', ok: false });
    const without = areasOf(area('native', undefined, LACKS, 'blocked'), area('gvisor-systrap', digest('a')));
    expect(without['gvisor-systrap']).toMatchObject({ answer: 'broken', detail: 'native has no digest' });
  });

  it('that local testing lacks is named so, and is no problem', () => {
    const row = areasOf(area('native', undefined, LACKS, 'lacking'))['native'];
    expect(row).toMatchObject({ answer: 'lacking', ok: true, digest: null });
  });
});

describe('features and areas', () => {
  it('have a problem for each that is not as expected', () => {
    const rows = featureRows([FORK], PLACES, [
      works('native', 1),
      launch('native-strict', 'blocked', { detail: 'EPERM' }),
      launch('gvisor-systrap', 'blocked', { detail: 'ENOSYS' }),
    ]);
    const areas = areaRows([AREA], PLACES.slice(0, 1), []);
    expect(featureProblems(rows, areas)).toEqual([
      'fork in gvisor-systrap: blocked (ENOSYS)',
      'Snowpark udtf in native: broken (it was not launched)',
    ]);
  });
});
