import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { getOrBuild, keyOf, lookUp } from './cache.js';
import type { BuildContext } from './context.js';
import type { ProvidedLayer } from './layers.js';
import { must, tied } from './programs.js';
import type { Step } from './steps.js';

/** Java sources that become one program. */
export interface JavaProgram {
  /** For messages: the workload's id. */
  readonly name: string;
  /** Directories whose `.java` files are compiled together; the class `Main` begins. */
  readonly dirs: readonly string[];
}

/** Any Java from this one on runs what is compiled here. */
const RELEASE = '17';
/** The guest module's way to the descriptor of its events, which Java's own classes hide. */
const MANIFEST = 'Main-Class: Main\nAdd-Opens: java.base/java.io\n';
const COMPILE = [
  `javac --release ${RELEASE} -encoding UTF-8 -Xlint:all -Werror -d /tmp/java/classes /tmp/java/sources/*.java`,
  'jar --create --file /tmp/java/main.jar --manifest /tmp/java/manifest.txt --date=1980-01-01T00:00:02Z -C /tmp/java/classes .',
].join(' && ');

/**
 * Compiles a program with the layer's own compiler, once for each state of its sources.
 * @returns the directory that holds `main.jar`
 */
export async function provideJava(
  program: JavaProgram,
  layer: ProvidedLayer,
  context: BuildContext,
  step: Step,
): Promise<string> {
  const sources = program.dirs.flatMap(javaFiles);
  const hash = createHash('sha256');
  for (const file of sources) hash.update(path.basename(file)).update('\0').update(readFileSync(file)).update('\0');
  const key = keyOf({ sources: hash.digest('hex'), COMPILE, MANIFEST, layer: layer.digest });
  const present = lookUp<null>(context.cache, 'classes', key);
  const entry =
    present ??
    (await getOrBuild(context.cache, 'classes', key, context.waiting(step), async (dir) => {
      step.working(`compiling ${sources.length} files of ${program.name}`);
      const work = path.join(dir, 'java');
      mkdirSync(path.join(work, 'sources'), { recursive: true });
      for (const file of sources) copyFileSync(file, path.join(work, 'sources', path.basename(file)));
      writeFileSync(path.join(work, 'manifest.txt'), MANIFEST);
      // In name spaces of its own: what is mounted is gone with it, and the tree stays as it was.
      const script = [
        'mount -t proc proc "$1/proc"',
        'mount -t tmpfs tmpfs "$1/tmp"',
        'mkdir "$1/tmp/java"',
        'mount --bind "$2" "$1/tmp/java"',
        `chroot "$1" /usr/bin/env -i PATH=/usr/bin:/bin LANG=C.UTF-8 /bin/sh -euc '${COMPILE}'`,
      ].join('\n');
      const [file, args] = tied('sh', ['-euc', script, 'sh', layer.dir, work]);
      await must(file, args, {
        deadlineMs: 5 * 60_000,
        logFile: step.logFile,
        signal: context.signal,
        doing: `compiling ${program.name}`,
        code: 'build-failed',
      });
      mkdirSync(path.join(dir, 'jar'));
      copyFileSync(path.join(work, 'main.jar'), path.join(dir, 'jar', 'main.jar'));
      await rm(work, { recursive: true, force: true });
      return null;
    }));
  if (present === null) step.done('main.jar');
  else step.present('main.jar');
  return path.join(entry.dir, 'jar');
}

function javaFiles(dir: string): string[] {
  const names = readdirSync(dir).filter((name) => name.endsWith('.java'));
  return names.toSorted().map((name) => path.join(dir, name));
}
