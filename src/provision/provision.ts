import { accessSync, constants, mkdirSync } from 'node:fs';
import { SeebenchError } from '../model/index.js';
import { removeStale } from './cache.js';
import { BuildContext } from './context.js';
import { provideData, type ProvidedData } from './data.js';
import { provideHelpers } from './helpers.js';
import { provideJava } from './java.js';
import { provideLayer } from './layers.js';
import { bytesFor, findMissing, hostNeeds } from './missing.js';
import { chromium, providePackages } from './packages.js';
import { cacheDir } from './paths.js';
import type { Part, Provisioned, ProvisionRequest } from './request.js';
import { provideErofs, provideOwnRootfs, provideUsersRootfs } from './rootfs.js';
import { provideRunc } from './runc.js';
import { planRunsc, provideRunsc, type WantedRunsc } from './runsc.js';
import { asNoSpace, checkRoom } from './space.js';
import { beginStep, type OnStep, type Step } from './steps.js';
import { provideBenchstat } from './benchstat.js';
import { providePythonTests } from './python-tests.js';
import { isLockedTool, provideTool } from './tools.js';

export interface ProvisionOptions {
  readonly onStep: OnStep;
  /** Ends the set-up; what is half done goes. */
  readonly signal?: AbortSignal;
}

type Made = { -readonly [P in keyof Provisioned]?: Provisioned[P] };
type Work = (context: BuildContext) => Promise<void>;
type InStep = <T>(name: string, work: (step: Step) => Promise<T>) => Promise<T>;

/**
 * Brings what is missing of the request, and finds in well under 2 s that nothing is. Parts are made at the same time.
 * @throws SeebenchError `packages-missing`, `no-space`, `no-memory`, and those of the parts; the first failure ends the
 * others.
 */
export async function provision(request: ProvisionRequest, options: ProvisionOptions): Promise<Provisioned> {
  const cache = cacheDir();
  const context = new BuildContext(cache, options.signal ?? new AbortController().signal);
  const told = new Set<unknown>();
  const inStep: InStep = (name, work) => runStep(beginStep(name, cache, options.onStep), cache, told, work);
  makeCache(cache);
  await removeStale(cache);

  const runsc = request.parts.includes('runsc') ? await planRunsc(request.runsc, cache) : null;
  const missing = findMissing(request, runsc, cache);
  checkRoom(cache, bytesFor(missing), missing.runsc === 'build');
  const needs = hostNeeds(request, missing);
  if (needs.length > 0) {
    const mayInstall = request.allowInstall && request.parts.includes('packages');
    await inStep('packages', (step) => providePackages(needs, mayInstall, context, step));
  }

  const made: Made = {};
  await context.together(partsOf(request, runsc, inStep, made));
  return onlyAsked(made);
}

/** The works of the request; each writes its result into `made`. */
function partsOf(request: ProvisionRequest, runsc: WantedRunsc | null, inStep: InStep, made: Made): Work[] {
  const wants = (part: Part): boolean => request.parts.includes(part);
  const works: Work[] = [];
  const start = (work: Work): void => void works.push(work);
  if (wants('runc')) start(async () => void (made.runc = await inStep('runc', provideRunc)));
  if (wants('helpers')) {
    start(async (context) => void (made.helpers = await inStep('helpers', (step) => provideHelpers(context, step))));
  }
  if (runsc !== null) {
    start(async (context) => void (made.runsc = await inStep('runsc', (step) => provideRunsc(runsc, context, step))));
  }
  if (wants('rootfs')) {
    start(async (context) => {
      const { rootfs: own } = request;
      const tree = await inStep('rootfs', (step) =>
        own === undefined ? provideOwnRootfs(context, step) : provideUsersRootfs(own, context, step),
      );
      made.rootfs = wants('erofs') ? await inStep('erofs', (step) => provideErofs(tree, context, step)) : tree;
    });
  }
  const layers: { -readonly [L in keyof Provisioned['layers']]: Provisioned['layers'][L] } = (made.layers = {});
  const java: Record<string, string> = (made.java = {});
  for (const layer of new Set(request.layers)) {
    start(async (context) => {
      const tree = await inStep(`layer/${layer}`, (step) => provideLayer(layer, context, step));
      layers[layer] =
        wants('erofs') && request.rootfs === undefined
          ? await inStep(`erofs/${layer}`, (step) => provideErofs(tree, context, step))
          : tree;
      if (layer !== 'java') return;
      for (const program of request.java ?? [])
        java[program.name] = await inStep(`java/${program.name}`, (step) => provideJava(program, tree, context, step));
    });
  }
  if (wants('data')) {
    const sets: Record<string, ProvidedData> = (made.data = {});
    for (const name of new Set(request.data)) {
      start(
        async (context) => void (sets[name] = await inStep(`data/${name}`, (step) => provideData(name, context, step))),
      );
    }
  }
  if (request.tools !== undefined) {
    const tools: Record<string, string> = (made.tools = {});
    // The package was installed before.
    if (request.tools.includes('chromium')) tools['chromium'] = chromium()!;
    if (request.tools.includes('benchstat')) {
      start(
        async (context) =>
          void (tools['benchstat'] = await inStep('benchstat', (step) => provideBenchstat(context, step))),
      );
    }
    if (request.tools.includes('python-tests')) {
      start(
        async (context) =>
          void (tools['python-tests'] = await inStep('python-tests', (step) => providePythonTests(context, step))),
      );
    }
    for (const name of request.tools.filter(isLockedTool)) {
      start(async (context) => void (tools[name] = await inStep(name, (step) => provideTool(name, context, step))));
    }
  }
  return works;
}

/** @param told errors that a step has reported: others end with the same one, because of it. */
async function runStep<T>(step: Step, cache: string, told: Set<unknown>, work: (step: Step) => Promise<T>): Promise<T> {
  try {
    return await work(step);
  } catch (caught) {
    const error = asNoSpace(caught, cache);
    const why = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    step.failed(told.has(error) ? 'stopped' : why);
    told.add(error);
    throw error;
  }
}

function makeCache(cache: string): void {
  try {
    mkdirSync(cache, { recursive: true });
    accessSync(cache, constants.W_OK);
  } catch (error) {
    throw new SeebenchError(
      'no-cache',
      `cannot write to the cache directory ${cache}: ${(error as Error).message}`,
      'set SEEBENCH_CACHE to a directory that can be written to',
    );
  }
}

/** Parts that were not asked for are no values: reading one is a mistake in this program. */
function onlyAsked(made: Made): Provisioned {
  for (const name of ['runc', 'runsc', 'rootfs', 'helpers', 'data', 'tools'] as const) {
    if (made[name] !== undefined) continue;
    const get = (): never => {
      throw new Error(`${name} was not asked for`);
    };
    Object.defineProperty(made, name, { get, enumerable: false });
  }
  return made as Provisioned;
}
