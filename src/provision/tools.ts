import path from 'node:path';
import { getOrBuild, keyOf, lookUp, type Entry } from './cache.js';
import { machine } from './paths.js';
import { installWheels, lockedTool, type LockedPackage } from './pip.js';
import type { BuildContext } from './context.js';
import type { Step } from './steps.js';

/** Tools of `provision/tools.lock` for checks and tests, a linter and readers of exports; and pip and pytest, which sandboxes are given by `conform`. */
export const LOCKED_TOOLS = ['ruff', 'pyperf', 'prometheus-client', 'pip', 'pytest'] as const;
export type LockedTool = (typeof LOCKED_TOOLS)[number];

/** What a tool needs beside it that the root file system has not. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  pytest: ['pluggy', 'iniconfig', 'pygments', 'hypothesis', 'attrs'],
};

export function isLockedTool(name: string): name is LockedTool {
  return LOCKED_TOOLS.some((locked) => locked === name);
}

/** A locked tool of `provision/tools.lock` in a directory of its own: unpacked there by pip, never into the host. */
export async function tool(name: string, context: BuildContext, step: Step): Promise<Entry<null>> {
  const locked = lockedTool(name);
  return getOrBuild(context.cache, 'tools', toolKey(name), context.waiting(step), async (dir) => {
    step.working(`downloading the tool ${locked.name} ${locked.version}`);
    await installWheels(lockedTools(name), path.join(dir, 'site'), step, context.signal);
    return null;
  });
}

/** The tool, if it is there already. */
export function presentTool(name: string, cache: string): Entry<null> | null {
  return lookUp<null>(cache, 'tools', toolKey(name));
}

/** A tool for a person who asked for it; answers the directory of its site packages. */
export async function provideTool(name: string, context: BuildContext, step: Step): Promise<string> {
  const present = presentTool(name, context.cache);
  const entry = present ?? (await tool(name, context, step));
  if (present === null) step.done(lockedTool(name).version);
  else step.present(lockedTool(name).version);
  return path.join(entry.dir, 'site');
}

function lockedTools(name: string): LockedPackage[] {
  return [name, ...(BESIDE[name] ?? [])].map((one) => lockedTool(one));
}

function toolKey(name: string): string {
  return keyOf({ tool: lockedTools(name).map(({ requirement }) => requirement), machine: machine().uname });
}

/** A program that the tool's wheel ships. */
export function toolProgram(entry: Entry<null>, name: string): string {
  return path.join(entry.dir, 'site', 'bin', name);
}
