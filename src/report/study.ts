import { join } from 'node:path';
import type { Chart } from './charts/chart.js';
import { makeRenderer } from './charts/render.js';
import { drawChart } from './draw-chart.js';
import type { DrawnChart } from './page/figure.js';
import { studyDocument, type StudyPage } from './page/study.js';
import { writeFiles } from './write.js';

/** Writes the page of a study, with its charts as files and its data as `summary.json`. @returns path of the page */
export async function writeStudy(
  page: Omit<StudyPage, 'figures'>,
  charts: readonly Chart[],
  data: unknown,
  outDir: string,
): Promise<string> {
  const draw = await makeRenderer();
  const files = new Map<string, string>();
  const figures: DrawnChart[] = [];
  for (const chart of charts) {
    const { drawn, files: own } = await drawChart(chart, false, draw);
    figures.push(drawn);
    for (const [ending, content] of Object.entries(own)) files.set(`charts/${chart.id}${ending}`, content);
  }
  const names = [...files.keys()].map((path) => path.slice('charts/'.length));
  files.set('summary.json', `${JSON.stringify({ ...(data as object), charts: names }, null, 2)}\n`);
  files.set('index.html', studyDocument({ ...page, figures }));
  await writeFiles(outDir, files);
  return join(outDir, 'index.html');
}
