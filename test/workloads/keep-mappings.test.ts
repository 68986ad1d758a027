import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const source = new URL('../../workloads/_guest/keep_mappings.c', import.meta.url).pathname;

const PROGRAM = String.raw`
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BYTES = 16384, RW = PROT_READ | PROT_WRITE, PLAIN = MAP_PRIVATE | MAP_ANONYMOUS };

static char *piece(void) { return mmap(NULL, BYTES, RW, PLAIN, -1, 0); }
static int zero(const char *at) {
  for (int i = 0; i < BYTES; i++)
    if (at[i]) return 0;
  return 1;
}
static int mapped(char *at) {
  unsigned char in[4];
  return mincore(at, BYTES, in) == 0;
}

int main(void) {
  char *first = piece();
  memset(first, 7, BYTES);
  printf("unmapped %d\n", munmap(first, BYTES));
  printf("kept %d\n", mapped(first));
  char *second = piece();
  printf("again %d zero %d\n", second == first, zero(second));

  mprotect(second, 4096, PROT_READ);
  munmap(second, BYTES);
  printf("protected one kept %d\n", mapped(second));

  char *third = piece();
  munmap(third, 4096);
  munmap(third + 4096, BYTES - 4096);
  printf("parts kept %d\n", mapped(third));

  char *private = piece();
  madvise(private, BYTES, MADV_DONTFORK);
  munmap(private, BYTES);
  printf("advised kept %d\n", mapped(private));

  char *fourth = piece();
  char *moved = mremap(fourth, BYTES, 4 * BYTES, MREMAP_MAYMOVE);
  moved[4 * BYTES - 1] = 1;
  printf("moved %d\n", munmap(moved, 4 * BYTES));

  char *fifth = piece();
  mmap(fifth, BYTES, PROT_READ, PLAIN | MAP_FIXED, -1, 0);
  munmap(fifth, BYTES);
  printf("mapped over kept %d\n", mapped(fifth));

  /* By its address, after it was given back: what is mapped there now is the program’s, and no piece to hand out. */
  char *known = piece();
  munmap(known, BYTES);
  char *own = mmap(known, BYTES, RW, PLAIN | MAP_FIXED, -1, 0);
  memset(own, 5, BYTES);
  int other = 1;
  char *taken[20];
  for (int i = 0; i < 20; i++) other &= (taken[i] = piece()) != own;
  for (int i = 0; i < 20; i++) munmap(taken[i], BYTES);
  printf("own one kept from others %d, as it was %d\n", other, own[0] == 5 && own[BYTES - 1] == 5);

  void *refused = mmap(NULL, BYTES, RW, MAP_PRIVATE, 999, 0);
  const int why = errno;
  printf("bad descriptor %d %d\n", refused == MAP_FAILED, why == EBADF);

  char *many[40];
  for (int i = 0; i < 40; i++) memset(many[i] = piece(), 1, BYTES);
  int failed = 0;
  for (int i = 0; i < 40; i++) failed |= munmap(many[i], BYTES);
  int held = 0;
  for (int i = 0; i < 40; i++) held += mapped(many[i]);
  printf("many %d kept at most 16 %d\n", failed, held > 0 && held <= 16);

  if (fork() == 0) {
    char *own = piece();
    _exit(zero(own) && munmap(own, BYTES) == 0 ? 0 : 1);
  }
  int status = 1;
  wait(&status);
  printf("child %d\n", status);
  return 0;
}
`;

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'seebench-keep-'));
  writeFileSync(join(dir, 'program.c'), PROGRAM);
  const flags = ['-O2', '-Wall', '-Wextra', '-Werror', '-D_GNU_SOURCE'];
  const library = [...flags, '-shared', '-fPIC', '-nostdlib', '-fno-builtin'];
  for (const args of [
    [...library, '-o', join(dir, 'keep.so'), source],
    ['-O1', '-o', join(dir, 'program'), join(dir, 'program.c')],
  ]) {
    const build = spawnSync('gcc', args, { encoding: 'utf8' });
    if (build.status !== 0) throw new Error(build.stderr);
  }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('the library that keeps mappings', () => {
  it('keeps plain ones, gives them out as zeros, and leaves all others to the kernel', () => {
    const { stdout, status } = spawnSync(join(dir, 'program'), [], {
      env: { LD_PRELOAD: join(dir, 'keep.so') },
      encoding: 'utf8',
      timeout: 10_000,
    });
    expect(stdout.trim().split('\n')).toEqual([
      'unmapped 0',
      'kept 1',
      'again 1 zero 1',
      'protected one kept 0',
      'parts kept 0',
      'advised kept 0',
      'moved 0',
      'mapped over kept 0',
      'own one kept from others 1, as it was 1',
      'bad descriptor 1 1',
      'many 0 kept at most 16 1',
      'child 0',
    ]);
    expect(status).toBe(0);
  });

  it('needs nothing of a C library but where errno lies', () => {
    const { stdout } = spawnSync('nm', ['-D', '--undefined-only', join(dir, 'keep.so')], { encoding: 'utf8' });
    expect([...stdout.matchAll(/ U (\S+)/g)].map(([, name]) => name)).toEqual(['__errno_location']);
  });
});
