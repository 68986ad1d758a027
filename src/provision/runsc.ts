import { existsSync, lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { SeebenchError } from '../model/index.js';
import type { BuildContext } from './context.js';
import { buildRunsc, planBuild, presentBuild, SIDECARS_DIR, type BuildPlan, type BuiltFacts } from './runsc-build.js';
import {
  bringRelease,
  presentRelease,
  RELEASE_BASE_URL,
  versionOf,
  type ReleaseFacts,
  type ReleaseRequest,
} from './runsc-release.js';
import type { Entry } from './cache.js';
import type { Step } from './steps.js';

/** Which runsc is wanted; `path` before `release` before `version`, else the pinned version. */
export interface RunscRequest {
  /** The user's own program; else `$SEEBENCH_RUNSC`, unless a release or version is asked for. */
  readonly path?: string;
  /** A version of the Go module `gvisor.dev/gvisor`. */
  readonly version?: string;
  /** The pinned version with the changes of `provision/runsc/patches`; nothing else of the request counts. */
  readonly patched?: boolean;
  /** The date of an official release, e.g. `20260817`. */
  readonly release?: string;
  /** Instead of the official bucket. */
  readonly releaseBaseUrl?: string;
  /** How long the bucket may stay silent, milliseconds. */
  readonly idleMs?: number;
}

export interface ProvidedRunsc {
  /** Absolute path of the program. */
  readonly path: string;
  /** What `runsc --version` says. */
  readonly version: string;
  /** Of the Go module; `null` for a program that we did not build. */
  readonly moduleVersion: string | null;
  readonly source: 'path' | 'cache' | 'build' | 'release';
  /** The same version built with compiled filters and sidecars, see `RunscBuild`; `null` where there is no second build. */
  readonly withSidecars: string | null;
  /** Names of the sidecar programs in `gvisor-bin/` beside it; startup depends on them. */
  readonly sidecars: readonly string[];
}

/** Where the wanted runsc comes from; `entry` is `null` while it is not here. */
export type WantedRunsc =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'release'; readonly request: ReleaseRequest; readonly entry: Entry<ReleaseFacts> | null }
  | { readonly kind: 'build'; readonly plan: BuildPlan; readonly entry: Entry<BuiltFacts> | null };

/** Where the wanted runsc comes from, and whether it is there; nothing is downloaded or built. */
export async function planRunsc(request: RunscRequest, cache: string): Promise<WantedRunsc> {
  if (request.patched === true) {
    const plan = await planBuild(undefined, true);
    return { kind: 'build', plan, entry: presentBuild(plan, cache) };
  }
  const asked = request.release ?? request.version;
  const own = request.path ?? (asked === undefined ? process.env['SEEBENCH_RUNSC'] : undefined);
  if (own !== undefined && own !== '') return { kind: 'path', path: path.resolve(own) };
  if (request.release !== undefined) {
    const release: ReleaseRequest = {
      release: request.release,
      baseUrl: request.releaseBaseUrl ?? RELEASE_BASE_URL,
      ...(request.idleMs === undefined ? {} : { idleMs: request.idleMs }),
    };
    return { kind: 'release', request: release, entry: presentRelease(release, cache) };
  }
  const plan = await planBuild(request.version);
  return { kind: 'build', plan, entry: presentBuild(plan, cache) };
}

/** Brings the planned runsc. */
export async function provideRunsc(wanted: WantedRunsc, context: BuildContext, step: Step): Promise<ProvidedRunsc> {
  const provided = await bring(wanted, context, step);
  const sidecars = provided.sidecars.length === 0 ? '' : ` with sidecars ${provided.sidecars.join(', ')}`;
  const detail = `${provided.version}${sidecars}`;
  if (provided.source === 'build' || (wanted.kind === 'release' && wanted.entry === null)) step.done(detail);
  else step.present(detail);
  return provided;
}

async function bring(wanted: WantedRunsc, context: BuildContext, step: Step): Promise<ProvidedRunsc> {
  if (wanted.kind === 'path') {
    if (!existsSync(wanted.path)) {
      throw new SeebenchError('bad-runsc', `${wanted.path}: no such file`, 'name an existing runsc, or leave it out');
    }
    const version = await versionOf(wanted.path, context.signal);
    return {
      path: wanted.path,
      version,
      moduleVersion: null,
      source: 'path',
      withSidecars: null,
      sidecars: sidecarsOf(wanted.path),
    };
  }
  if (wanted.kind === 'release') {
    const entry = wanted.entry ?? (await bringRelease(wanted.request, context, step));
    const file = path.join(entry.dir, 'runsc');
    const { version } = entry.facts;
    return {
      path: file,
      version,
      moduleVersion: null,
      source: 'release',
      withSidecars: null,
      sidecars: sidecarsOf(file),
    };
  }
  const entry = wanted.entry ?? (await buildRunsc(wanted.plan, context, step));
  const file = path.join(entry.dir, 'runsc');
  return {
    path: file,
    version: entry.facts.version,
    moduleVersion: entry.facts.moduleVersion,
    source: wanted.entry === null ? 'build' : 'cache',
    withSidecars: wanted.plan.pinned ? path.join(entry.dir, SIDECARS_DIR, 'runsc') : null,
    sidecars: sidecarsOf(file),
  };
}

function sidecarsOf(runsc: string): string[] {
  const dir = path.join(path.dirname(runsc), 'gvisor-bin');
  if (!existsSync(dir) || !lstatSync(dir).isDirectory()) return [];
  return readdirSync(dir).toSorted();
}
