import { spawnSync } from 'node:child_process';

/**
 * Runs a host program to its end.
 * @param {string} file
 * @param {readonly string[]} args
 * @returns {string} what it printed
 * @throws Error with the end of its stderr when it fails
 */
export function must(file, args) {
  const done = spawnSync(file, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (done.status === 0) return done.stdout;
  const why = done.error?.message ?? done.stderr.trim().split('\n').slice(-8).join('\n');
  throw new Error(`${file} failed (${done.signal ?? `exit ${done.status}`}): ${why}`);
}

/** Is there such a program on PATH? */
export function has(program) {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0;
}

/** Debian packages that bring the programs the emulated machine is made with. */
const PACKAGE_OF = {
  'qemu-system-x86_64': 'qemu-system-x86',
  mmdebstrap: 'mmdebstrap',
  mke2fs: 'e2fsprogs',
  'mkfs.erofs': 'erofs-utils',
};

/**
 * Installs what is missing on Debian and Ubuntu as root, after saying what.
 * @param {(line: string) => void} say
 * @throws Error with the line to run, where it cannot
 */
export function installMissing(say) {
  const missing = Object.entries(PACKAGE_OF).flatMap(([program, name]) => (has(program) ? [] : [name]));
  if (missing.length === 0) return;
  const line = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !has('apt-get')) throw new Error(`packages are missing; run as root: ${line}`);
  say(`installing ${missing.join(', ')}`);
  must('apt-get', ['update', '-q']);
  must('env', ['DEBIAN_FRONTEND=noninteractive', ...line.split(' ')]);
}
