#!/usr/bin/env node
// Makes a bare checkout runnable: packages of npm, compiled sources and, with --test, what the tests need.
// Plain Node and no packages, as it runs before there are any. When nothing is missing it takes a fraction of a second.
//   node scripts/ensure.mjs [--test] [--quiet]
// What it says goes to stderr: stdout belongs to the command that follows.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const options = new Set(process.argv.slice(2));
const modules = path.join(root, 'node_modules');
const dist = path.join(root, 'dist');

const unknown = [...options].find((option) => !['--test', '--quiet'].includes(option));
if (unknown !== undefined) fail(`unknown option ${unknown}; there are --test and --quiet`);
checkNode();
const packagesAreThere = () => readStamp(modules) === packagesStamp();
const buildIsThere = () => readStamp(dist) === sourcesStamp();
if (!packagesAreThere() || !buildIsThere()) {
  await alone(() => {
    // Another process may have done it meanwhile.
    if (!packagesAreThere()) step('npm ci', installPackages);
    if (!buildIsThere()) step('compile TypeScript', build);
  });
}
if (options.has('--test')) {
  const main = path.join(dist, 'cli', 'main.js');
  const setup = spawnSync(process.execPath, [main, 'setup', '--for-tests'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (setup.status !== 0) process.exit(setup.status ?? 5);
}

function checkNode() {
  const { engines } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const [major, minor] = /(\d+)\.(\d+)/.exec(engines.node).slice(1).map(Number);
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  if (ownMajor < major || (ownMajor === major && ownMinor < minor)) {
    fail(`Node ${engines.node} is needed, and this is ${process.versions.node} (${process.execPath})`);
  }
}

function installPackages() {
  // NODE_ENV=production would leave the compiler out.
  const result = npm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  if (result.status !== 0) return result;
  writeFileSync(stampFile(modules), packagesStamp());
  return result;
}

function build() {
  // Beside, and then moved: a kill leaves no half of it, and files whose source went are gone.
  const temporary = path.join(modules, '.cache', `seebench-dist-${process.pid}`);
  const compiler = path.join(modules, 'typescript', 'bin', 'tsc');
  const stamp = sourcesStamp();
  const result = run(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', temporary]);
  if (result.status !== 0) {
    rmSync(temporary, { recursive: true, force: true });
    return result;
  }
  writeFileSync(stampFile(temporary), stamp);
  rmSync(dist, { recursive: true, force: true });
  renameSync(temporary, dist);
  return result;
}

/** Says what is done, and how long it took; ends the process with what the program printed if it failed. */
function step(name, work) {
  if (!options.has('--quiet')) process.stderr.write(`… ${name}\n`);
  const startedAt = performance.now();
  const result = work();
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
    fail(`${name} failed (${result.error?.message ?? result.signal ?? `exit code ${result.status}`})`);
  }
  if (!options.has('--quiet'))
    process.stderr.write(`✓ ${name} ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
}

/** Runs `work` in one process at a time for this checkout; a lock of a process that is gone is taken over. */
async function alone(work) {
  const id = createHash('sha256').update(root).digest('hex').slice(0, 12);
  const lock = path.join(tmpdir(), `seebench-ensure-${process.getuid()}-${id}`);
  let told = false;
  for (;;) {
    try {
      mkdirSync(lock, { mode: 0o700 });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = holderOf(lock);
    if (holder === null) {
      rmSync(lock, { recursive: true, force: true });
      continue;
    }
    if (!told) process.stderr.write(`… waiting for another process (${holder}) that prepares this checkout\n`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  try {
    writeFileSync(path.join(lock, 'pid'), String(process.pid));
    work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** The living process that holds the lock; `null`: none. */
function holderOf(lock) {
  try {
    const pid = Number(readFileSync(path.join(lock, 'pid'), 'utf8'));
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    if (error.code === 'EPERM') return 'of another user';
    // It makes the directory first and writes its number then.
    if (error.code === 'ENOENT')
      return existsSync(lock) && Date.now() - statSync(lock).mtimeMs < 5000 ? 'starting' : null;
    return null;
  }
}

function packagesStamp() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${process.versions.modules}\n`);
  return hash.update(readFileSync(path.join(root, 'package-lock.json'))).digest('hex');
}

function sourcesStamp() {
  const hash = createHash('sha256');
  const files = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', ...list('src')];
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

function list(folder) {
  const entries = readdirSync(path.join(root, folder), { withFileTypes: true });
  return entries
    .flatMap((entry) => (entry.isDirectory() ? list(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`]))
    .toSorted();
}

function stampFile(dir) {
  return path.join(dir, '.seebench-stamp');
}

function readStamp(dir) {
  try {
    return readFileSync(stampFile(dir), 'utf8');
  } catch {
    return null;
  }
}

function npm(args) {
  // Under `npm run` this is npm's own script, which a PATH may not have.
  const script = process.env.npm_execpath;
  return script?.endsWith('.js') ? run(process.execPath, [script, ...args]) : run('npm', args);
}

function run(file, args) {
  return spawnSync(file, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function fail(message) {
  process.stderr.write(`seebench: ${message}\n`);
  // 2: something outside of the program has to change first.
  process.exit(2);
}
