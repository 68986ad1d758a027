import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * Path of ruff: the locked one that `setup --for-tests` brings, else the one on PATH.
 * @returns {Promise<string | null>} `null` when there is none
 */
export async function findRuff() {
  const built = new URL('../dist/provision/tools.js', import.meta.url);
  if (existsSync(built)) {
    const { presentTool, toolProgram } = await import(built.href);
    const { cacheDir } = await import(new URL('./paths.js', built).href);
    const entry = presentTool('ruff', cacheDir());
    if (entry !== null) return toolProgram(entry, 'ruff');
  }
  return spawnSync('ruff', ['--version']).status === 0 ? 'ruff' : null;
}
