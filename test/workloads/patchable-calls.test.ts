import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIBRARY_FLAGS } from '../../src/provision/helpers.js';

const source = new URL('../../workloads/_guest/patchable_calls.c', import.meta.url).pathname;

/** Calls what the library stands in for, in all the ways that it may fail or succeed. */
const PROGRAM = String.raw`
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void says(const char *what, long result) { printf("%s %ld %d\n", what, result, result == -1 ? errno : 0); }
static int word, ends[2];
static void *reader(void *disabled) {
  char byte;
  if (disabled != NULL) pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
  return (void *)read(ends[0], &byte, 1);
}
/* Whether a thread that reads was cancelled; what is written comes afterwards. */
static int is_cancelled(void *disabled, useconds_t after) {
  pthread_t thread;
  void *ended;
  pthread_create(&thread, NULL, reader, disabled);
  usleep(after);
  pthread_cancel(thread);
  usleep(1000);
  if (disabled != NULL && write(ends[1], "x", 1) != 1) return -1;
  pthread_join(thread, &ended);
  return ended == PTHREAD_CANCELED;
}
static void *waiter(void *unused) {
  while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) == 0) syscall(SYS_futex, &word, 0, 0, NULL, NULL, 0);
  return unused;
}
int main(void) {
  says("own id", syscall(SYS_getpid) == getpid());
  says("bad file", syscall(SYS_close, -1));
  says("no such call", syscall(511));
  says("no place", syscall(512));
  says("large", syscall(1L << 32, -1L, NULL, 0L));
  says("negative", syscall(-1L));
  char *piece = (char *)syscall(SYS_mmap, NULL, 8192L, PROT_READ, MAP_PRIVATE, fileno(fopen("/proc/self/exe", "r")), 4096L);
  char *first = (char *)mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, fileno(fopen("/proc/self/exe", "r")), 4096);
  says("sixth argument", piece[0] == first[0] && piece[4095] == first[4095]);
  long child = syscall(SYS_clone, 17L, NULL, NULL, NULL, NULL);
  if (child == 0) _exit(7);
  int status = 0;
  says("child", waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7);
  pthread_t thread;
  pthread_create(&thread, NULL, waiter, NULL);
  usleep(1000);
  __atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
  syscall(SYS_futex, &word, 1, 1, NULL, NULL, 0);
  says("woken", pthread_join(thread, NULL));
  char bytes[2];
  says("pipe", pipe(ends));
  says("written", write(ends[1], "ab", 2));
  says("read", read(ends[0], bytes, 2) == 2 && bytes[0] == 'a' && bytes[1] == 'b');
  says("read of nothing", read(-1, bytes, 1));
  says("read to nowhere", write(ends[1], "c", 1) == 1 ? read(ends[0], (void *)8, 1) : 9);
  says("emptied", read(ends[0], bytes, 2));
  says("cancelled", is_cancelled(NULL, 2000));
  says("cancelled before", is_cancelled(NULL, 0));
  says("not to be cancelled", is_cancelled(bytes, 2000));
  int type = -1;
  says("of the type as before", pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type) + type);
  struct timespec last = {0, 0}, now;
  int backwards = 0;
  for (int i = 0; i < 200000; i++) {
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) return 1;
    backwards += now.tv_sec < last.tv_sec || (now.tv_sec == last.tv_sec && now.tv_nsec < last.tv_nsec);
    last = now;
  }
  says("backwards", backwards);
  struct timespec bare;
  clock_gettime(CLOCK_REALTIME, &now);
  says("kernel", syscall(SYS_clock_gettime, CLOCK_REALTIME, &bare));
  says("same clock", bare.tv_sec >= now.tv_sec && bare.tv_sec - now.tv_sec <= 1);
  says("CPU time", clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now));
  says("no clock", clock_gettime(77, &now));
  return 0;
}
`;

/** Reads the clock for 100 ms where the kernel refuses to tell it; prints how often the vDSO was asked, and how often the kernel. */
const REFUSED = String.raw`
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>

int main(void) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_gettime, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {4, filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) return 1;
  struct timespec start, now;
  long vdso = 0, kernel = 0;
  for (;;) {
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) {
      if (errno != EACCES) return 2;
      kernel++;
      continue;
    }
    if (vdso++ == 0) start = now;
    if ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 >= 100) break;
  }
  printf("%ld %ld\n", vdso, kernel);
  return 0;
}
`;

/** A library that has all three as well, and a program that was linked with it. */
const OTHERS = String.raw`
#include <time.h>
#include <unistd.h>
ssize_t read(int file, void *to, size_t bytes) { return -7 - file + (to == NULL) + (ssize_t)bytes; }
long syscall(long number, ...) { return 4242 + number; }
int clock_gettime(clockid_t clock, struct timespec *at) {
  for (volatile int i = 0; i < 10000; i++) {}
  at->tv_sec = 5 + clock;
  return 0;
}
`;
const LINKED = String.raw`
#include <stdio.h>
#include <time.h>
#include <unistd.h>
int main(void) {
  struct timespec now;
  long sum = 0;
  for (int i = 0; i < 1000; i++) sum += clock_gettime(CLOCK_MONOTONIC, &now) + now.tv_sec;
  printf("%ld %ld %ld\n", (long)read(0, NULL, 0), syscall(1), sum);
  return 0;
}
`;

let dir = '';
const gcc = (...args: string[]): void => {
  const build = spawnSync('gcc', args, { encoding: 'utf8' });
  if (build.status !== 0) throw new Error(build.stderr);
};
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'seebench-calls-'));
  gcc(...LIBRARY_FLAGS, '-Werror', '-o', join(dir, 'calls.so'), source);
  // The same, for a vDSO that is never fast enough: every read of the clock is a call.
  const slow = readFileSync(source, 'utf8').replace('SLOW = 2500', 'SLOW = 0');
  expect(slow).toContain('SLOW = 0');
  writeFileSync(join(dir, 'slow.c'), slow);
  gcc(...LIBRARY_FLAGS, '-Werror', '-o', join(dir, 'slow.so'), join(dir, 'slow.c'));
  writeFileSync(join(dir, 'others.c'), OTHERS);
  writeFileSync(join(dir, 'linked.c'), LINKED);
  gcc('-O1', '-D_GNU_SOURCE', '-shared', '-fPIC', '-o', join(dir, 'libothers.so'), join(dir, 'others.c'));
  gcc(
    ...['-O1', '-D_GNU_SOURCE', '-o', join(dir, 'linked'), join(dir, 'linked.c')],
    '-L',
    dir,
    '-lothers',
    `-Wl,-rpath,${dir}`,
  );
  writeFileSync(join(dir, 'program.c'), PROGRAM);
  writeFileSync(join(dir, 'refused.c'), REFUSED);
  for (const name of ['program', 'refused'])
    gcc('-O1', '-D_GNU_SOURCE', '-pthread', '-o', join(dir, name), join(dir, `${name}.c`));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const run = (program: string, args: string[], library: string) =>
  spawnSync(program, args, {
    env: { PATH: process.env['PATH'], ...(library === '' ? {} : { LD_PRELOAD: join(dir, library) }) },
    encoding: 'utf8',
    timeout: 60_000,
  });

describe.runIf(process.arch === 'x64')('the library that makes calls which can be patched', () => {
  it.each(['calls.so', 'slow.so'])('does what the C library does (%s)', (library) => {
    const [own, with_] = ['', library].map((it) => run(join(dir, 'program'), [], it));
    expect(own!.stdout).toContain('bad file -1 9\nno such call -1 38\nno place -1 38\n');
    expect(own!.stdout).toContain('negative -1 38\nsixth argument 1 0\nchild 1 0\n');
    expect(own!.stdout).toContain('cancelled 1 0\ncancelled before 1 0\nnot to be cancelled 0 0\n');
    expect(with_).toMatchObject({ stdout: own!.stdout, stderr: '', status: 0 });
  });

  it('has a place for every number, with the number just before the instruction', () => {
    const library = readFileSync(join(dir, 'calls.so'));
    for (let number = 0; number < 512; number++) {
      const place = Buffer.from([0xb8, number & 255, number >> 8, 0, 0, 0x0f, 0x05]);
      expect(library.includes(place), `of ${number}`).toBe(true);
    }
  });

  it('asks the kernel for the clock where the vDSO is slow, and the vDSO again after a while', () => {
    const asked = (library: string): number[] => run(join(dir, 'refused'), [], library).stdout.split(' ').map(Number);
    const [fastVdso, fastKernel] = asked('calls.so');
    const [slowVdso, slowKernel] = asked('slow.so');
    expect(fastVdso).toBeGreaterThan(4 * fastKernel!);
    expect(slowKernel).toBeGreaterThan(100 * slowVdso!);
    expect(slowVdso).toBeGreaterThan(2);
  });

  it.each(['calls.so', 'slow.so'])('leaves to other libraries what they have, too (%s)', (library) => {
    for (const it of ['', library])
      expect(run(join(dir, 'linked'), [], it)).toMatchObject({ stdout: '-6 4243 6000\n', stderr: '', status: 0 });
  });

  it('leaves programs alone that use none of them', () => {
    expect(run('/bin/echo', ['as ever'], 'calls.so')).toMatchObject({ stdout: 'as ever\n', stderr: '', status: 0 });
  });

  it('asks nothing of a C library that one may not have', () => {
    const { stdout } = spawnSync('nm', ['-D', '--undefined-only', join(dir, 'calls.so')], { encoding: 'utf8' });
    expect([...stdout.matchAll(/ ([Uw]) (\S+)/g)].map((it) => it.slice(1).join(' ')).toSorted()).toEqual([
      'U getenv',
      'w __errno_location',
      'w __libc_single_threaded',
      'w dladdr',
      'w dlsym',
    ]);
  });
});
