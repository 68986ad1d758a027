/*
 * A library to preload: small mappings that a program gives back are kept for the next time that it asks for one.
 *
 * Python 3.11 takes its stack of frames in pieces of 16 KiB, each by mmap, and gives a piece back as soon as it is empty: a loop that calls at
 * the edge of one maps and unmaps at every call, 5,000 times in an import of scikit-learn. That is 7 µs each time natively, and 70 in gVisor.
 *
 * Only plain mappings that were handed out here are kept, filled with zeros when they are handed out again. A handful of them: who holds more
 * asks the kernel. There is no lock, so that a fork at any moment leaves the child nothing that is held.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { BYTES = 16384, MOST = 16 };

/* Given back, and mapped still. */
static _Atomic(char *) kept[MOST];
/* Handed out, and as they were. */
static _Atomic(char *) given[MOST];

/*
 * The kernel is called here, and not by the library's functions: no symbol of a newer C library is needed then than the guest has. The number
 * stands just before the instruction, where gVisor looks for calls that it can answer without a signal.
 */
#if defined(__x86_64__)
#define CALL(number, a, b, c, d, e, f)                                                                                     \
  ({                                                                                                                       \
    register long arg4 __asm__("r10") = (long)(d), arg5 __asm__("r8") = (long)(e), arg6 __asm__("r9") = (long)(f);         \
    long answer;                                                                                                           \
    __asm__ volatile("movl %[name], %%eax\n\tsyscall"                                                                      \
                     : "=&a"(answer)                                                                                       \
                     : [name] "i"(number), "D"(a), "S"(b), "d"((long)(c)), "r"(arg4), "r"(arg5), "r"(arg6)                         \
                     : "rcx", "r11", "memory");                                                                            \
    answer;                                                                                                                \
  })
#elif defined(__aarch64__)
#define CALL(number, a, b, c, d, e, f)                                                                                     \
  ({                                                                                                                       \
    register long arg1 __asm__("x0") = (long)(a), arg2 __asm__("x1") = (long)(b), arg3 __asm__("x2") = (long)(c);          \
    register long arg4 __asm__("x3") = (long)(d), arg5 __asm__("x4") = (long)(e), arg6 __asm__("x5") = (long)(f);          \
    __asm__ volatile("mov x8, %[name]\n\tsvc #0"                                                                           \
                     : "+r"(arg1)                                                                                          \
                     : [name] "i"(number), "r"(arg2), "r"(arg3), "r"(arg4), "r"(arg5), "r"(arg6)                           \
                     : "x8", "memory");                                                                                    \
    arg1;                                                                                                                  \
  })
#endif

static long answered(long answer) {
  if (answer >= 0 || answer < -4095) return answer;
  errno = (int)-answer;
  return -1;
}

static int put(_Atomic(char *) *set, char *at) {
  for (int i = 0; i < MOST; i++) {
    char *empty = NULL;
    if (atomic_compare_exchange_strong(&set[i], &empty, at)) return 1;
  }
  return 0;
}

static int take(_Atomic(char *) *set, char *at) {
  for (int i = 0; i < MOST; i++) {
    char *wanted = at;
    if (atomic_load(&set[i]) == at && atomic_compare_exchange_strong(&set[i], &wanted, NULL)) return 1;
  }
  return 0;
}

static void forget_in(_Atomic(char *) *set, const void *at, size_t bytes) {
  for (int i = 0; i < MOST; i++) {
    char *known = atomic_load(&set[i]);
    const uintptr_t start = (uintptr_t)known, from = (uintptr_t)at;
    if (known != NULL && start < from + bytes && from < start + BYTES) take(set, known);
  }
}

/* What is done to an address otherwise makes it one of which nothing is known: the program may use what it gave back by its address. */
static void forget(const void *at, size_t bytes) {
  forget_in(given, at, bytes);
  forget_in(kept, at, bytes);
}

/* A mapping that the kernel has made. Whatever was known of its address, it is gone. */
static void *mapped(long answer, size_t bytes) {
  void *at = (void *)answered(answer);
  if (at != MAP_FAILED) forget(at, bytes);
  return at;
}

void *mmap(void *at, size_t bytes, int prot, int flags, int fd, off_t offset) {
  const int is_plain = at == NULL && bytes == BYTES && prot == (PROT_READ | PROT_WRITE) &&
                       flags == (MAP_PRIVATE | MAP_ANONYMOUS) && fd == -1;
  if (!is_plain) {
    if (at != NULL) forget(at, bytes);
    return mapped(CALL(SYS_mmap, at, bytes, prot, flags, fd, offset), bytes);
  }
  char *found = NULL;
  for (int i = 0; i < MOST && found == NULL; i++) {
    if (atomic_load(&kept[i]) != NULL) found = atomic_exchange(&kept[i], NULL);
  }
  if (found != NULL) {
    for (volatile uint64_t *word = (uint64_t *)found; word < (uint64_t *)(found + BYTES); word++) *word = 0;
  } else {
    found = mapped(CALL(SYS_mmap, NULL, BYTES, prot, flags, -1, 0), BYTES);
  }
  if (found != MAP_FAILED) put(given, found);
  return found;
}
void *mmap64(void *at, size_t bytes, int prot, int flags, int fd, off_t offset) {
  return mmap(at, bytes, prot, flags, fd, offset);
}

int munmap(void *at, size_t bytes) {
  if (bytes == BYTES && take(given, at) && put(kept, at)) return 0;
  forget(at, bytes);
  return (int)answered(CALL(SYS_munmap, at, bytes, 0, 0, 0, 0));
}

int mprotect(void *at, size_t bytes, int prot) {
  forget(at, bytes);
  return (int)answered(CALL(SYS_mprotect, at, bytes, prot, 0, 0, 0));
}

/* What these set stays with a mapping, and its next holder has not asked for it. */
int madvise(void *at, size_t bytes, int advice) {
  forget(at, bytes);
  return (int)answered(CALL(SYS_madvise, at, bytes, advice, 0, 0, 0));
}
int mlock(const void *at, size_t bytes) {
  forget(at, bytes);
  return (int)answered(CALL(SYS_mlock, at, bytes, 0, 0, 0, 0));
}
int pkey_mprotect(void *at, size_t bytes, int prot, int key) {
  forget(at, bytes);
  return (int)answered(CALL(SYS_pkey_mprotect, at, bytes, prot, key, 0, 0));
}

void *mremap(void *at, size_t bytes, size_t wanted, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  void *to = flags & MREMAP_FIXED ? va_arg(rest, void *) : NULL;
  va_end(rest);
  forget(at, bytes);
  if (to != NULL) forget(to, wanted);
  return mapped(CALL(SYS_mremap, at, bytes, wanted, flags, to, 0), wanted);
}
