import { mkdirSync } from 'node:fs';
import { SeebenchError } from '../model/index.js';
import { removeStale } from './cache.js';
import { BuildContext } from './context.js';
import { checkDataNames, presentData, provideData, type ProvidedData } from './data.js';
import { provideHelpers, type ProvidedHelpers } from './helpers.js';
import { chromium, HOST_NEEDS, providePackages, type HostNeed } from './packages.js';
import { cacheDir } from './paths.js';
import { presentErofs, provideErofs, provideOwnRootfs, provideUsersRootfs, type ProvidedRootfs } from './rootfs.js';
import { presentRootfs } from './rootfs-build.js';
import { provideRunc, type ProvidedRunc } from './runc.js';
import { planRunsc, provideRunsc, type ProvidedRunsc, type RunscRequest } from './runsc.js';
import { BUILD_BYTES, checkRoom } from './space.js';
import { beginStep, type OnStep, type Step } from './steps.js';
import { presentTool, tool, toolProgram } from './tools.js';

/** `packages`: what the other parts need of the host is installed; without it a missing package is an error. */
export type Part = 'packages' | 'runc' | 'runsc' | 'rootfs' | 'erofs' | 'helpers' | 'data';

export interface ProvisionRequest {
  /** What is needed; `erofs` needs `rootfs`. */
  readonly parts: readonly Part[];
  /** Names of data sets; used with the part `data`. */
  readonly data: readonly string[];
  readonly runsc: RunscRequest;
  /** A user's own tree instead of ours. */
  readonly rootfs?: string;
  /** Whether packages may be installed with apt-get; it takes root too. */
  readonly allowInstall: boolean;
  /** Programs for development: the linter of Python, a browser for the tests of pages. */
  readonly tools?: readonly ('ruff' | 'chromium')[];
}

/** What is there now. A part that was not asked for throws when it is read. */
export interface Provisioned {
  readonly runc: ProvidedRunc;
  readonly runsc: ProvidedRunsc;
  readonly rootfs: ProvidedRootfs;
  readonly helpers: ProvidedHelpers;
  /** By name. */
  readonly data: Readonly<Record<string, ProvidedData>>;
  /** Absolute paths of the asked tools' programs, by name. */
  readonly tools: Readonly<Record<string, string>>;
}

export interface ProvisionOptions {
  readonly onStep: OnStep;
  /** Ends the set-up; what is half done goes. */
  readonly signal?: AbortSignal;
}

/**
 * Brings what is missing of the request, and finds in well under 2 s that nothing is. Parts are made at the same time.
 * @throws SeebenchError `packages-missing`, `no-space`, `no-memory`, and those of the parts; the first failure ends the
 * others.
 */
export async function provision(request: ProvisionRequest, options: ProvisionOptions): Promise<Provisioned> {
  const cache = cacheDir();
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const context = new BuildContext(cache, signal);
  const wants = (part: Part): boolean => request.parts.includes(part);
  const data = wants('data') ? [...new Set(request.data)] : [];
  checkDataNames(data);
  makeCache(cache);
  await removeStale(cache);

  const runsc = wants('runsc') ? await planRunsc(request.runsc, cache) : null;
  const missing = {
    runsc: runsc?.missing === true ? runsc.kind : null,
    rootfs: wants('rootfs') && request.rootfs === undefined && presentRootfs(cache) === null,
    erofs: wants('erofs') && isErofsMissing(request, cache),
    data: data.filter((name) => presentData(name, cache) === null),
    tools: (request.tools ?? []).filter((name) => name !== 'chromium' && presentTool(name, cache) === null),
  };
  const bytes =
    (missing.runsc === 'build' ? BUILD_BYTES.runsc : missing.runsc === 'release' ? BUILD_BYTES.release : 0) +
    (missing.rootfs ? BUILD_BYTES.rootfs : 0) +
    (missing.erofs ? BUILD_BYTES.erofs : 0) +
    missing.data.reduce((sum, name) => sum + BUILD_BYTES.data + BUILD_BYTES.dataPerScale * scale(name), 0);
  if (bytes > 0) checkRoom(cache, bytes + BUILD_BYTES.helpers, missing.runsc === 'build');

  const usesPip = missing.runsc === 'build' || missing.rootfs || missing.data.length + missing.tools.length > 0;
  const needs: HostNeed[] = [
    ...(wants('runc') ? [HOST_NEEDS.runc] : []),
    ...(wants('helpers') ? [HOST_NEEDS.compiler, HOST_NEEDS.libc] : []),
    ...(usesPip ? [HOST_NEEDS.certificates, HOST_NEEDS.python, HOST_NEEDS.pip] : []),
    ...(missing.rootfs ? [HOST_NEEDS.mmdebstrap, HOST_NEEDS.keyring] : []),
    ...(missing.erofs ? [HOST_NEEDS.erofs] : []),
    ...(missing.runsc === 'release' ? [HOST_NEEDS.bzip2] : []),
    ...(request.tools?.includes('chromium') === true ? [HOST_NEEDS.chromium] : []),
  ];
  const run = <T>(name: string, work: (step: Step) => Promise<T>): Promise<T> => inStep(name, context, options, work);
  if (needs.length > 0) {
    const mayInstall = request.allowInstall && wants('packages');
    await run('packages', (step) => providePackages(needs, mayInstall, context, step));
  }

  const made: { -readonly [P in keyof Provisioned]?: Provisioned[P] } = {};
  const works: Promise<void>[] = [];
  const start = (work: () => Promise<void>): void => {
    works.push(
      work().catch((error: unknown) => {
        stop.abort(error);
        throw error;
      }),
    );
  };
  if (wants('runc')) start(async () => void (made.runc = await run('runc', provideRunc)));
  if (wants('helpers')) start(async () => void (made.helpers = await run('helpers', (s) => provideHelpers(context, s))));
  if (runsc !== null) {
    start(async () => void (made.runsc = await run('runsc', (step) => provideRunsc(runsc, context, step))));
  }
  if (wants('rootfs')) {
    start(async () => {
      const { rootfs: own } = request;
      const tree = await run('rootfs', (step) =>
        own === undefined ? provideOwnRootfs(context, step) : provideUsersRootfs(own, context, step),
      );
      made.rootfs = wants('erofs') ? await run('erofs', (step) => provideErofs(tree, context, step)) : tree;
    });
  }
  const sets: Record<string, ProvidedData> = {};
  if (wants('data')) made.data = sets;
  for (const name of data) {
    start(async () => void (sets[name] = await run(`data/${name}`, (step) => provideData(name, context, step))));
  }
  const tools: Record<string, string> = {};
  if (request.tools !== undefined) made.tools = tools;
  if (request.tools?.includes('chromium') === true) tools['chromium'] = chromium()!;
  if (request.tools?.includes('ruff') === true) {
    start(async () => void (tools['ruff'] = await run('ruff', (step) => provideRuff(context, step))));
  }
  const results = await Promise.allSettled(works);
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  // The others end with an abort that the first one caused.
  if (failures.length > 0) throw failures.find((error) => error instanceof SeebenchError) ?? failures[0];
  return asked(made);
}

async function inStep<T>(
  name: string,
  context: BuildContext,
  { onStep }: ProvisionOptions,
  work: (step: Step) => Promise<T>,
): Promise<T> {
  const step = beginStep(name, context.cache, onStep);
  try {
    return await work(step);
  } catch (error) {
    step.failed(error instanceof Error ? error.message.split('\n')[0]! : String(error));
    throw error;
  }
}

async function provideRuff(context: BuildContext, step: Step): Promise<string> {
  const present = presentTool('ruff', context.cache);
  const entry = present ?? (await tool('ruff', context, step));
  if (present === null) step.done('ruff');
  else step.present('ruff');
  return toolProgram(entry, 'ruff');
}

function isErofsMissing(request: ProvisionRequest, cache: string): boolean {
  const digest = request.rootfs === undefined ? presentRootfs(cache)?.facts.digest : undefined;
  return digest === undefined || presentErofs(digest, cache) === null;
}

function scale(name: string): number {
  const match = /^tpch-sf([\d.]+)$/.exec(name);
  return match === null ? 0 : Number(match[1]);
}

function makeCache(cache: string): void {
  try {
    mkdirSync(cache, { recursive: true });
  } catch (error) {
    throw new SeebenchError(
      'no-cache',
      `cannot make the cache directory ${cache}: ${(error as Error).message}`,
      'set SEEBENCH_CACHE to a directory that can be written to',
    );
  }
}

/** Parts that were not asked for are no values: reading one is a mistake in this program. */
function asked(made: Partial<Provisioned>): Provisioned {
  for (const name of ['runc', 'runsc', 'rootfs', 'helpers', 'data', 'tools'] as const) {
    if (made[name] !== undefined) continue;
    const get = (): never => {
      throw new Error(`${name} was not asked for`);
    };
    Object.defineProperty(made, name, { get, enumerable: false });
  }
  return made as Provisioned;
}
