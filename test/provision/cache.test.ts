import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { getOrBuild, keyOf, lookUp, removeStale } from '../../src/provision/cache.js';
import { scratch } from './scratch.js';

const KEY = keyOf({ what: 'a test' });
const quiet = { onWait: () => {} };

test('an entry is built once and found afterwards, with its facts', async () => {
  const cache = scratch();
  const build = vi.fn<(dir: string) => Promise<{ digest: string }>>(async (dir) => {
    writeFileSync(path.join(dir, 'content'), 'x');
    return { digest: 'd' };
  });
  const first = await getOrBuild(cache, 'data', KEY, quiet, build);
  const second = await getOrBuild(cache, 'data', KEY, quiet, build);
  expect(build).toHaveBeenCalledTimes(1);
  expect(second).toEqual(first);
  expect(readdirSync(first.dir).toSorted()).toEqual(['complete.json', 'content']);
});

test('a failed build leaves nothing, and can be tried again', async () => {
  const cache = scratch();
  const fail = getOrBuild(cache, 'data', KEY, quiet, async (dir) => {
    writeFileSync(path.join(dir, 'half'), 'x');
    throw new Error('no network');
  });
  await expect(fail).rejects.toThrow('no network');
  expect(readdirSync(path.join(cache, 'data'))).toEqual([]);
  expect(readdirSync(path.join(cache, 'locks'))).toEqual([]);
  await expect(getOrBuild(cache, 'data', KEY, quiet, async () => 1)).resolves.toMatchObject({ facts: 1 });
});

test('a directory without complete.json is not an entry, and gives way to one', async () => {
  const cache = scratch();
  const dir = path.join(cache, 'data', KEY);
  mkdirSync(dir, { recursive: true });
  writeFileSync(path.join(dir, 'half'), 'x');
  expect(lookUp(cache, 'data', KEY)).toBeNull();
  await getOrBuild(cache, 'data', KEY, quiet, async () => null);
  expect(readdirSync(dir)).toEqual(['complete.json']);
});

test('two at once build once; the second is told whom it waits for', async () => {
  const cache = scratch();
  let builds = 0;
  const waited: (number | null)[] = [];
  const build = async (): Promise<number> => {
    builds += 1;
    await sleep(600);
    return builds;
  };
  const first = getOrBuild(cache, 'data', KEY, quiet, build);
  await sleep(150);
  const second = getOrBuild(cache, 'data', KEY, { onWait: (pid) => waited.push(pid) }, build);
  expect((await first).facts).toBe(1);
  expect((await second).facts).toBe(1);
  expect(waited).toEqual([process.pid]);
});

test('waiting can be given up', async () => {
  const cache = scratch();
  const stop = new AbortController();
  const first = getOrBuild(cache, 'data', KEY, quiet, () => sleep(800, 1));
  await sleep(100);
  const second = getOrBuild(cache, 'data', KEY, { ...quiet, signal: stop.signal }, async () => 2);
  setTimeout(() => stop.abort(), 100);
  await expect(second).rejects.toThrow(/abort/i);
  expect((await first).facts).toBe(1);
});

test('kill -9 in the middle of a build: no entry, and the next set-up cleans up and builds without a long wait', async () => {
  const cache = scratch();
  const builder = buildInAnotherProcess(cache, 'await new Promise((r) => setTimeout(r, 60_000))');
  await vi.waitFor(() => expect(builder.said()).toContain('building'), 10_000);
  expect(await removeStale(cache)).toEqual([]);
  builder.child.kill('SIGKILL');
  await builder.ended;
  expect(lookUp(cache, 'data', KEY)).toBeNull();
  expect(await removeStale(cache)).toHaveLength(1);
  const startedAt = Date.now();
  await getOrBuild(cache, 'data', KEY, quiet, async () => 'whole');
  expect(Date.now() - startedAt).toBeLessThan(10_000);
  expect(readdirSync(path.join(cache, 'data'))).toEqual([KEY]);
}, 40_000);

test('two processes at once: both get the entry that one of them built', async () => {
  const cache = scratch();
  const both = [1, 2].map(() => buildInAnotherProcess(cache, 'await new Promise((r) => setTimeout(r, 500))'));
  await Promise.all(both.map(({ ended }) => ended));
  const said = both.map((builder) => builder.said());
  expect(said.filter((text) => text.includes('building'))).toHaveLength(1);
  for (const text of said) expect(text).toContain('got');
  const dir = path.join(cache, 'data', KEY);
  expect(existsSync(path.join(dir, 'complete.json'))).toBe(true);
  const builder = both.find((one) => one.said().includes('building'))!;
  expect(readFileSync(path.join(dir, 'pid'), 'utf8')).toBe(String(builder.child.pid));
}, 40_000);

interface Builder {
  readonly child: ReturnType<typeof spawn>;
  readonly said: () => string;
  readonly ended: Promise<void>;
}

/** Another process with the compiled code, as `npm test` has it ready. */
function buildInAnotherProcess(cache: string, inside: string): Builder {
  const script = `
    import { writeFileSync } from 'node:fs';
    const { getOrBuild } = await import(${JSON.stringify(path.resolve('dist/provision/cache.js'))});
    await getOrBuild(${JSON.stringify(cache)}, 'data', ${JSON.stringify(KEY)}, { onWait: () => {} }, async (dir) => {
      writeFileSync(dir + '/pid', String(process.pid));
      console.log('building');
      ${inside};
      return null;
    });
    console.log('got');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  return { child, said: () => said, ended };
}
