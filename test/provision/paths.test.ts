import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { cacheDir, machine, packageFile } from '../../src/provision/paths.js';

test('the cache follows its own variable, then XDG, then the home directory', () => {
  expect(cacheDir({ SEEBENCH_CACHE: '/a/b', XDG_CACHE_HOME: '/x' })).toBe('/a/b');
  expect(cacheDir({ XDG_CACHE_HOME: '/x' })).toBe('/x/seebench');
  expect(cacheDir({ SEEBENCH_CACHE: '', XDG_CACHE_HOME: 'relative' })).toBe(path.join(homedir(), '.cache', 'seebench'));
});

test('data files are found beside the sources', () => {
  expect(existsSync(packageFile('provision', 'wheels.lock'))).toBe(true);
});

test('a processor has its names for Go, pip and the bucket; an unknown one is refused', () => {
  expect(machine('x64')).toEqual({ go: 'amd64', uname: 'x86_64' });
  expect(machine('arm64')).toEqual({ go: 'arm64', uname: 'aarch64' });
  expect(() => machine('riscv64')).toThrow(expect.objectContaining({ code: 'unsupported-machine', exitCode: 2 }));
});
