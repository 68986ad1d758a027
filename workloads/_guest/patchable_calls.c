/*
 * A library to preload: system calls in a form that gVisor's systrap can patch.
 *
 * systrap replaces `mov $number, %eax; syscall`, once a thread has come by, with a jump to code that hands the call over through shared memory.
 * Every other `syscall` instruction is a signal, each time that it runs. Three places of every program are of the other kind, and often used:
 *
 * - glibc's syscall(3), which takes the number from a register: Rust's standard library and Abseil wait for locks by it, DuckDB draws its
 *   seeds. Here every number has a place of its own.
 * - the vDSO's fallback while gVisor's clock is not calibrated, which is the first second of a sandbox: `xor %edi, %edi` stands between. Here
 *   clock_gettime(2) is a call as long as the vDSO is slow, and the vDSO otherwise.
 * - glibc's read(2), whose number is 0, which a compiler makes by `xor %eax, %eax`.
 *
 * All do what the C library's do, under any kernel. Only x86-64 patches calls; elsewhere this file is empty.
 */
#ifdef __x86_64__
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Until glibc 2.34 in libraries of their own, which a program may not have: then the clock is always a call, and there are no threads to cancel. */
#pragma weak dlsym
#pragma weak pthread_setcanceltype

/* Numbers below have a place of their own; Linux 6.18 has 470. */
#define NUMBERS "512"

__asm__(
    ".text\n"
    ".globl syscall\n"
    ".type syscall, @function\n"
    ".balign 16\n"
    "syscall:\n"
    "  .cfi_startproc\n"
    "  endbr64\n"
    "  mov %rdi, %rax\n"
    "  mov %rsi, %rdi\n"
    "  mov %rdx, %rsi\n"
    "  mov %rcx, %rdx\n"
    "  mov %r8, %r10\n"
    "  mov %r9, %r8\n"
    "  mov 8(%rsp), %r9\n"
    "  cmp $" NUMBERS ", %rax\n"
    "  jae .Lother\n"
    "  mov %eax, %ecx\n"
    "  shl $4, %ecx\n"
    "  lea .Lplaces(%rip), %r11\n"
    "  add %rcx, %r11\n"
    "  jmp *%r11\n"
    ".Lother:\n"
    "  syscall\n"
    ".Ldone:\n"
    "  cmp $-4095, %rax\n"
    "  jae .Lerror\n"
    "  ret\n"
    ".Lerror:\n"
    "  neg %eax\n"
    "  push %rax\n"
    "  .cfi_adjust_cfa_offset 8\n"
    "  call *__errno_location@GOTPCREL(%rip)\n"
    "  pop %rcx\n"
    "  .cfi_adjust_cfa_offset -8\n"
    "  mov %ecx, (%rax)\n"
    "  mov $-1, %rax\n"
    "  ret\n"
    ".balign 16\n"
    ".Lplaces:\n"
    "  .set number, 0\n"
    "  .rept " NUMBERS "\n"
    "  endbr64\n"
    "  .byte 0xb8\n" /* mov $number, %eax */
    "  .long number\n"
    "  syscall\n"
    "  jmp .Ldone\n"
    "  .balign 16\n"
    "  .set number, number + 1\n"
    "  .endr\n"
    "  .cfi_endproc\n"
    ".size syscall, . - syscall\n");

/* A watched trial, in which reads of the clock are counted as the signals that they are otherwise (docs/explain.md). */
static int is_watched;

/* In ticks of the processor, some 3 in a nanosecond: no vDSO that answers by itself takes as long, and no signal is as short. */
enum { SLOW = 2500, WHILE = 1 << 24 };

static int (*vdso)(clockid_t, struct timespec *);
/* Reads that were slow one after the other: a single one may have been interrupted. */
static _Atomic unsigned slow_reads;
/* The tick up to which the vDSO is not asked. */
static _Atomic unsigned long long slow_until;

/* A call with three arguments, whose number is a constant. */
#define CALL(number, one, two, three)                                      \
  ({                                                                       \
    long result;                                                           \
    __asm__ volatile(".byte 0xb8\n.long %c1\nsyscall"                      \
                     : "=a"(result)                                        \
                     : "i"(number), "D"(one), "S"(two), "d"(three)         \
                     : "rcx", "r11", "memory");                            \
    result;                                                                \
  })

static long failed_or(long result) {
  if ((unsigned long)result < -4095UL) return result;
  errno = (int)-result;
  return -1;
}

static int call(clockid_t clock, struct timespec *at) { return (int)failed_or(CALL(SYS_clock_gettime, (long)clock, at, 0L)); }

/* A thread may be cancelled while it reads (pthreads(7)), as the C library's read lets it. */
ssize_t read(int file, void *to, size_t bytes) {
  int before;
  if (pthread_setcanceltype != NULL) pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &before);
  long result = CALL(SYS_read, (long)file, to, bytes);
  if (pthread_setcanceltype != NULL) pthread_setcanceltype(before, NULL);
  return failed_or(result);
}

int clock_gettime(clockid_t clock, struct timespec *at) {
  if (vdso == NULL) return call(clock, at);
  if (is_watched || (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)) return vdso(clock, at);
  unsigned long long before = __builtin_ia32_rdtsc();
  if (before < atomic_load_explicit(&slow_until, memory_order_relaxed)) return call(clock, at);
  int result = vdso(clock, at);
  unsigned long long after = __builtin_ia32_rdtsc();
  if (after - before <= SLOW) {
    if (atomic_load_explicit(&slow_reads, memory_order_relaxed) != 0) atomic_store_explicit(&slow_reads, 0, memory_order_relaxed);
  } else if (atomic_fetch_add_explicit(&slow_reads, 1, memory_order_relaxed) > 0) {
    atomic_store_explicit(&slow_until, after + WHILE, memory_order_relaxed);
  }
  return result;
}

__attribute__((constructor)) static void find(void) {
  is_watched = getenv("SEEBENCH_INSTRUMENT") != NULL;
  if (dlsym != NULL) vdso = dlsym(RTLD_NEXT, "clock_gettime");
}
#endif
