import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { exec } from '../process/index.js';
import { getOrBuild, keyOf } from './cache.js';
import type { BuildContext } from './context.js';
import { packageFile } from './paths.js';
import { must, plainEnv, tied } from './programs.js';
import type { Step } from './steps.js';

/** The small C programs, linked statically: they run in any root file system. */
export interface ProvidedHelpers {
  /** The host's launcher; absolute path. */
  readonly launcher: string;
  /** The host's program that reads seccomp filters of a process. */
  readonly filters: string;
  /** The host's program that counts system calls of a cgroup. */
  readonly syscount: string;
  /** The host's program that takes files out of the page cache. */
  readonly dropcache: string;
  /** The host's program that runs a container step by step, and stamps each. */
  readonly steps: string;
  /** Directory with the guest's programs, `first` and `syscalls`. */
  readonly guestBin: string;
}

interface Program {
  /** Relative to the entry. */
  readonly output: string;
  readonly sources: readonly string[];
  /** What the sources include. */
  readonly included?: readonly string[];
}

const HOST_PROGRAMS = ['launcher', 'filters', 'syscount', 'dropcache', 'steps'];
const FLAGS = ['-O2', '-static', '-pthread', '-Wall', '-Wextra', '-D_GNU_SOURCE', '-s'];

/** Compiles the C files of `provision/` and the C files of `workloads/_guest/`, where their sources or compiler changed. */
export async function provideHelpers(context: BuildContext, step: Step): Promise<ProvidedHelpers> {
  const programs = helperPrograms();
  const compiler = await exec('gcc', ['--version'], { deadlineMs: 10_000, env: plainEnv() });
  const key = keyOf({ programs: programs.map(contentOf), flags: FLAGS, compiler: compiler.stdout.split('\n')[0] });
  let built = false;
  const entry = await getOrBuild(context.cache, 'helpers', key, context.waiting(step), async (dir) => {
    step.working('compiling the C programs');
    built = true;
    for (const { output, sources } of programs) {
      await mkdir(path.dirname(path.join(dir, output)), { recursive: true });
      const [file, args] = tied('gcc', [...FLAGS, '-o', path.join(dir, output), ...sources]);
      await must(file, args, {
        deadlineMs: 2 * 60_000,
        logFile: step.logFile,
        signal: context.signal,
        doing: `compiling ${path.basename(output)}`,
        code: 'build-failed',
      });
    }
    return null;
  });
  const names = programs.map(({ output }) => path.basename(output)).join(', ');
  if (built) step.done(names);
  else step.present(names);
  return {
    launcher: path.join(entry.dir, 'launcher'),
    filters: path.join(entry.dir, 'filters'),
    syscount: path.join(entry.dir, 'syscount'),
    dropcache: path.join(entry.dir, 'dropcache'),
    steps: path.join(entry.dir, 'steps'),
    guestBin: path.join(entry.dir, 'guest'),
  };
}

/** `syscalls.c` includes the files of `syscalls/`; every other C file of the guest is a program of its own. */
function helperPrograms(): Program[] {
  const guest = packageFile('workloads', '_guest');
  const folder = path.join(guest, 'syscalls');
  const included = [...cFiles(folder), ...cFiles(folder, '.h')];
  return [
    ...HOST_PROGRAMS.map((output) => ({ output, sources: [packageFile('provision', `${output}.c`)] })),
    ...cFiles(guest).map((file) => ({
      output: path.join('guest', path.basename(file, '.c')),
      sources: [file],
      ...(path.basename(file) === 'syscalls.c' ? { included } : {}),
    })),
  ];
}

function cFiles(dir: string, end = '.c'): string[] {
  if (!existsSync(dir)) return [];
  const names = readdirSync(dir).filter((name) => name.endsWith(end));
  return names.toSorted().map((name) => path.join(dir, name));
}

/** Sources and what they include. */
function contentOf({ output, sources, included = [] }: Program): [string, string] {
  const hash = createHash('sha256');
  for (const file of [...sources, ...included])
    hash.update(path.basename(file)).update('\0').update(readFileSync(file)).update('\0');
  return [output, hash.digest('hex')];
}
