import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import { BuildContext } from '../../src/provision/context.js';
import { beginStep, type Step, type StepEvent } from '../../src/provision/steps.js';

const made: string[] = [];
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** A directory that goes after the test. */
export function scratch(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'seebench-test-provision-'));
  made.push(dir);
  return dir;
}

/** A context and a step over an empty cache, and what the step said. */
export function workbench(): { cache: string; context: BuildContext; step: Step; events: StepEvent[] } {
  const cache = scratch();
  const events: StepEvent[] = [];
  const context = new BuildContext(cache, new AbortController().signal);
  return { cache, context, step: beginStep('test', cache, (event) => events.push(event)), events };
}
