import path from 'node:path';
import { getOrBuild, keyOf, lookUp, type Entry } from './cache.js';
import { machine } from './paths.js';
import { installWheels, lockedTool } from './pip.js';
import type { BuildContext } from './context.js';
import type { Step } from './steps.js';

/** A locked tool of `provision/tools.lock` in a directory of its own: unpacked there by pip, never into the host. */
export async function tool(name: string, context: BuildContext, step: Step): Promise<Entry<null>> {
  const locked = lockedTool(name);
  return getOrBuild(context.cache, 'tools', toolKey(name), context.waiting(step), async (dir) => {
    step.working(`downloading ${locked.name} ${locked.version}`);
    await installWheels([locked], path.join(dir, 'site'), step, context.signal);
    return null;
  });
}

/** The tool, if it is there already. */
export function presentTool(name: string, cache: string): Entry<null> | null {
  return lookUp<null>(cache, 'tools', toolKey(name));
}

/** A tool's program for a person who asked for it; answers its absolute path. */
export async function provideTool(name: string, context: BuildContext, step: Step): Promise<string> {
  const present = presentTool(name, context.cache);
  const entry = present ?? (await tool(name, context, step));
  if (present === null) step.done(lockedTool(name).version);
  else step.present(lockedTool(name).version);
  return toolProgram(entry, name);
}

function toolKey(name: string): string {
  return keyOf({ tool: lockedTool(name).requirement, machine: machine().uname });
}

/** A program that the tool's wheel ships. */
export function toolProgram(entry: Entry<null>, name: string): string {
  return path.join(entry.dir, 'site', 'bin', name);
}
