import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { checkRootfs } from '../../src/provision/rootfs-check.js';
import { scratch } from './scratch.js';

const SITE = 'usr/local/lib/python3.11/dist-packages';

/** A tree with a Python, pandas, a module of one file and one of compiled code. */
function tree(): string {
  const dir = scratch();
  for (const name of ['tmp', 'dev', 'proc', 'sys', 'usr/bin', `${SITE}/pandas`, `${SITE}/google/protobuf`]) {
    mkdirSync(path.join(dir, name), { recursive: true });
  }
  for (const name of ['usr/bin/python3.11', `${SITE}/six.py`, `${SITE}/_duckdb.cpython-311-x86_64-linux-gnu.so`]) {
    writeFileSync(path.join(dir, name), '');
  }
  symlinkSync('/usr/bin/python3.11', path.join(dir, 'usr/bin/python3'));
  symlinkSync('usr/bin', path.join(dir, 'bin'));
  return dir;
}

const workload = (id: string, modules: string[], files: string[] = [], program = '/usr/bin/python3') => ({
  id,
  command: [program, '/workload/main.py'],
  needs: { modules, files },
});

test('a tree with what the workloads need is taken', async () => {
  const needs = [
    workload('a', ['pandas', 'six', '_duckdb', 'google.protobuf', 'sys']),
    workload('b', [], ['/bin/python3']),
  ];
  await expect(checkRootfs(tree(), needs)).resolves.toBeUndefined();
});

test('everything that is missing is named, with who needs it', async () => {
  const needs = [
    workload('tpch-duckdb', ['duckdb']),
    workload('other', ['duckdb', 'google.nothing'], ['/usr/bin/true']),
  ];
  const error = (await checkRootfs(tree(), needs).catch((caught: unknown) => caught)) as Error;
  expect(error).toMatchObject({ code: 'rootfs-incomplete', exitCode: 2 });
  expect(error.message).toContain('Python module duckdb, needed by tpch-duckdb, other');
  expect(error.message).toContain('Python module google.nothing, needed by other');
  expect(error.message).toContain('file /usr/bin/true, needed by other');
});

test('a link is followed inside the tree, never to the host', async () => {
  const dir = tree();
  symlinkSync('/etc/os-release', path.join(dir, 'usr/bin/host'));
  symlinkSync('loop', path.join(dir, 'usr/bin/loop'));
  const needs = [workload('a', [], ['/usr/bin/host', '/usr/bin/loop'])];
  const error = (await checkRootfs(dir, needs).catch((caught: unknown) => caught)) as Error;
  expect(error.message).toContain('file /usr/bin/host');
  expect(error.message).toContain('file /usr/bin/loop');
});

test('a library is found where the linker looks, and missed elsewhere', async () => {
  const dir = tree();
  const preload = (library: string) => ({
    id: 'LD_PRELOAD of gvisor-systrap-tuned',
    command: [],
    needs: { modules: [], files: [], libraries: [library] },
  });
  const name = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  mkdirSync(path.join(dir, 'usr/lib', name), { recursive: true });
  writeFileSync(path.join(dir, 'usr/lib', name, 'libomp.so.5'), '');
  writeFileSync(path.join(dir, 'usr/bin/libelse.so'), '');
  await expect(checkRootfs(dir, [preload('libomp.so.5')])).resolves.toBeUndefined();
  await expect(checkRootfs(dir, [preload('/usr/bin/libelse.so')])).resolves.toBeUndefined();
  await expect(checkRootfs(dir, [preload('/workload/libmine.so')])).resolves.toBeUndefined();
  await expect(checkRootfs(dir, [preload('libelse.so')])).rejects.toThrow(
    'library libelse.so, needed by LD_PRELOAD of gvisor-systrap-tuned',
  );
});

test('a directory that is not there, and one without mount points', async () => {
  await expect(checkRootfs('/nowhere', [])).rejects.toMatchObject({ code: 'rootfs-incomplete' });
  await expect(checkRootfs(scratch(), [])).rejects.toThrow('directory /proc');
});
