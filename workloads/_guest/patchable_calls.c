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
 * - glibc's read(2), whose number is 0, which a compiler makes by `xor %eax, %eax`. Here that of programs with one thread: with several it is a
 *   point at which they can be cancelled, as only glibc can do it.
 *
 * All do what the C library does, under any kernel; where another library of the program has one of the three as well, that one is called.
 * For glibc 2.34 or newer, and musl: an older glibc has dlsym(3) in a library of its own, and without it every read of the clock stays a call.
 * Only x86-64 patches calls; elsewhere this file is empty.
 */
#ifdef __x86_64__
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Not in every C library, or not yet there when a library that is relocated earlier calls. */
#pragma weak dladdr
#pragma weak dlsym
#pragma weak __errno_location
extern char __libc_single_threaded __attribute__((weak));

/* Of another library than C's; NULL where there is none. */
__attribute__((visibility("hidden"))) void *others_syscall;

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
    "  mov others_syscall(%rip), %r11\n"
    "  test %r11, %r11\n"
    "  jnz .Lothers\n"
    "  mov %rdi, %rax\n"
    "  mov %rsi, %rdi\n"
    "  mov %rdx, %rsi\n"
    "  mov %rcx, %rdx\n"
    "  mov %r8, %r10\n"
    "  mov %r9, %r8\n"
    "  mov 8(%rsp), %r9\n"
    "  cmp $" NUMBERS ", %rax\n"
    "  jae .Lno_place\n"
    "  mov %eax, %ecx\n"
    "  shl $4, %ecx\n"
    "  lea .Lplaces(%rip), %r11\n"
    "  add %rcx, %r11\n"
    ".Lothers:\n"
    "  jmp *%r11\n"
    ".Lno_place:\n"
    "  syscall\n"
    ".Ldone:\n"
    "  cmp $-4095, %rax\n"
    "  jae .Lerror\n"
    "  ret\n"
    ".Lerror:\n"
    "  mov %rax, %rdi\n"
    "  jmp failed_or\n"
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

/* What the kernel said, as the C library says it. */
__attribute__((used, visibility("hidden"))) long failed_or(long result) {
  if ((unsigned long)result < -4095UL) return result;
  if (__errno_location != NULL) errno = (int)-result;
  return -1;
}

/* A call with three arguments, whose number is a constant. */
#define CALL(number, one, two, three)                              \
  ({                                                               \
    long result;                                                   \
    __asm__ volatile(".byte 0xb8\n.long %c1\nsyscall"              \
                     : "=a"(result)                                \
                     : "i"(number), "D"(one), "S"(two), "d"(three) \
                     : "rcx", "r11", "memory");                    \
    failed_or(result);                                             \
  })

/* The next library's read; NULL before this one has looked for it. */
static ssize_t (*next_read)(int, void *, size_t);
static int is_read_libcs;

ssize_t read(int file, void *to, size_t bytes) {
  if (next_read == NULL || (is_read_libcs && &__libc_single_threaded != NULL && __libc_single_threaded))
    return CALL(SYS_read, (long)file, to, bytes);
  return next_read(file, to, bytes);
}

/* A vDSO that answers by itself takes 100 ticks of the processor, some 3 in a nanosecond; a signal takes more than SLOW. */
enum { SLOW = 2500, SLOW_READS = 8, WHILE = 1 << 24 };

static int (*next_clock)(clockid_t, struct timespec *);
/* The C library's, which asks the vDSO; and this is no watched trial, where reads are counted as the signals that they are (docs/explain.md). */
static int is_clock_timed;
/* Reads that were slow one after the other. Some are for another reason: an interrupt, pages that were not there. */
static _Atomic unsigned slow_reads;
/* The tick up to which the vDSO is not asked again. */
static _Atomic unsigned long long slow_until;

int clock_gettime(clockid_t clock, struct timespec *at) {
  if (next_clock == NULL) return (int)CALL(SYS_clock_gettime, (long)clock, at, 0L);
  if (!is_clock_timed || (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)) return next_clock(clock, at);
  unsigned long long before = __builtin_ia32_rdtsc();
  /* Unsigned: a tick far ahead is of another machine, where a snapshot of this program was made. */
  if (atomic_load_explicit(&slow_until, memory_order_relaxed) - before <= WHILE)
    return (int)CALL(SYS_clock_gettime, (long)clock, at, 0L);
  int result = next_clock(clock, at);
  unsigned long long after = __builtin_ia32_rdtsc();
  if (after - before <= SLOW) {
    if (atomic_load_explicit(&slow_reads, memory_order_relaxed) != 0) atomic_store_explicit(&slow_reads, 0, memory_order_relaxed);
  } else if (atomic_fetch_add_explicit(&slow_reads, 1, memory_order_relaxed) >= SLOW_READS - 1) {
    atomic_store_explicit(&slow_until, after + WHILE, memory_order_relaxed);
  }
  return result;
}

/* Whether a function lies where the C library's error number does. */
static int is_libcs(void *function) {
  Dl_info its, libcs;
  return dladdr != NULL && dladdr(function, &its) != 0 && dladdr((void *)__errno_location, &libcs) != 0 && its.dli_fbase == libcs.dli_fbase;
}

__attribute__((constructor)) static void find(void) {
  if (dlsym == NULL) return;
  void *found = dlsym(RTLD_NEXT, "syscall");
  if (found != NULL && !is_libcs(found)) others_syscall = found;
  found = dlsym(RTLD_NEXT, "read");
  is_read_libcs = found != NULL && is_libcs(found);
  next_read = found;
  found = dlsym(RTLD_NEXT, "clock_gettime");
  is_clock_timed = found != NULL && is_libcs(found) && getenv("SEEBENCH_INSTRUMENT") == NULL;
  next_clock = found;
}
#endif
