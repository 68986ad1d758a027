import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const CHART_FILE = /^[a-z0-9-]+\.(svg|vl\.json)$/;

/**
 * Puts files into a directory so that nobody sees half of them: they are written beside it, and then renamed, the page last. An existing
 * report is replaced file by file; of its charts those go that its own `summary.json` names and the new one does not have. Nothing else is touched.
 * @param files content by path relative to `outDir`, with at most one directory (`charts/…`)
 */
export async function writeFiles(outDir: string, files: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(dirname(outDir), { recursive: true });
  const temporary = join(dirname(outDir), `.${basename(outDir)}-${randomUUID()}`);
  try {
    const dirs = new Set([...files.keys()].map((path) => dirname(path)));
    for (const dir of dirs) await mkdir(join(temporary, dir), { recursive: true });
    for (const [path, content] of files) await writeFile(join(temporary, path), content);
    if (await isNew(outDir)) {
      await mkdir(outDir, { recursive: true });
      await rename(temporary, outDir);
      return;
    }
    const old = await oldCharts(outDir);
    for (const dir of dirs) await mkdir(join(outDir, dir), { recursive: true });
    const pageLast = [...files.keys()].toSorted((a, b) => Number(a === 'index.html') - Number(b === 'index.html'));
    for (const path of pageLast) await rename(join(temporary, path), join(outDir, path));
    for (const name of old) if (!files.has(`charts/${name}`)) await rm(join(outDir, 'charts', name), { force: true });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function isNew(dir: string): Promise<boolean> {
  return (await readdir(dir).catch(() => [])).length === 0;
}

/** Charts that the report before this one wrote, by its own list; a list that leads elsewhere is not followed. */
async function oldCharts(outDir: string): Promise<string[]> {
  try {
    const summary = JSON.parse(await readFile(join(outDir, 'summary.json'), 'utf8')) as { charts?: unknown };
    const names = Array.isArray(summary.charts) ? summary.charts : [];
    return names.filter((name): name is string => typeof name === 'string' && CHART_FILE.test(name));
  } catch {
    return [];
  }
}
