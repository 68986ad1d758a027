import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { removeStale } from '../../src/provision/cache.js';
import { checkRootfs, provision, type Provisioned, type StepEvent } from '../../src/provision/index.js';
import type { RootfsNeeds } from '../../src/provision/rootfs-check.js';
import { MOUNT_POINTS } from '../../src/provision/rootfs-build.js';
import { tied } from '../../src/provision/programs.js';
import type { Layer } from '../../src/model/index.js';
import { treeDigest } from '../../src/provision/tree-digest.js';

const events: StepEvent[] = [];
let provided: Provisioned;
let tookMs: number;

/** What `setup --for-tests` brought before. */
beforeAll(async () => {
  const startedAt = performance.now();
  provided = await provision(
    {
      parts: ['packages', 'runc', 'runsc', 'rootfs', 'helpers', 'data'],
      data: ['tpch-sf0.01', 'flights'],
      layers: ['node'],
      runsc: {},
      allowInstall: false,
    },
    { onStep: (event) => events.push(event) },
  );
  tookMs = performance.now() - startedAt;
});

test('nothing is missing, and that is found in under 2 s, without a program’s log', () => {
  expect(events.filter(({ state }) => state === 'working' || state === 'done')).toEqual([]);
  expect(events.every(({ logFile }) => logFile === null)).toBe(true);
  expect(tookMs).toBeLessThan(2000);
});

test('a prepared checkout is found prepared in under 2 s', () => {
  const startedAt = performance.now();
  const ended = spawnSync(process.execPath, ['scripts/ensure.mjs'], { encoding: 'utf8' });
  expect({ status: ended.status, said: ended.stderr }).toEqual({ status: 0, said: '' });
  expect(performance.now() - startedAt).toBeLessThan(2000);
});

test('the root file system has what it was recorded with', async () => {
  expect(await treeDigest(provided.rootfs.dir)).toBe(provided.rootfs.digest);
}, 120_000);

test('the root file system has every mount point, and what each workload needs', async () => {
  for (const name of MOUNT_POINTS) expect(statSync(path.join(provided.rootfs.dir, name)).isDirectory()).toBe(true);
  const manifests = readdirSync('workloads').filter((name) =>
    existsSync(path.join('workloads', name, 'manifest.yaml')),
  );
  const needs = manifests.map(
    (name) =>
      parse(readFileSync(path.join('workloads', name, 'manifest.yaml'), 'utf8')) as RootfsNeeds & { layer?: Layer },
  );
  expect(needs.length).toBeGreaterThan(10);
  const own = needs.filter(({ layer }) => layer === undefined);
  await expect(checkRootfs(provided.rootfs.dir, own)).resolves.toBeUndefined();
  const node = needs.filter(({ layer }) => layer === 'node');
  await expect(checkRootfs(provided.layers.node!.dir, node)).resolves.toBeUndefined();
  // A tree of the user's that lacks the language is refused before anything runs.
  await expect(checkRootfs(provided.rootfs.dir, node)).rejects.toThrow(
    'file /usr/bin/node, needed by etl-js, start-js',
  );
});

test('every module is compiled, in a form that no copy makes stale', () => {
  const package_ = path.join(provided.rootfs.dir, 'usr/local/lib/python3.11/dist-packages/pandas');
  const compiled = readFileSync(path.join(package_, '__pycache__', '__init__.cpython-311.pyc'));
  // PEP 552: the second word is 1 for a hash that is not checked.
  expect(compiled.readUInt32LE(4)).toBe(1);
});

test('the data sets are there: eight tables of TPC-H, five of flights', () => {
  expect(readdirSync(provided.data['tpch-sf0.01']!.dir)).toHaveLength(8);
  const flights = readFileSync(path.join(provided.data['flights']!.dir, 'flights.csv'), 'utf8');
  expect(flights.trimEnd().split('\n')).toHaveLength(336_776 + 1);
});

test('the programs of ours need no library of the root file system', () => {
  for (const file of [provided.helpers.launcher, path.join(provided.helpers.guestBin, 'first')]) {
    expect(readFileSync(file).subarray(1, 4).toString()).toBe('ELF');
    expect(programHeaders(readFileSync(file))).not.toContain(PT_INTERP);
  }
});

let interrupted: string | undefined;
afterAll(() => {
  if (interrupted !== undefined) rmSync(interrupted, { recursive: true, force: true });
});

test('kill -9 while Debian is unpacked leaves no mount, no process at work and, after the next set-up, no file', async () => {
  const cache = mkdtempSync(path.join(tmpdir(), 'seebench-test-kill-'));
  interrupted = cache;
  const request = { parts: ['rootfs'], data: [], runsc: {}, allowInstall: false };
  const script = `
    const { provision } = await import(${JSON.stringify(path.resolve('dist/provision/index.js'))});
    await provision(${JSON.stringify(request)}, { onStep: () => {} });`;
  const env = { ...process.env, SEEBENCH_CACHE: cache };
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { env, stdio: 'ignore' });
  const folder = path.join(cache, 'rootfs');
  const tree = (): string => path.join(folder, readdirSync(folder)[0] ?? '', 'tree');
  await vi.waitFor(() => expect(existsSync(path.join(tree(), 'var/lib/dpkg'))).toBe(true), 120_000);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.on('close', resolve));
  await vi.waitFor(() => expect(processesIn(cache)).toEqual([]), 10_000);
  expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(cache);
  expect(await removeStale(cache)).toHaveLength(1);
  expect(readdirSync(folder)).toEqual([]);
}, 180_000);

test('a mirror that refuses: its error, the other downloads ended, nothing left', async () => {
  const cache = mkdtempSync(path.join(tmpdir(), 'seebench-test-mirror-'));
  try {
    const ended = provisionElsewhere(cache, ['rootfs'], { SEEBENCH_DEBIAN_MIRROR: 'http://127.0.0.1:9/debian' });
    expect(ended.stdout.trim().split('\n').at(-1)).toBe('bootstrap-failed 2');
    expect(readdirSync(path.join(cache, 'rootfs'))).toEqual([]);
    expect(processesIn(cache)).toEqual([]);
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
});

test('a disk without room: said before anything is downloaded', () => {
  const cache = mkdtempSync(path.join(tmpdir(), 'seebench-test-room-'));
  try {
    const ended = provisionElsewhere(cache, ['rootfs'], {}, `mount -t tmpfs -o size=20m tmpfs ${cache}`);
    expect(ended.stdout.trim()).toBe('no-space 2');
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
});

/** A set-up in another process over another cache; prints its steps, and the error's code and exit code at the end. */
function provisionElsewhere(cache: string, parts: string[], env: Record<string, string>, before = ':') {
  const request = { parts, data: [], runsc: {}, allowInstall: false };
  const script = `
    const { provision } = await import(${JSON.stringify(path.resolve('dist/provision/index.js'))});
    try {
      await provision(${JSON.stringify(request)}, { onStep: ({ step, state }) => {
        if (state === 'working') console.log(step, state);
      } });
    } catch (error) {
      console.log(error.code, error.exitCode);
    }`;
  const [file, args] = tied('sh', ['-c', `${before} && exec "$@"`, 'sh', process.execPath]);
  return spawnSync(file, [...args, '--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, SEEBENCH_CACHE: cache, ...env },
  });
}

/** Processes whose root or working directory is below `dir`. */
function processesIn(dir: string): string[] {
  const links = spawnSync('sh', ['-c', 'readlink /proc/[0-9]*/cwd /proc/[0-9]*/root'], { encoding: 'utf8' });
  return links.stdout.split('\n').filter((link) => link.startsWith(dir));
}

const PT_INTERP = 3;

/** Types of a 64-bit little-endian ELF file's program headers. */
function programHeaders(elf: Buffer): number[] {
  const [offset, size, count] = [Number(elf.readBigUInt64LE(32)), elf.readUInt16LE(54), elf.readUInt16LE(56)];
  return Array.from({ length: count }, (_, i) => elf.readUInt32LE(offset + i * size));
}
