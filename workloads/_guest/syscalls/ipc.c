/* Operations between processes and threads: pipes, sockets, events, futexes. */
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "op.h"

/* Descriptors of the operation under way; -1 is closed. */
static int ends[4] = {-1, -1, -1, -1};
static pid_t echo_child;

static void teardown_ends(void) {
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    if (ends[i] >= 0) close(ends[i]);
    ends[i] = -1;
  }
}

static int move_byte(int from, int to) {
  char byte = 0;
  if (write(to, &byte, 1) != 1) return -1;
  return read(from, &byte, 1) == 1 ? 0 : -1;
}

static int setup_pipe(void) { return pipe(ends); }
static int run_pipe_write_read(uint64_t n) { REPEAT(n, move_byte(ends[0], ends[1])); }

/* A child that sends each byte back until its end is closed. */
static int start_echo(int from, int to) {
  echo_child = fork();
  if (echo_child != 0) return echo_child < 0 ? -1 : 0;
  /* The parent's ends must be closed here too, or the end of file never comes. */
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    if (ends[i] >= 0 && ends[i] != from && ends[i] != to) close(ends[i]);
  }
  char byte;
  while (read(from, &byte, 1) == 1 && write(to, &byte, 1) == 1) continue;
  _exit(0);
}

static void teardown_echo(void) {
  teardown_ends();
  if (echo_child > 0) waitpid(echo_child, NULL, 0);
  echo_child = 0;
}

static int setup_pipe_echo(void) { return pipe(ends) < 0 || pipe(ends + 2) < 0 ? -1 : start_echo(ends[0], ends[3]); }
static int run_pipe_round_trip(uint64_t n) { REPEAT(n, move_byte(ends[2], ends[1])); }

static int setup_socket_echo(void) {
  return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ? -1 : start_echo(ends[1], ends[1]);
}
static int run_socketpair_round_trip(uint64_t n) { REPEAT(n, move_byte(ends[0], ends[0])); }

/* The same between two threads, which share what a sandbox keeps per process. */
static pthread_t echo_thread;
static void *echo_main(void *argument) {
  char byte;
  while (read(ends[1], &byte, 1) == 1 && write(ends[1], &byte, 1) == 1) continue;
  return argument;
}
static int setup_thread_echo(void) {
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0) return -1;
  errno = pthread_create(&echo_thread, NULL, echo_main, NULL);
  if (errno == 0) return 0;
  teardown_ends();
  return -1;
}
static void teardown_thread_echo(void) {
  if (ends[0] < 0) return; /* there is no thread */
  shutdown(ends[0], SHUT_RDWR);
  pthread_join(echo_thread, NULL);
  teardown_ends();
}

static int setup_eventfd(void) { return (ends[0] = eventfd(0, 0)) < 0 ? -1 : 0; }
static int eventfd_once(void) {
  uint64_t count = 1;
  return write(ends[0], &count, sizeof count) < 0 || read(ends[0], &count, sizeof count) < 0 ? -1 : 0;
}
static int run_eventfd_write_read(uint64_t n) { REPEAT(n, eventfd_once()); }

/* An epoll set with one descriptor in it that is never ready. */
static int setup_epoll(void) {
  struct epoll_event event = {.events = EPOLLIN};
  if (setup_eventfd() < 0 || (ends[1] = epoll_create1(0)) < 0) return -1;
  return epoll_ctl(ends[1], EPOLL_CTL_ADD, ends[0], &event);
}
static int run_epoll_wait_0(uint64_t n) {
  struct epoll_event event;
  REPEAT(n, epoll_wait(ends[1], &event, 1, 0));
}
static int run_poll_0(uint64_t n) {
  struct pollfd poll_fd = {.fd = ends[0], .events = POLLIN};
  REPEAT(n, poll(&poll_fd, 1, 0));
}

/* As the C library's own locks do it: with the number as a constant, so that gVisor can patch the call. */
static long futex(atomic_int *word, int operation, int value) {
#ifdef __x86_64__
  long result;
  register long timeout __asm__("r10") = 0;
  __asm__ volatile("mov %[number], %%eax\n\tsyscall"
                   : "=&a"(result)
                   : [number] "i"(SYS_futex), "D"(word), "S"(operation | FUTEX_PRIVATE_FLAG), "d"(value), "r"(timeout)
                   : "rcx", "r11", "memory");
  if (result < 0) errno = (int)-result;
  return result < 0 ? -1 : result;
#else
  return syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, NULL, NULL, 0);
#endif
}

static atomic_int nobody_waits;
static int run_futex_wake(uint64_t n) { REPEAT(n, futex(&nobody_waits, FUTEX_WAKE, 1)); }

/* Ping-pong between two threads: whose turn it is decides who sleeps. */
enum { OURS, THEIRS, OVER };
static atomic_int turn;
static pthread_t partner;
static int partner_runs;

/* EAGAIN: the word changed before we slept; EINTR: a signal. Both mean: look again. */
static int sleep_while(int value) {
  while (atomic_load(&turn) == value) {
    if (futex(&turn, FUTEX_WAIT, value) < 0 && errno != EAGAIN && errno != EINTR) return -1;
  }
  return 0;
}

static int hand_over(int to) {
  atomic_store(&turn, to);
  return futex(&turn, FUTEX_WAKE, 1) < 0 ? -1 : 0;
}

/* What the partner does when it is its turn; NULL for nothing. */
static void (*partner_work)(void);

static void *partner_main(void *argument) {
  while (sleep_while(OURS) == 0 && atomic_load(&turn) != OVER) {
    if (partner_work != NULL) partner_work();
    if (hand_over(OURS) < 0) break;
  }
  return argument;
}

static int setup_partner(void) {
  atomic_store(&turn, OURS);
  errno = pthread_create(&partner, NULL, partner_main, NULL);
  partner_runs = errno == 0;
  return partner_runs ? 0 : -1;
}
static int futex_once(void) { return hand_over(THEIRS) < 0 ? -1 : sleep_while(THEIRS); }
static int run_futex_round_trip(uint64_t n) { REPEAT(n, futex_once()); }
static void teardown_partner(void) {
  if (!partner_runs) return;
  hand_over(OVER);
  pthread_join(partner, NULL);
  partner_runs = 0;
}

static const struct op ipc_ops[] = {
    {.name = "pipe_write_read", .setup = setup_pipe, .run = run_pipe_write_read, .teardown = teardown_ends},
    {.name = "pipe_round_trip", .setup = setup_pipe_echo, .run = run_pipe_round_trip, .teardown = teardown_echo},
    {.name = "socketpair_round_trip", .setup = setup_socket_echo, .run = run_socketpair_round_trip,
     .teardown = teardown_echo},
    {.name = "socketpair_thread_round_trip", .setup = setup_thread_echo, .run = run_socketpair_round_trip,
     .teardown = teardown_thread_echo},
    {.name = "eventfd_write_read", .setup = setup_eventfd, .run = run_eventfd_write_read, .teardown = teardown_ends},
    {.name = "epoll_wait_0", .setup = setup_epoll, .run = run_epoll_wait_0, .teardown = teardown_ends},
    {.name = "poll_0", .setup = setup_eventfd, .run = run_poll_0, .teardown = teardown_ends},
    {.name = "futex_wake", .run = run_futex_wake},
    {.name = "futex_round_trip", .setup = setup_partner, .run = run_futex_round_trip, .teardown = teardown_partner},
};
