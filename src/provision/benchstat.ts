import { copyFile, mkdir, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { getOrBuild, keyOf, lookUp, type Entry } from './cache.js';
import type { BuildContext } from './context.js';
import { bringGo, chooseGo } from './go.js';
import { machine, packageFile } from './paths.js';
import { must, tied } from './programs.js';
import { goEnv } from './runsc-build.js';
import type { Step } from './steps.js';

const MODULE = 'golang.org/x/perf';

/** benchstat, which the tests read an export with: built from the pinned module by the Go that builds runsc. @returns its path */
export async function provideBenchstat(context: BuildContext, step: Step): Promise<string> {
  const present = presentBenchstat(context.cache);
  const entry =
    present ??
    (await getOrBuild(context.cache, 'tools', key(), context.waiting(step), async (dir) => {
      const go = await bringGo(await chooseGo(/^go (\S+)/m.exec(file('go.mod'))![1]!), context, step);
      const work = path.join(dir, 'work');
      const source = path.join(work, 'module');
      for (const sub of ['module', 'tmp', 'home']) await mkdir(path.join(work, sub), { recursive: true });
      for (const name of ['go.mod', 'go.sum']) await copyFile(filePath(name), path.join(source, name));
      step.working('compiling benchstat');
      const [program, line] = tied(go, ['build', '-o', path.join(dir, 'benchstat'), `${MODULE}/cmd/benchstat`]);
      const options = { env: goEnv(go, work, true), cwd: source, deadlineMs: 600_000, logFile: step.logFile };
      await must(program, line, {
        ...options,
        signal: context.signal,
        doing: 'building benchstat',
        code: 'build-failed',
      });
      await rm(work, { recursive: true, force: true });
      return null;
    }));
  if (present === null) step.done(version());
  else step.present(version());
  return path.join(entry.dir, 'benchstat');
}

/** benchstat, if it is there already. */
export function presentBenchstat(cache: string): Entry<null> | null {
  return lookUp<null>(cache, 'tools', key());
}

function key(): string {
  return keyOf({ tool: 'benchstat', mod: file('go.mod'), sum: file('go.sum'), machine: machine().uname });
}

function version(): string {
  return new RegExp(`${MODULE} (\\S+)`).exec(file('go.mod'))![1]!;
}

function filePath(name: string): string {
  return packageFile('provision', 'benchstat', name);
}

function file(name: string): string {
  return readFileSync(filePath(name), 'utf8');
}
