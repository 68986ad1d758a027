import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const work = mkdtempSync(join(tmpdir(), 'seebench-pack-'));
const app = join(work, 'app');

function run(file: string, args: readonly string[], cwd: string) {
  const env = { ...process.env, SEEBENCH_STATE: join(work, 'state') };
  return spawnSync(file, args, { cwd, env, encoding: 'utf8' });
}

/** Packs what `npm publish` would send and installs it where nothing else is. */
beforeAll(() => {
  const packed = run('npm', ['pack', '--pack-destination', work], resolve('.'));
  expect(packed.status, packed.stderr).toBe(0);
  const archive = readdirSync(work).find((name) => name.endsWith('.tgz'))!;
  run('mkdir', [app], work);
  writeFileSync(join(app, 'package.json'), '{"private": true}');
  const installed = run('npm', ['install', '--no-audit', '--no-fund', join(work, archive)], app);
  expect(installed.status, installed.stderr).toBe(0);
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

test('the package brings its workloads, profiles and schemas', () => {
  const listed = run('npx', ['--no-install', 'seebench', 'list', 'workloads', '--json'], app);
  expect(JSON.parse(listed.stdout).workloads.length).toBeGreaterThanOrEqual(14);
  const profiles = run('npx', ['--no-install', 'seebench', 'list', 'profiles', '--json'], app);
  expect(JSON.parse(profiles.stdout).profiles.map(({ id }: { id: string }) => id)).toEqual([
    ...['default', 'patched', 'strict', 'tuned-host', 'tuned'],
  ]);
  expect(readdirSync(join(app, 'node_modules', 'seebench', 'schemas'))).toContain('workload.schema.json');
});

test('the installed program measures and reports where the user stands', () => {
  const args = [
    '--no-install',
    'seebench',
    'run',
    '--suite',
    'smoke',
    '--workload',
    'true,start-js',
    '--env',
    'gvisor-systrap',
  ];
  const measured = run('npx', [...args, '--blocks', '1', '--json'], app);
  expect(measured.status, measured.stderr).toBe(0);
  const { run: id } = JSON.parse(measured.stdout) as { run: string };
  expect(readdirSync(join(app, 'results'))).toContain(id);
  expect(readdirSync(join(app, 'reports', id))).toContain('index.html');
});
