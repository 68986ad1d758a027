import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { machine } from '../../src/provision/paths.js';
import { planRunsc, provideRunsc, type ProvidedRunsc } from '../../src/provision/runsc.js';
import { scratch, workbench } from './scratch.js';

const RELEASE = '20260817.0';
const FOLDER = `/release/${RELEASE}/${machine().uname}`;
const PROGRAM = '#!/bin/sh\necho "runsc version release-20260817.0"\necho "spec: 1.2.1"\n';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

type Answer = Buffer | ((response: ServerResponse) => void);

/** The bucket's layout on the loopback: what is not in `files` is a 404, as there. */
async function bucket(files: Readonly<Record<string, Answer>>): Promise<string> {
  server = createServer((request, response) => {
    const answer = files[request.url ?? ''];
    if (answer === undefined) return response.writeHead(404).end('no such object');
    if (typeof answer === 'function') return answer(response);
    response.writeHead(200, { 'content-length': answer.length }).end(answer);
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function sums(content: Buffer, name: string): Buffer {
  return Buffer.from(`${createHash('sha512').update(content).digest('hex')}  ${name}\n`);
}

/** The archive of a release of 2026. */
function archive(): Buffer {
  const dir = scratch();
  mkdirSync(path.join(dir, 'gvisor-bin'));
  const files = ['runsc', 'containerd-shim-runsc-v1', 'gvisor-bin/gvisor_sentry', 'gvisor-bin/checkpointgofer'];
  for (const name of files) {
    writeFileSync(path.join(dir, name), PROGRAM);
    chmodSync(path.join(dir, name), 0o755);
  }
  execFileSync('tar', ['-cjf', 'gvisor.tar.bz2', ...files], { cwd: dir });
  return readFileSync(path.join(dir, 'gvisor.tar.bz2'));
}

/** @param idleMs how long the bucket may be silent; short only where that is what is tested, for a busy machine is slow too */
async function bring(baseUrl: string, idleMs = 30_000): Promise<{ runsc: Promise<ProvidedRunsc>; cache: string }> {
  const { cache, context, step } = workbench();
  const wanted = await planRunsc({ release: RELEASE, releaseBaseUrl: baseUrl, idleMs }, cache);
  return { runsc: provideRunsc(wanted, context, step), cache };
}

/** Nothing of a failed download is kept. */
function expectNothingLeft(cache: string): void {
  expect(readdirSync(path.join(cache, 'runsc'))).toEqual([]);
  expect(readdirSync(path.join(cache, 'locks'))).toEqual([]);
}

test('a release of 2026 brings its sidecars, and is found in the cache the next time', async () => {
  const content = archive();
  const baseUrl = await bucket({
    [`${FOLDER}/gvisor.tar.bz2`]: content,
    [`${FOLDER}/gvisor.tar.bz2.sha512`]: sums(content, 'gvisor.tar.bz2'),
  });
  const { runsc, cache } = await bring(baseUrl);
  const brought = await runsc;
  expect(brought).toMatchObject({ version: 'release-20260817.0', source: 'release', moduleVersion: null });
  expect(brought.sidecars).toEqual(['checkpointgofer', 'gvisor_sentry']);
  const dir = path.dirname(brought.path);
  expect(readdirSync(dir).toSorted()).toEqual(['complete.json', 'gvisor-bin', 'runsc']);
  server!.close();
  const again = await planRunsc({ release: RELEASE, releaseBaseUrl: baseUrl }, cache);
  expect(again).toMatchObject({ kind: 'release', entry: { dir } });
});

test('an older release is the program alone', async () => {
  const content = Buffer.from(PROGRAM);
  const baseUrl = await bucket({ [`${FOLDER}/runsc`]: content, [`${FOLDER}/runsc.sha512`]: sums(content, 'runsc') });
  const brought = await (await bring(baseUrl)).runsc;
  expect(brought).toMatchObject({ version: 'release-20260817.0', sidecars: [] });
});

test('a wrong checksum: nothing is kept, and nothing is run', async () => {
  const ran = path.join(scratch(), 'ran');
  const content = Buffer.from(`#!/bin/sh\ntouch ${ran}\n${PROGRAM}`);
  const baseUrl = await bucket({
    [`${FOLDER}/runsc`]: content,
    [`${FOLDER}/runsc.sha512`]: sums(Buffer.from('another file'), 'runsc'),
  });
  const { runsc, cache } = await bring(baseUrl);
  await expect(runsc).rejects.toMatchObject({ code: 'checksum-mismatch', exitCode: 2 });
  expect(existsSync(ran)).toBe(false);
  expectNothingLeft(cache);
});

test('a checksum file that holds no checksum vouches for nothing', async () => {
  const baseUrl = await bucket({
    [`${FOLDER}/runsc`]: Buffer.from(PROGRAM),
    [`${FOLDER}/runsc.sha512`]: Buffer.from('<html>moved</html>'),
  });
  const { runsc, cache } = await bring(baseUrl);
  await expect(runsc).rejects.toMatchObject({ code: 'checksum-mismatch' });
  expectNothingLeft(cache);
});

test('a download that is cut off', async () => {
  const content = Buffer.alloc(100_000, 'x');
  const baseUrl = await bucket({
    [`${FOLDER}/runsc`]: (response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 40_000), () => setTimeout(() => response.destroy(), 50));
    },
    [`${FOLDER}/runsc.sha512`]: sums(content, 'runsc'),
  });
  const { runsc, cache } = await bring(baseUrl);
  await expect(runsc).rejects.toMatchObject({ code: 'download-cut-off' });
  expectNothingLeft(cache);
});

test('a release that is not there', async () => {
  const { runsc, cache } = await bring(await bucket({}));
  await expect(runsc).rejects.toMatchObject({ code: 'release-not-found' });
  expectNothingLeft(cache);
});

test('a host that does not answer', async () => {
  const { runsc, cache } = await bring(await bucket({ [`${FOLDER}/gvisor.tar.bz2.sha512`]: () => {} }), 700);
  await expect(runsc).rejects.toMatchObject({ code: 'download-timeout' });
  expectNothingLeft(cache);
});

test('a host that stops in the middle', async () => {
  const content = Buffer.alloc(100_000, 'x');
  const baseUrl = await bucket({
    [`${FOLDER}/runsc`]: (response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 40_000));
    },
    [`${FOLDER}/runsc.sha512`]: sums(content, 'runsc'),
  });
  const { runsc, cache } = await bring(baseUrl, 700);
  await expect(runsc).rejects.toMatchObject({ code: 'download-timeout' });
  expectNothingLeft(cache);
});

test('a host that refuses', async () => {
  const baseUrl = await bucket({});
  server!.close();
  const { runsc, cache } = await bring(baseUrl);
  await expect(runsc).rejects.toMatchObject({ code: 'download-failed' });
  expectNothingLeft(cache);
});

test('a server error is not a missing release', async () => {
  const baseUrl = await bucket({ [`${FOLDER}/gvisor.tar.bz2.sha512`]: (response) => response.writeHead(503).end() });
  const { runsc, cache } = await bring(baseUrl);
  await expect(runsc).rejects.toMatchObject({ code: 'download-failed' });
  expectNothingLeft(cache);
});

test('an archive that is right by its checksum and holds no runsc', async () => {
  const dir = scratch();
  writeFileSync(path.join(dir, 'README'), 'x');
  execFileSync('tar', ['-cjf', 'a.tar.bz2', 'README'], { cwd: dir });
  const content = readFileSync(path.join(dir, 'a.tar.bz2'));
  const baseUrl = await bucket({
    [`${FOLDER}/gvisor.tar.bz2`]: content,
    [`${FOLDER}/gvisor.tar.bz2.sha512`]: sums(content, 'gvisor.tar.bz2'),
  });
  const { runsc, cache } = await bring(baseUrl);
  await expect(runsc).rejects.toMatchObject({ code: 'bad-release' });
  expectNothingLeft(cache);
});

test.each(['latest', '../../etc', '2026', '20260817/x'])('%s is no release', async (release) => {
  const { cache, context, step } = workbench();
  const wanted = await planRunsc({ release, releaseBaseUrl: 'http://127.0.0.1:9' }, cache);
  await expect(provideRunsc(wanted, context, step)).rejects.toMatchObject({ code: 'bad-release' });
});
