import { spawnSync } from 'node:child_process';

/** Path of ruff, or `null`: on PATH. */
export async function findRuff() {
  return spawnSync('ruff', ['--version']).status === 0 ? 'ruff' : null;
}
