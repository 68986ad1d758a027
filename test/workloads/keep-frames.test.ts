import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIBRARY_FLAGS } from '../../src/provision/helpers.js';

const source = new URL('../../workloads/_guest/keep_frames.c', import.meta.url).pathname;

/** Calls Python's allocator of arenas, as Python itself does. */
const ALLOCATOR = String.raw`
import ctypes, os, resource

PIECE = 16384
Alloc = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
Free = ctypes.PYFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
class Allocator(ctypes.Structure):
    _fields_ = [('ctx', ctypes.c_void_p), ('alloc', Alloc), ('free', Free)]
arenas = Allocator()
ctypes.pythonapi.PyObject_GetArenaAllocator(ctypes.byref(arenas))

def alloc(size=PIECE):
    return arenas.alloc(arenas.ctx, size)
def free(at, size=PIECE):
    arenas.free(arenas.ctx, at, size)
def is_mapped(at):
    ranges = (line.split()[0].split('-') for line in open('/proc/self/maps'))
    return any(int(start, 16) <= at < int(end, 16) for start, end in ranges)

first = alloc()
ctypes.memset(first, 7, PIECE)
free(first)
print('kept', is_mapped(first), 'handed out again', first in [alloc() for _ in range(16)])

large = alloc(1 << 20)
free(large, 1 << 20)
print('another size kept', is_mapped(large))

pieces = [alloc() for _ in range(40)]
print('all different', len(set(pieces)) == 40)
for piece in pieces:
    free(piece)
print('kept of 40', sum(map(is_mapped, pieces)))

child = os.fork()
if child == 0:
    mine = alloc()
    ctypes.memset(mine, 9, PIECE)
    free(mine)
    os._exit(0 if mine in pieces else 1)
print('child', os.waitpid(child, 0)[1])

size = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + PIECE, -1))
print('at a limit', alloc(8 * PIECE) is not None)
`;

/** Calls at every depth of the stack, at the edge of a piece too; prints how many pages it was given. */
const CALLS = String.raw`
import resource, sys
sys.setrecursionlimit(5000)
def down(depth):
    return down(depth - 1) if depth else leaf()
def leaf(a=1, b=2, c=3):
    return a
for depth in range(5, 600):
    for _ in range(10):
        down(depth)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
`;

const minor = Number(/^Python 3\.(\d+)/.exec(spawnSync('python3', ['-V'], { encoding: 'utf8' }).stdout)?.[1]);

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'seebench-keep-'));
  const flags = [...LIBRARY_FLAGS, '-Werror', '-o', join(dir, 'keep.so')];
  const build = spawnSync('gcc', [...flags, source], { encoding: 'utf8' });
  if (build.status !== 0) throw new Error(build.stderr);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('the library that keeps pieces of Python’s stack', () => {
  const python = (program: string, preload: string) =>
    spawnSync('python3', ['-c', program], {
      env: { PATH: process.env['PATH'], LD_PRELOAD: preload },
      encoding: 'utf8',
      timeout: 60_000,
    });

  it('keeps a few pieces of that size, also over a fork, and lets go of them at a limit', () => {
    const { stdout, stderr, status } = python(ALLOCATOR, join(dir, 'keep.so'));
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual([
      'kept True handed out again True',
      'another size kept False',
      'all different True',
      'kept of 40 16',
      'child 0',
      'at a limit True',
    ]);
    expect(status).toBe(0);
  });

  // Older ones have no such pieces.
  it.runIf(minor >= 11)('saves Python most of the pages that it is given', () => {
    const [without, kept] = ['', join(dir, 'keep.so')].map((preload) => Number(python(CALLS, preload).stdout));
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(without! / 2);
  });

  it('does nothing in a program that is no Python, and needs no function of a library', () => {
    const { stdout, stderr } = spawnSync('/bin/echo', ['as ever'], {
      env: { LD_PRELOAD: join(dir, 'keep.so') },
      encoding: 'utf8',
    });
    expect([stdout, stderr]).toEqual(['as ever\n', '']);
    const { stdout: symbols } = spawnSync('nm', ['-D', '--undefined-only', join(dir, 'keep.so')], { encoding: 'utf8' });
    expect(symbols).toContain(' w PyObject_SetArenaAllocator');
    expect([...symbols.matchAll(/ U (\S+)/g)]).toEqual([]);
  });
});
