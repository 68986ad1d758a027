import { existsSync } from 'node:fs';
import { chmod, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { SeebenchError } from '../model/index.js';
import { getOrBuild, keyOf, lookUp, type Entry } from './cache.js';
import type { BuildContext } from './context.js';
import { download } from './download.js';
import { machine } from './paths.js';
import { must, tied } from './programs.js';
import type { Step } from './steps.js';

/** Where the gVisor project publishes its releases. */
export const RELEASE_BASE_URL = 'https://storage.googleapis.com/gvisor/releases';

/** What is recorded of a downloaded release. */
export interface ReleaseFacts {
  readonly version: string;
  readonly url: string;
  /** SHA-512 of the downloaded file, as the bucket itself says it. */
  readonly sha512: string;
}

export interface ReleaseRequest {
  /** `20260817` or `20260817.0`; not `latest`, which is another program from day to day. */
  readonly release: string;
  readonly baseUrl: string;
  /** How long the host may stay silent, milliseconds. */
  readonly idleMs?: number;
}

export function presentRelease(request: ReleaseRequest, cache: string): Entry<ReleaseFacts> | null {
  return lookUp<ReleaseFacts>(cache, 'runsc', releaseKey(request));
}

/**
 * Brings an official release. Since 2026 the bucket has one archive with the sidecars (`gvisor.tar.bz2`); before, the
 * program alone (`runsc`). Both are checked against the `.sha512` beside them.
 * @throws SeebenchError `release-not-found`, `checksum-mismatch`, `bad-release`, and those of {@link download}.
 */
export async function bringRelease(
  request: ReleaseRequest,
  context: BuildContext,
  step: Step,
): Promise<Entry<ReleaseFacts>> {
  if (!/^\d{8}(\.\d+)?$/.test(request.release)) {
    throw new SeebenchError(
      'bad-release',
      `not a gVisor release: ${request.release.slice(0, 100)}`,
      'give its date, for example 20260817',
    );
  }
  return getOrBuild(context.cache, 'runsc', releaseKey(request), context.waiting(step), async (dir) => {
    const folder = `${request.baseUrl.replace(/\/+$/, '')}/release/${request.release}/${machine().uname}`;
    const options = {
      signal: context.signal,
      ...(request.idleMs === undefined ? {} : { idleMs: request.idleMs }),
    };
    for (const name of ['gvisor.tar.bz2', 'runsc']) {
      const url = `${folder}/${name}`;
      const file = path.join(dir, name);
      step.working(`downloading ${url}`);
      if ((await download(`${url}.sha512`, `${file}.sha512`, options)) === null) continue;
      const sha512 = await download(url, file, options);
      if (sha512 === null) continue;
      await verify(url, sha512, await readFile(`${file}.sha512`, 'utf8'));
      await rm(`${file}.sha512`);
      if (name !== 'runsc') await unpack(file, dir, context, step);
      if (!existsSync(path.join(dir, 'runsc'))) throw notUsable(url, 'it holds no runsc');
      await chmod(path.join(dir, 'runsc'), 0o755);
      return { version: await versionOf(path.join(dir, 'runsc'), context.signal), url, sha512 };
    }
    throw new SeebenchError(
      'release-not-found',
      `${folder} has neither gvisor.tar.bz2 nor runsc, each with its .sha512`,
      'see the dates on https://github.com/google/gvisor/releases',
    );
  });
}

/** First line of `runsc --version` without its words, e.g. `release-20260817.0`. */
export async function versionOf(runsc: string, signal?: AbortSignal): Promise<string> {
  const said = await must(runsc, ['--version'], {
    deadlineMs: 20_000,
    ...(signal === undefined ? {} : { signal }),
    doing: `asking ${runsc} for its version`,
    code: 'bad-runsc',
  });
  const version = /^runsc version (\S{1,200})/m.exec(said.stdout)?.[1];
  if (version === undefined) {
    throw new SeebenchError('bad-runsc', `${runsc} is no runsc: its --version says something else`, 'name another one');
  }
  return version;
}

/** `<hash>  <file>`, as sha512sum writes it. */
async function verify(url: string, sha512: string, announced: string): Promise<void> {
  const expected = /^([0-9a-f]{128})(\s|$)/i.exec(announced.trim())?.[1]?.toLowerCase();
  if (expected === sha512) return;
  throw new SeebenchError(
    'checksum-mismatch',
    `${url} has SHA-512 ${sha512.slice(0, 16)}…, its .sha512 says ${expected?.slice(0, 16) ?? 'nothing readable'}…`,
    'nothing of it was kept; run it again, and if it stays so, do not use this source',
  );
}

/** Unpacks runsc and its sidecars, which runsc looks for in `gvisor-bin/` beside itself; nothing else. */
async function unpack(archive: string, dir: string, context: BuildContext, step: Step): Promise<void> {
  const options = { deadlineMs: 10 * 60_000, logFile: step.logFile, signal: context.signal };
  const inner = path.join(dir, 'archive');
  const script =
    'mkdir "$2" && tar -xjf "$1" -C "$2" --no-same-owner --no-same-permissions && ' +
    '{ [ -f "$2/runsc" ] || [ -z "$(ls -d "$2"/*/runsc 2>/dev/null)" ] || mv "$2"/*/* "$2"/; }';
  const [file, args] = tied('sh', ['-euc', script, 'sh', archive, inner]);
  await must(file, args, { ...options, doing: 'unpacking the release', code: 'bad-release' });
  for (const name of ['runsc', 'gvisor-bin']) {
    if (existsSync(path.join(inner, name))) await rename(path.join(inner, name), path.join(dir, name));
  }
  await rm(inner, { recursive: true, force: true });
  await rm(archive);
}

function releaseKey(request: ReleaseRequest): string {
  return keyOf({ release: request.release, baseUrl: request.baseUrl, machine: machine().uname });
}

function notUsable(url: string, why: string): SeebenchError {
  return new SeebenchError('bad-release', `${url}: ${why}`, 'choose another release');
}
