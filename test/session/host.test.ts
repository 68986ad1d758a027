import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { scratch } from '../store/fixture.js';
import { drivers, known, planned, play } from './fixture.js';

const host = mkdtempSync(join(tmpdir(), 'seebench-host-'));
const SETTING = join(host, 'shmem_enabled');

// The session watches a file of this test instead of the host's settings.
vi.mock('../../src/host/index.js', async (original) => {
  const real = await original<typeof import('../../src/host/index.js')>();
  return {
    ...real,
    readHostState: () => real.readHostState([SETTING]),
    putBack: (changes: Parameters<typeof real.putBack>[0]) => real.putBack(changes, roots()),
  };
});
const roots = vi.hoisted(() => vi.fn<() => string[]>());

beforeEach(() => {
  roots.mockReturnValue([host]);
  writeFileSync(SETTING, 'always within_size [never]\n');
});
afterAll(() => rmSync(host, { recursive: true, force: true }));

/** What a runtime with `--host-settings=adjust` does. */
const adjusting = () =>
  drivers({ 'gvisor-systrap': () => (writeFileSync(SETTING, 'advise'), known('gvisor-systrap')) });

describe('a host setting that a runtime changes behind our back', () => {
  it('is put back after each block, reported once, and kept with the block', async () => {
    const { end, events, run } = await play(await scratch(), { drivers: adjusting() });
    expect(end.warnings).toEqual([
      {
        code: 'host-setting-changed',
        message: `during a block ${SETTING} changed from never to advise; it was put back`,
        remedy: expect.stringContaining('--host-settings') as unknown,
      },
    ]);
    expect(events.filter((event) => event.type === 'warning')).toHaveLength(1);
    expect(readFileSync(SETTING, 'utf8')).toBe('never');
    expect(run.watch).toHaveLength(6);
    expect(
      run.watch.every(
        ({ before, after }) => before.settings[SETTING] === 'never' && after.settings[SETTING] === 'advise',
      ),
    ).toBe(true);
  });

  it('is said to be still there when it cannot be put back', async () => {
    roots.mockReturnValue(['/elsewhere']);
    const { end } = await play(await scratch(), { drivers: adjusting() });
    expect(end.warnings[0]!.message).toMatch(
      /changed from never to advise; it could not be put back: .*is not a path below/,
    );
  });

  it('is put back when the block was cut off', async () => {
    const controller = new AbortController();
    const cut = drivers({
      'gvisor-systrap': () => (writeFileSync(SETTING, 'advise'), controller.abort(), known('gvisor-systrap')),
    });
    const { end } = await play(await scratch(), {
      manifest: planned({ blocks: 1, minBlocks: 1 }),
      drivers: cut,
      signal: controller.signal,
    });
    expect(end).toMatchObject({ interrupted: true, warnings: [{ code: 'host-setting-changed' }] });
    expect(readFileSync(SETTING, 'utf8')).toBe('never');
  });

  it('is no warning when nothing changed', async () => {
    const { end } = await play(await scratch());
    expect(end.warnings).toEqual([]);
  });
});
