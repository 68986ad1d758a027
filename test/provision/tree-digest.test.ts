import { chmodSync, mkdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { treeDigest, treeSignature } from '../../src/provision/tree-digest.js';
import { scratch } from './scratch.js';

function tree(): string {
  const dir = scratch();
  mkdirSync(path.join(dir, 'a', '__pycache__'), { recursive: true });
  writeFileSync(path.join(dir, 'a', 'm.py'), 'x = 1\n');
  writeFileSync(path.join(dir, 'a', '__pycache__', 'm.cpython-311.pyc'), 'one');
  symlinkSync('a/m.py', path.join(dir, 'link'));
  return dir;
}

test('the same tree elsewhere, with other times and other compiled files, has the same digest', async () => {
  const [one, two] = [tree(), tree()];
  utimesSync(path.join(two, 'a', 'm.py'), 1, 1);
  writeFileSync(path.join(two, 'a', '__pycache__', 'm.cpython-311.pyc'), 'two');
  expect(await treeDigest(two)).toBe(await treeDigest(one));
  expect(await treeDigest(one)).toMatch(/^sha256:[0-9a-f]{64}$/);
});

test.each([
  ['content', (dir: string) => writeFileSync(path.join(dir, 'a', 'm.py'), 'x = 2\n')],
  ['a mode', (dir: string) => chmodSync(path.join(dir, 'a', 'm.py'), 0o755)],
  ['a name', (dir: string) => renameSync(path.join(dir, 'a', 'm.py'), path.join(dir, 'a', 'n.py'))],
  ['an empty directory', (dir: string) => mkdirSync(path.join(dir, 'b'))],
  ['a link', (dir: string) => symlinkSync('a', path.join(dir, 'c'))],
])('%s changes the digest', async (_what, change) => {
  const dir = tree();
  const before = await treeDigest(dir);
  change(dir);
  expect(await treeDigest(dir)).not.toBe(before);
});

test('the signature notices a touched file', async () => {
  const dir = tree();
  const before = await treeSignature(dir);
  expect(await treeSignature(dir)).toBe(before);
  utimesSync(path.join(dir, 'a', 'm.py'), 1, 1);
  expect(await treeSignature(dir)).not.toBe(before);
});
