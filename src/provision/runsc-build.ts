import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, cp, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { SeebenchError } from '../model/index.js';
import { getOrBuild, keyOf, lookUp, type Entry } from './cache.js';
import type { BuildContext } from './context.js';
import { bringGo, chooseGo, isAtLeast, type Go } from './go.js';
import { machine, packageFile } from './paths.js';
import { must, plainEnv, tied } from './programs.js';
import type { Step } from './steps.js';

const MODULE = 'gvisor.dev/gvisor';
const DEADLINE_MS = 30 * 60_000;
/** What official releases have and the module has not; see docs/startup.md. */
const SIDECAR_SOURCES = ['precompile/main.go', 'sentry/main.go'] as const;
/** Where the second build lies in an entry, with `gvisor-bin/` below it. */
export const SIDECARS_DIR = 'sidecars';
const PINS = ['go.mod', 'go.sum'] as const;
/** Files of gVisor that `precompile` fills with compiled seccomp programs. */
const COMPILED_FILTERS = ['runsc/boot/filter/filter_precompiled.go', 'runsc/fsgofer/filter/filter_precompiled.go'];

/** Changes of the pinned source for profiles with `runscBuild: patched`; docs/gvisor-changes.md says what each gives. */
const PATCHES = packageFile('provision', 'runsc', 'patches');

/** What is recorded of a built runsc. */
export interface BuiltFacts {
  readonly version: string;
  readonly moduleVersion: string;
  readonly go: string;
  /** The module's line of `go.sum`: which source this was. */
  readonly moduleSum: string;
}

/** The module version that the committed `go.mod` and `go.sum` pin. */
export function pinnedVersion(): string {
  const match = /^require gvisor\.dev\/gvisor (\S+)|^\s+gvisor\.dev\/gvisor (\S+)/m.exec(goMod());
  return (match?.[1] ?? match?.[2])!;
}

/** How one module version is built; known before anything is downloaded. */
export interface BuildPlan {
  readonly moduleVersion: string;
  /** What `runsc --version` will print. */
  readonly version: string;
  /** Whether the committed `go.sum` has every hash. */
  readonly pinned: boolean;
  /** Files of `PATCHES` that are applied to the source, by name. */
  readonly patches: readonly string[];
  /** What builds the pinned version. Of another one it only fetches the module and the Go release that the module asks for. */
  readonly go: Go;
  readonly key: string;
}

/**
 * @param version `undefined` for the pinned one
 * @param patched with our changes; of the pinned version only
 * @throws SeebenchError `bad-runsc-version` for what cannot be a module version.
 */
export async function planBuild(version: string | undefined, patched = false): Promise<BuildPlan> {
  const moduleVersion = version ?? pinnedVersion();
  if (!/^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(moduleVersion)) {
    throw new SeebenchError(
      'bad-runsc-version',
      `not a version of the Go module ${MODULE}: ${moduleVersion.slice(0, 100)}`,
      `give one like ${pinnedVersion()}; a release by its date is asked for with --runsc-release`,
    );
  }
  const pinned = moduleVersion === pinnedVersion();
  const go = await chooseGo(/^go (\S+)/m.exec(goMod())![1]!);
  const sums = pinned ? [goMod(), readFileSync(packageFile('provision', 'runsc', 'go.sum'), 'utf8')] : [];
  const patches = patched ? readdirSync(PATCHES).toSorted() : [];
  const label = versionLabel(moduleVersion, patches);
  const flags = [...buildFlags(label, null), ...Object.values(goTarget())];
  const builtBy = pinned ? go.version : 'what go.mod says';
  const sidecars = pinned
    ? SIDECAR_SOURCES.map((name) => readFileSync(packageFile('provision', 'sidecars', name), 'utf8'))
    : [];
  const key = keyOf({ moduleVersion, sums, go: builtBy, flags, sidecars });
  return { moduleVersion, version: label, pinned, patches, go, key };
}

export function presentBuild(plan: BuildPlan, cache: string): Entry<BuiltFacts> | null {
  return lookUp<BuiltFacts>(cache, 'runsc', plan.key);
}

/** Builds runsc from the Go module; nothing of it is left but the program and its `go.mod` and `go.sum`. */
export async function buildRunsc(plan: BuildPlan, context: BuildContext, step: Step): Promise<Entry<BuiltFacts>> {
  return getOrBuild(context.cache, 'runsc', plan.key, context.waiting(step), async (dir) => {
    const go = await bringGo(plan.go, context, step);
    const work = path.join(dir, 'work');
    const source = path.join(work, 'module');
    await mkdir(source, { recursive: true });
    for (const name of ['tmp', 'home']) await mkdir(path.join(work, name));
    const run = async (toolchain: string | null, args: readonly string[], doing: string): Promise<void> => {
      const [file, line] = tied(go, args);
      const env = goEnv(go, work, plan.pinned, toolchain);
      const options = { env, cwd: source, deadlineMs: DEADLINE_MS, logFile: step.logFile, signal: context.signal };
      await must(file, line, { ...options, doing, code: 'build-failed' });
    };
    const { moduleVersion } = plan;
    step.working(`downloading ${MODULE} ${moduleVersion}`);
    let toolchain: string | null = null;
    if (plan.pinned) {
      for (const name of PINS) await copyFile(packageFile('provision', 'runsc', name), path.join(source, name));
      await run(null, ['mod', 'download', '-x', MODULE], 'downloading the module of runsc');
      // A copy, in which files can be filled in; both builds are made of it, so that its packages are compiled once.
      const copy = path.join(source, 'gvisor');
      await cp(path.join(work, 'modules', `${MODULE}@${moduleVersion}`), copy, { recursive: true });
      await applyPatches(plan.patches, copy, context, step);
      await run(null, ['mod', 'edit', '-replace', `${MODULE}=./gvisor`], 'preparing the module of runsc');
    } else {
      await run(null, ['mod', 'download', `${MODULE}@${moduleVersion}`], `downloading runsc ${moduleVersion}`);
      const ownMod = path.join(work, 'modules', 'cache', 'download', MODULE, '@v', `${moduleVersion}.mod`);
      toolchain = toolchainOf(await readFile(ownMod, 'utf8'));
      await run(toolchain, ['mod', 'init', 'seebench.invalid/runsc'], 'preparing the module of runsc');
      // No committed hashes: the checksum database vouches for them, and what it said is kept beside the program.
      await run(toolchain, ['get', `${MODULE}/runsc@${moduleVersion}`], `resolving runsc ${moduleVersion}`);
    }
    step.working(`compiling runsc ${plan.version} with ${toolchain ?? plan.go.version}`);
    const flags = buildFlags(plan.version, toolchain);
    const build = (to: string, what: string): Promise<void> =>
      run(toolchain, ['build', ...flags, '-o', to, what], `building ${path.basename(to)}`);
    await build(path.join(dir, 'runsc'), `${MODULE}/runsc`);
    if (plan.pinned) {
      step.working('compiling its filters and sidecars');
      await buildSidecars({ source, to: path.join(dir, SIDECARS_DIR), build, context, step });
    }
    for (const name of PINS) {
      const pin = plan.pinned ? packageFile('provision', 'runsc', name) : path.join(source, name);
      await copyFile(pin, path.join(dir, name));
    }
    await rm(work, { recursive: true, force: true });
    return {
      version: plan.version,
      moduleVersion: plan.moduleVersion,
      go: toolchain ?? plan.go.version,
      moduleSum: sumLine(await readFile(path.join(dir, 'go.sum'), 'utf8'), plan.moduleVersion),
    };
  });
}

/** Changes a copy of gVisor's source. */
async function applyPatches(
  patches: readonly string[],
  copy: string,
  context: BuildContext,
  step: Step,
): Promise<void> {
  for (const name of patches) {
    const [file, args] = tied('git', ['apply', path.join(PATCHES, name)]);
    // Were the cache inside a repository, git would take the paths of the patch as that repository's.
    const env = plainEnv({ GIT_CEILING_DIRECTORIES: path.dirname(copy) });
    const options = { env, cwd: copy, deadlineMs: DEADLINE_MS, logFile: step.logFile, signal: context.signal };
    await must(file, args, { ...options, doing: `applying ${name}`, code: 'build-failed' });
  }
}

interface SidecarsBuild {
  /** The module that the copy of gVisor lies in. */
  readonly source: string;
  readonly to: string;
  readonly build: (to: string, what: string) => Promise<void>;
  readonly context: BuildContext;
  readonly step: Step;
}

/** Fills gVisor's own place for compiled filters, and builds runsc again with the programs that stand beside it. */
async function buildSidecars({ source, to, build, context, step }: SidecarsBuild): Promise<void> {
  for (const name of ['precompile', 'sentry'])
    await cp(packageFile('provision', 'sidecars', name), path.join(source, name), { recursive: true });
  const precompile = path.join(source, 'precompile.bin');
  await build(precompile, './precompile');
  for (const name of COMPILED_FILTERS) {
    const [file, args] = tied(precompile, [path.join(source, 'gvisor', name)]);
    const options = { deadlineMs: DEADLINE_MS, logFile: step.logFile, signal: context.signal };
    await must(file, args, { ...options, doing: 'compiling seccomp programs', code: 'build-failed' });
  }
  const beside = path.join(to, 'gvisor-bin');
  await mkdir(beside, { recursive: true });
  await build(path.join(to, 'runsc'), `${MODULE}/runsc`);
  await build(path.join(beside, 'gvisor_sentry'), './sentry');
}

/** What `runsc --version` prints of a build of ours. */
function versionLabel(moduleVersion: string, patches: readonly string[]): string {
  const version = moduleVersion.replace(/^v/, '');
  if (patches.length === 0) return version;
  // Which changes they were: caches, snapshots and comparisons know a runsc by its version.
  const changes = patches.map((name) => readFileSync(path.join(PATCHES, name), 'utf8'));
  return `${version}-patched-${keyOf({ changes }).slice(0, 8)}`;
}

/**
 * The Go release that a module's `go.mod` asks for, e.g. `go1.22.0`. gVisor reads fields of the Go runtime at offsets that it knows for
 * the releases of its day: a version of 2024 builds with Go 1.26, starts, and panics as soon as two threads wait for each other.
 */
export function toolchainOf(module: string): string {
  const [, asked] = /^toolchain go(\S+)$/m.exec(module) ?? /^go (\S+)$/m.exec(module) ?? [];
  if (asked === undefined || !/^\d+\.\d+(\.\d+)?$/.test(asked))
    throw new SeebenchError(
      'build-failed',
      `the go.mod of this version of ${MODULE} names no Go release`,
      'try another version',
    );
  // The first release of 1.20 is called 1.20, that of 1.21 is 1.21.0.
  const [, minor = 0, patch] = asked.split('.').map(Number);
  return `go${asked}${patch === undefined && minor >= 21 ? '.0' : ''}`;
}

/**
 * @param version what `runsc --version` shall say
 * @param toolchain `null` for the host's, or the locked one
 */
function buildFlags(version: string, toolchain: string | null): string[] {
  // Versions before 2025 reach into the Go runtime by linkname, which Go 1.23 forbade; before it the linker knows no such flag.
  const linkname = toolchain !== null && isAtLeast(toolchain, '1.23.0') ? ['-checklinkname=0'] : [];
  const label = `-X ${MODULE}/runsc/version.version=${version}`;
  return ['-trimpath', '-buildvcs=false', `-ldflags=${['-s', '-w', ...linkname, label].join(' ')}`];
}

function goTarget(): Record<string, string> {
  return { CGO_ENABLED: '0', GOOS: 'linux', GOARCH: machine().go, GOAMD64: 'v1', GOARM64: 'v8.0' };
}

/** What Go is run with: nothing of the user's own settings, and caches that can be removed. */
export function goEnv(
  go: string,
  work: string,
  pinned: boolean,
  toolchain: string | null = null,
): Record<string, string> {
  return plainEnv({
    ...goTarget(),
    PATH: `${path.dirname(go)}${path.delimiter}${plainEnv()['PATH'] ?? ''}`,
    GOTOOLCHAIN: toolchain ?? 'local',
    // Set, so that the user's own `go env -w GOFLAGS=…` is not used; without write protection the caches can be removed.
    GOFLAGS: pinned ? '-mod=readonly -modcacherw' : '-mod=mod -modcacherw',
    GOWORK: 'off',
    GOPATH: path.join(work, 'gopath'),
    GOMODCACHE: path.join(work, 'modules'),
    GOCACHE: path.join(work, 'objects'),
    GOTMPDIR: path.join(work, 'tmp'),
    GOTELEMETRY: 'off',
  });
}

function goMod(): string {
  return readFileSync(packageFile('provision', 'runsc', 'go.mod'), 'utf8');
}

function sumLine(sums: string, moduleVersion: string): string {
  return sums.split('\n').find((line) => line.startsWith(`${MODULE} ${moduleVersion} h1:`)) ?? '';
}
