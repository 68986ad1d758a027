import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { isAtLeast } from '../../src/provision/go.js';
import { planRunsc, provideRunsc } from '../../src/provision/runsc.js';
import { pinnedVersion, planBuild, toolchainOf } from '../../src/provision/runsc-build.js';
import { scratch, workbench } from './scratch.js';

afterEach(() => vi.unstubAllEnvs());

/** A program that says what runsc says. */
function fakeRunsc(output = 'runsc version release-20250101.0'): string {
  const file = path.join(scratch(), 'runsc');
  writeFileSync(file, `#!/bin/sh\necho "${output}"\n`);
  chmodSync(file, 0o755);
  return file;
}

test('the user’s own program goes before everything, and its sidecars are seen', async () => {
  const { cache, context, step } = workbench();
  const own = fakeRunsc();
  mkdirSync(path.join(path.dirname(own), 'gvisor-bin'));
  writeFileSync(path.join(path.dirname(own), 'gvisor-bin', 'gvisor_sentry'), '');
  const brought = await provideRunsc(await planRunsc({ path: own, version: 'v1.0.0' }, cache), context, step);
  expect(brought).toEqual({
    path: own,
    version: 'release-20250101.0',
    moduleVersion: null,
    source: 'path',
    withSidecars: null,
    sidecars: ['gvisor_sentry'],
  });
});

test('SEEBENCH_RUNSC names it too, but not where another version is asked for', async () => {
  const { cache } = workbench();
  vi.stubEnv('SEEBENCH_RUNSC', '/opt/runsc');
  expect(await planRunsc({}, cache)).toEqual({ kind: 'path', path: '/opt/runsc' });
  expect(await planRunsc({ version: 'v0.0.0-20240722211153-64c016c92987' }, cache)).toMatchObject({ kind: 'build' });
  expect(await planRunsc({ release: '20260817' }, cache)).toMatchObject({ kind: 'release' });
});

test('a path without a program, or with another one, is an error of the user', async () => {
  const { cache, context, step } = workbench();
  const none = await planRunsc({ path: '/nowhere/runsc' }, cache);
  await expect(provideRunsc(none, context, step)).rejects.toMatchObject({ code: 'bad-runsc', exitCode: 2 });
  const other = await planRunsc({ path: fakeRunsc('hello') }, cache);
  await expect(provideRunsc(other, context, step)).rejects.toMatchObject({ code: 'bad-runsc' });
});

test('each version has a key of its own; the pinned one needs no checksum database', async () => {
  vi.stubEnv('SEEBENCH_RUNSC', '');
  const pinned = await planBuild(undefined);
  const old = await planBuild('v0.0.0-20240722211153-64c016c92987');
  expect(pinned).toMatchObject({ moduleVersion: pinnedVersion(), pinned: true });
  expect(old.pinned).toBe(false);
  expect(old.key).not.toBe(pinned.key);
  expect(pinnedVersion()).toMatch(/^v0\.0\.0-\d{14}-[0-9a-f]{12}$/);
});

test('the patched build is the pinned version with our changes, whatever else is asked for', async () => {
  vi.stubEnv('SEEBENCH_RUNSC', '/opt/runsc');
  const { cache } = workbench();
  const plain = await planBuild(undefined);
  const wanted = await planRunsc({ patched: true, release: '20260817' }, cache);
  expect(wanted).toMatchObject({
    kind: 'build',
    plan: {
      pinned: true,
      patches: ['checkpoint-without-cached-dentries.patch', 'early-clock.patch', 'folios-of-shared-memory.patch'],
    },
  });
  expect(plain.patches).toEqual([]);
  expect(wanted.kind === 'build' && wanted.plan.key).not.toBe(plain.key);
});

test.each(['master', 'latest', '20260817', 'v1.0.0; rm -rf /', '../x'])('%s is no module version', async (version) => {
  await expect(planBuild(version)).rejects.toMatchObject({ code: 'bad-runsc-version', exitCode: 2 });
});

test('a Go is new enough, or it is not', () => {
  expect(isAtLeast('go1.26.3', '1.26.3')).toBe(true);
  expect(isAtLeast('go1.27', '1.26.3')).toBe(true);
  expect(isAtLeast('go1.26', '1.26.3')).toBe(false);
  expect(isAtLeast('go1.9.7', '1.26.3')).toBe(false);
  expect(isAtLeast('devel go1.28-abcdef', '1.26.3')).toBe(false);
});

test('another version is built with the Go release that its own go.mod names', () => {
  expect(toolchainOf('module gvisor.dev/gvisor\n\ngo 1.22.0\n\nrequire (\n')).toBe('go1.22.0');
  expect(toolchainOf('module gvisor.dev/gvisor\n\ngo 1.20\n')).toBe('go1.20');
  expect(toolchainOf('go 1.23\n')).toBe('go1.23.0');
  expect(toolchainOf('module gvisor.dev/gvisor\n\ngo 1.24.0\n\ntoolchain go1.24.3\n')).toBe('go1.24.3');
  expect(() => toolchainOf('module gvisor.dev/gvisor\n')).toThrow('names no Go release');
  expect(() => toolchainOf('go 1.22.0; rm -rf /\n')).toThrow('names no Go release');
});
