/* Operations on the process itself: identity, clocks, signals, scheduling, children and threads. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "op.h"

/* By the C library's syscall(), whose instructions gVisor cannot patch: a signal takes each call to it. */
static int run_getppid(uint64_t n) { REPEAT(n, syscall(SYS_getppid)); }
/* By the library's own function, which gVisor patches at the first call. */
static int run_getppid_patched(uint64_t n) { REPEAT(n, getppid()); }
static int run_gettid(uint64_t n) { REPEAT(n, syscall(SYS_gettid)); }
static int run_sched_yield(uint64_t n) { REPEAT(n, sched_yield()); }

static int run_uname(uint64_t n) {
  struct utsname names;
  REPEAT(n, uname(&names));
}

static int run_getcwd(uint64_t n) {
  char path[4096];
  REPEAT(n, syscall(SYS_getcwd, path, sizeof path));
}

/* The system call, past the vDSO. */
static int run_clock_gettime(uint64_t n) {
  struct timespec now;
  REPEAT(n, syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now));
}

/* What programs really call: no system call where the sandbox offers a vDSO. */
static int run_clock_gettime_vdso(uint64_t n) {
  struct timespec now;
  REPEAT(n, clock_gettime(CLOCK_MONOTONIC, &now));
}

/* Arms and fires a timer; the kernel's timer slack (50 µs by default) is part of it. */
static int run_nanosleep_0(uint64_t n) {
  const struct timespec zero = {0, 0};
  REPEAT(n, nanosleep(&zero, NULL));
}

static int run_getrandom_16(uint64_t n) {
  char bytes[16];
  REPEAT(n, getrandom(bytes, sizeof bytes, 0));
}

static int run_sigprocmask(uint64_t n) {
  sigset_t old;
  REPEAT(n, sigprocmask(SIG_BLOCK, NULL, &old));
}

static volatile sig_atomic_t signals_seen;
static void on_signal(int number) {
  (void)number;
  signals_seen++;
}

static int setup_signal(void) {
  struct sigaction action = {.sa_handler = on_signal};
  return sigaction(SIGUSR1, &action, NULL);
}

/* A signal to ourselves: delivered, handled and returned from before kill returns. */
static int run_signal_self(uint64_t n) {
  const pid_t self = getpid();
  REPEAT(n, kill(self, SIGUSR1));
}

static void teardown_signal(void) { signal(SIGUSR1, SIG_DFL); }

static int wait_for(pid_t child) {
  int status;
  if (child < 0 || waitpid(child, &status, 0) != child) return -1;
  return status == 0 ? 0 : -1;
}

static int fork_once(void) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  return wait_for(child);
}
static int run_fork_wait(uint64_t n) { REPEAT(n, fork_once()); }

/* This program again: static, so no dynamic linking is timed. With `--exit` it does nothing else. */
static char self_path[4096];
static int setup_exec(void) {
  const ssize_t length = readlink("/proc/self/exe", self_path, sizeof self_path - 1);
  if (length < 0) return -1;
  self_path[length] = '\0';
  return 0;
}

static int exec_once(void) {
  char *const argv[] = {self_path, "--exit", NULL};
  char *const envp[] = {NULL};
  const pid_t child = vfork();
  if (child == 0) {
    execve(self_path, argv, envp);
    _exit(127);
  }
  return wait_for(child);
}
static int run_vfork_exec_wait(uint64_t n) { REPEAT(n, exec_once()); }

static void *thread_main(void *argument) { return argument; }

static int thread_once(void) {
  pthread_t thread;
  const int error = pthread_create(&thread, NULL, thread_main, NULL);
  if (error != 0) {
    errno = error;
    return -1;
  }
  return -pthread_join(thread, NULL);
}
static int run_thread_create_join(uint64_t n) { REPEAT(n, thread_once()); }

static const struct op process_ops[] = {
    {.name = "getppid", .run = run_getppid},
    {.name = "getppid_patched", .run = run_getppid_patched},
    {.name = "gettid", .run = run_gettid},
    {.name = "uname", .run = run_uname},
    {.name = "getcwd", .run = run_getcwd},
    {.name = "clock_gettime", .run = run_clock_gettime},
    {.name = "clock_gettime_vdso", .run = run_clock_gettime_vdso},
    {.name = "nanosleep_0", .run = run_nanosleep_0},
    {.name = "getrandom_16", .run = run_getrandom_16},
    {.name = "sched_yield", .run = run_sched_yield},
    {.name = "sigprocmask", .run = run_sigprocmask},
    {.name = "signal_self", .setup = setup_signal, .run = run_signal_self, .teardown = teardown_signal},
    {.name = "fork_wait", .run = run_fork_wait},
    {.name = "vfork_exec_wait", .setup = setup_exec, .run = run_vfork_exec_wait},
    {.name = "thread_create_join", .run = run_thread_create_join},
};
