import { createHash } from 'node:crypto';
import { type Dirent } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';

/** Files that are read at the same time. */
const PARALLEL = 24;

/**
 * SHA-256 over a tree, `sha256:<hex>`: of every file, in the order of their paths, its path, mode, type and content.
 * Times and owners are not part of it; neither is compiled Python, which follows from the sources but is not always the
 * same to the last byte, nor pip's notes about its own work.
 */
export async function treeDigest(dir: string): Promise<string> {
  const files = await list(dir, '');
  const lines = Array.from<string>({ length: files.length });
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < files.length; i = next++) lines[i] = await describe(dir, files[i]!);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  const hash = createHash('sha256');
  for (const line of lines) hash.update(line);
  return `sha256:${hash.digest('hex')}`;
}

/** SHA-256 over paths, sizes, modes and times of a tree: changes when the tree was touched; quick. */
export async function treeSignature(dir: string): Promise<string> {
  const hash = createHash('sha256').update(path.resolve(dir));
  for (const file of await list(dir, '')) {
    const stat = await lstat(path.join(dir, file.path), { bigint: true });
    hash.update(`${file.path}\0${stat.mode}\0${stat.size}\0${stat.mtimeNs}\0${stat.ctimeNs}\n`);
  }
  return hash.digest('hex');
}

interface Found {
  readonly path: string;
  readonly entry: Dirent;
}

const IGNORED_FOLDERS = new Set(['__pycache__']);
const IGNORED_FILES = /\.dist-info\/(RECORD|INSTALLER|REQUESTED|direct_url\.json)$/;

async function list(root: string, folder: string): Promise<Found[]> {
  const entries = await readdir(path.join(root, folder), { withFileTypes: true });
  // By code unit, not by locale: the same everywhere.
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const found: Found[] = [];
  for (const entry of entries) {
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (IGNORED_FOLDERS.has(entry.name)) continue;
      found.push({ path: name, entry }, ...(await list(root, name)));
    } else if (!IGNORED_FILES.test(name)) {
      found.push({ path: name, entry });
    }
  }
  return found;
}

async function describe(root: string, { path: name, entry }: Found): Promise<string> {
  const file = path.join(root, name);
  const { mode, rdev } = await lstat(file);
  const head = `${JSON.stringify(name)} ${mode.toString(8)}`;
  if (entry.isSymbolicLink()) return `${head} link ${JSON.stringify(await readlink(file))}\n`;
  if (entry.isFile())
    return `${head} file ${createHash('sha256')
      .update(await readFile(file))
      .digest('hex')}\n`;
  return entry.isDirectory() ? `${head} directory\n` : `${head} special ${rdev}\n`;
}
