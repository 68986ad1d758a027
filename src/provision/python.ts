import { exec } from '../process/index.js';
import { plainEnv, which } from './programs.js';

let found: string | null = null;

/** A Python 3 that has pip: the first one on PATH, else Debian's own, which a Python of the user's may hide. */
export async function pythonWithPip(): Promise<string | null> {
  if (found !== null) return found;
  for (const python of new Set([which('python3'), '/usr/bin/python3'])) {
    if (python === null || !(await hasPip(python))) continue;
    return (found = python);
  }
  return null;
}

async function hasPip(python: string): Promise<boolean> {
  try {
    const said = await exec(python, ['-m', 'pip', '--version'], { deadlineMs: 20_000, env: plainEnv() });
    return said.exitCode === 0;
  } catch {
    // No such program.
    return false;
  }
}
