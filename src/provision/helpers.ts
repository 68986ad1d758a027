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
  /** Directory with the guest's programs, `first` and `syscalls`, and the libraries `keep_frames.so` and `patchable_calls.so`. */
  readonly guestBin: string;
}

interface Program {
  /** Relative to the entry. */
  readonly output: string;
  readonly sources: readonly string[];
  /** What the sources include. */
  readonly included?: readonly string[];
  readonly flags: readonly string[];
}

const HOST_PROGRAMS = ['launcher', 'filters', 'syscount', 'dropcache', 'steps'];
const COMMON_FLAGS = ['-O2', '-Wall', '-Wextra', '-D_GNU_SOURCE', '-s'];
const PROGRAM_FLAGS = [...COMMON_FLAGS, '-static', '-pthread'];
/** For libraries that any C library of a guest can load: they ask it for nothing new, and GCC's own for no atomic operations. In few pieces to map, bound when they are loaded. */
export const LIBRARY_FLAGS: readonly string[] = [
  ...[...COMMON_FLAGS, '-shared', '-fPIC', '-nostdlib', '-fno-builtin', '-Wl,-z,noseparate-code,-z,now'],
  ...(process.arch === 'arm64' ? ['-mno-outline-atomics'] : []),
];
/** C files of the guest that are libraries to preload. */
const LIBRARIES = new Set(['keep_frames', 'patchable_calls']);

/** Compiles the C files of `provision/` and the C files of `workloads/_guest/`, where their sources or compiler changed. */
export async function provideHelpers(context: BuildContext, step: Step): Promise<ProvidedHelpers> {
  const programs = helperPrograms();
  const compiler = await exec('gcc', ['--version'], { deadlineMs: 10_000, env: plainEnv() });
  const key = keyOf({ programs: programs.map(contentOf), compiler: compiler.stdout.split('\n')[0] });
  let built = false;
  const entry = await getOrBuild(context.cache, 'helpers', key, context.waiting(step), async (dir) => {
    step.working('compiling the C programs');
    built = true;
    for (const { output, sources, flags } of programs) {
      await mkdir(path.dirname(path.join(dir, output)), { recursive: true });
      const [file, args] = tied('gcc', [...flags, '-o', path.join(dir, output), ...sources]);
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
    ...HOST_PROGRAMS.map((output) => ({
      output,
      sources: [packageFile('provision', `${output}.c`)],
      flags: PROGRAM_FLAGS,
    })),
    ...cFiles(guest).map((file) => {
      const name = path.basename(file, '.c');
      const isLibrary = LIBRARIES.has(name);
      return {
        output: path.join('guest', isLibrary ? `${name}.so` : name),
        sources: [file],
        flags: isLibrary ? LIBRARY_FLAGS : PROGRAM_FLAGS,
        ...(name === 'syscalls' ? { included } : {}),
      };
    }),
  ];
}

function cFiles(dir: string, end = '.c'): string[] {
  if (!existsSync(dir)) return [];
  const names = readdirSync(dir).filter((name) => name.endsWith(end));
  return names.toSorted().map((name) => path.join(dir, name));
}

/** Sources and what they include. */
function contentOf({ output, sources, included = [], flags }: Program): [string, string] {
  const hash = createHash('sha256');
  for (const file of [...sources, ...included])
    hash.update(path.basename(file)).update('\0').update(readFileSync(file)).update('\0');
  return [output, hash.update(flags.join(' ')).digest('hex')];
}
