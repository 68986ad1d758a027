import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { NARROW, WIDE, type Chart } from '../../src/report/charts/chart.js';
import { cliffCharts } from '../../src/report/charts/cliffs.js';
import { makeRenderer, type Renderer } from '../../src/report/charts/render.js';
import { nativeCharts, searchCharts, tuneCharts } from '../../src/report/charts/tune.js';
import { writeCliffReport, writeTuneReport } from '../../src/report/index.js';
import { manifest } from '../store/fixture.js';
import { NASTY } from './fixture-study.js';
import { cliffFixture, tuneFixture } from './fixture-tune.js';

let draw: Renderer;
beforeAll(async () => {
  draw = await makeRenderer();
});

const ofTune = (names?: readonly string[]): Chart[] => {
  const result = tuneFixture(names);
  return [...tuneCharts(result), ...searchCharts(result), ...nativeCharts(result)];
};

describe('every chart of tune and of its cliffs', () => {
  it.each(
    [...ofTune(), ...cliffCharts(cliffFixture()), ...ofTune(NASTY), ...cliffCharts(cliffFixture(NASTY))].map(
      (chart, i) => [i, chart.id, chart] as const,
    ),
  )(
    '%i %s is drawn without a warning, no wider than there is room, with a table of what it shows',
    async (_, __, chart) => {
      for (const layout of [WIDE, NARROW]) {
        const { svg, warnings } = await draw(chart.spec(layout));
        expect(warnings).toEqual([]);
        expect(Number(/<svg[^>]* width="([\d.]+)"/.exec(svg)?.[1])).toBeLessThanOrEqual(layout.width + 10);
        expect(svg).not.toMatch(/<script|<img/);
      }
      expect(chart.table.rows.every(({ length }) => length === chart.table.columns.length)).toBe(true);
      expect(chart.title.length).toBeLessThan(400);
      expect(chart.title + chart.note).not.toMatch(/\p{Cc}|\u202e/u);
    },
  );

  it('say what was found', () => {
    const titles = new Map([...ofTune(), ...cliffCharts(cliffFixture())].map(({ id, title }) => [id, title]));
    expect(titles.get('search-ml')).toBe(
      'Machine learning: openmp-passive + no-fast-path + keep-heap comes out of 3 combinations, at 0.62× of the time',
    );
    expect(titles.get('native-as-well')).toContain('0.67× over and above');
    expect(titles.get('sweep')).toContain(
      'with 2 threads on 2 CPUs gvisor-systrap takes 5.00× native’s time, against 1.30× with 1 thread on 2 CPUs',
    );
    expect(titles.get('published')).toContain('5.62 s natively and 361 s');
    expect(titles.get('settings')).toContain('openmp-passive takes 0.30×');
  });

  it('stand on pages that hold them and their files', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'seebench-tune-'));
    const host = manifest().fingerprint;
    const pages = [
      await writeTuneReport(tuneFixture(), host, join(dir, 'tune')),
      await writeCliffReport(cliffFixture(), host, join(dir, 'cliffs')),
    ];
    const [tune, cliffs] = await Promise.all(pages.map((path) => readFile(path, 'utf8')));
    expect(tune).toContain('Which settings win time back');
    expect(cliffs).toContain('Where threads make gVisor dear');
    expect(JSON.parse(await readFile(join(dir, 'cliffs', 'summary.json'), 'utf8'))).toMatchObject({
      charts: expect.arrayContaining(['sweep.svg', 'published.svg', 'settings.svg']) as unknown,
    });
    await rm(dir, { recursive: true, force: true });
  });
});
