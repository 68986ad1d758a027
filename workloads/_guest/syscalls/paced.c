/*
 * Calls as programs make them: with work of their own in between, and beside other threads that work. In a tight loop gVisor answers from a path that
 * spins; a program that computes between its calls finds whoever answers asleep, or finds no CPU free for him.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "op.h"

/*
 * What lies between two calls: a walk through memory that fits the second level of cache, on from where the last one ended, with some arithmetic. So
 * what a call costs afterwards is seen too: caches and translations that it left cold.
 */
enum { OWN_BYTES = 256 * 1024, LINE = 64, CALIBRATED_LINES = 4096 };
/* Each thread that works has its own; with more threads than that, some share. */
enum { MEMORIES = 8 };
static unsigned char memories[MEMORIES][OWN_BYTES];
static atomic_int memories_taken;
static __thread unsigned char *own_memory;
static __thread size_t own_place;
static uint64_t work_lines;

/* Not inlined: with and without calls it has to be the same code, at the same place. */
static __attribute__((noinline)) void walk(uint64_t lines) {
  if (own_memory == NULL) own_memory = memories[atomic_fetch_add(&memories_taken, 1) % MEMORIES];
  for (uint64_t i = 0; i < lines; i++) {
    volatile unsigned char *byte = &own_memory[own_place];
    *byte = (unsigned char)(*byte * 31 + 7);
    own_place = (own_place + LINE) % OWN_BYTES;
  }
}
static void work(void) { walk(work_lines); }

/* Threads that compute beside. */
enum { MOST_BESIDE = 512 };
static pthread_t beside[MOST_BESIDE];
static int beside_count;
static atomic_int beside_over;

static void *compute(void *argument) {
  volatile uint64_t number = 1;
  while (!atomic_load_explicit(&beside_over, memory_order_relaxed)) {
    for (int i = 0; i < 1000; i++) number = number * 6364136223846793005u + 1;
  }
  return argument;
}

static void teardown_paced(void) {
  atomic_store(&beside_over, 1);
  while (beside_count > 0) pthread_join(beside[--beside_count], NULL);
  teardown_page_fault();
}

/* How many lines last that long, by the fastest of some tries. */
static int setup_paced(int64_t gap_ns, int threads) {
  int64_t best = INT64_MAX;
  for (int i = 0; i < 20; i++) {
    const int64_t start = clock_ns(CLOCK_MONOTONIC);
    walk(CALIBRATED_LINES);
    const int64_t ns = clock_ns(CLOCK_MONOTONIC) - start;
    if (ns > 0 && ns < best) best = ns;
  }
  work_lines = (uint64_t)(gap_ns * CALIBRATED_LINES / best);
  atomic_store(&beside_over, 0);
  while (beside_count < threads && beside_count < MOST_BESIDE) {
    errno = pthread_create(&beside[beside_count], NULL, compute, NULL);
    if (errno != 0) return -1;
    beside_count++;
  }
  return 0;
}

enum { MOST_PACED = 512 };

static double median_of(double *values, uint64_t n) {
  qsort(values, n, sizeof *values, compare);
  return values[n / 2];
}

/*
 * Nanoseconds of n calls with work in between: each call by itself, and by how much the work after a call is slower than without one, for a
 * call leaves caches cold. The clock's own cost is in both kinds of work, and is taken off the calls.
 */
static double net_paced(uint64_t n, int (*call)(uint64_t i)) {
  double alone[MOST_PACED], after[MOST_PACED], calls = 0;
  if (n > MOST_PACED) n = MOST_PACED;
  for (uint64_t i = 0; i < n; i++) {
    const int64_t start = clock_ns(CLOCK_MONOTONIC);
    work();
    alone[i] = (double)(clock_ns(CLOCK_MONOTONIC) - start);
  }
  for (uint64_t i = 0; i < n; i++) {
    const int64_t start = clock_ns(CLOCK_MONOTONIC);
    if (call(i) < 0) return -1;
    const int64_t between = clock_ns(CLOCK_MONOTONIC);
    work();
    after[i] = (double)(clock_ns(CLOCK_MONOTONIC) - between);
    calls += (double)(between - start) - clock_cost_ns;
  }
  const double ns = calls + (double)n * (median_of(after, n) - median_of(alone, n));
  return ns < 0 ? 0 : ns;
}

static int call_getppid(uint64_t i) {
  (void)i;
  return syscall(SYS_getppid) < 0 ? -1 : 0;
}
static int call_touch(uint64_t i) {
  touch_apart(i);
  return 0;
}
static double net_getppid(uint64_t n) { return net_paced(n, call_getppid); }
static double net_touch(uint64_t n) { return net_paced(n, call_touch); }

/* As many threads beside as there are other CPUs, at least one. */
static int others(void) {
  cpu_set_t cpus;
  const int count = sched_getaffinity(0, sizeof cpus, &cpus) < 0 ? 2 : CPU_COUNT(&cpus);
  return count < 2 ? 1 : count - 1;
}

#define PACE(name, gap_ns, threads) \
  static int setup_##name(void) { return setup_paced(gap_ns, threads); }
PACE(every_5us, 5000, 0)
PACE(every_20us, 20000, 0)
PACE(every_100us, 100000, 0)
PACE(crowded, 0, others())
PACE(every_20us_crowded, 20000, others())
PACE(every_100us_crowded, 100000, others())
PACE(beside_1, 0, 1)
PACE(beside_2, 0, 2)
#undef PACE

/* Nothing but arithmetic. */
static int run_compute(uint64_t n) {
  volatile uint64_t number = 1;
  for (uint64_t i = 0; i < n; i++) number = number * 6364136223846793005u + 1;
  return 0;
}

/*
 * A barrier as OpenMP has it: as many threads as CPUs work, and meet; who comes last wakes the others, though they spin and nobody sleeps. A call is
 * a round.
 */
enum { SPINS = 300000 };
static atomic_int generation, arrived;
/* The team ends when this one is reached: none of it can see that before the last meeting, however late it looks. */
static atomic_int last_generation;
static pthread_t team[MOST_BESIDE];
static int team_count;

/* As libgomp does between two looks: its 300,000 looks take milliseconds. */
static void relax(void) {
#ifdef __x86_64__
  __builtin_ia32_pause();
#endif
}

static void meet(void) {
  const int now = atomic_load(&generation);
  if (atomic_fetch_add(&arrived, 1) == team_count) {
    atomic_store(&arrived, 0);
    atomic_store(&generation, now + 1);
    futex(&generation, FUTEX_WAKE, INT_MAX);
    return;
  }
  for (int i = 0; i < SPINS && atomic_load(&generation) == now; i++) relax();
  while (atomic_load(&generation) == now) futex(&generation, FUTEX_WAIT, now);
}

static void *team_main(void *argument) {
  while (atomic_load(&generation) != atomic_load(&last_generation)) {
    work();
    meet();
  }
  return argument;
}

/* What a piece of work takes by itself, nanoseconds. */
static double alone_ns;
static void measure_alone(void) {
  double ns[51];
  for (size_t i = 0; i < sizeof ns / sizeof *ns; i++) {
    const int64_t start = clock_ns(CLOCK_MONOTONIC);
    work();
    ns[i] = (double)(clock_ns(CLOCK_MONOTONIC) - start) - clock_cost_ns;
  }
  alone_ns = median_of(ns, sizeof ns / sizeof *ns);
}

static int run_rounds(uint64_t n) {
  for (uint64_t i = 0; i < n; i++) {
    work();
    meet();
  }
  return 0;
}

/* Rounds before any is timed: until the kernel has given each thread a CPU of its own. */
enum { FIRST_ROUNDS = 2000 };

static int setup_team(void) {
  if (setup_paced(20000, 0) < 0) return -1;
  measure_alone();
  atomic_store(&last_generation, -1);
  atomic_store(&arrived, 0);
  /* Whom the first ones wait for is known before they start. */
  for (team_count = others(); beside_count < team_count; beside_count++) {
    errno = pthread_create(&team[beside_count], NULL, team_main, NULL);
    if (errno != 0) return -1;
  }
  return run_rounds(FIRST_ROUNDS);
}

static void teardown_team(void) {
  /* Where not all came up nobody meets any more, and the threads end with the process. */
  const int complete = beside_count == team_count;
  if (complete) {
    atomic_store(&last_generation, atomic_load(&generation) + 1);
    meet();
  }
  for (; beside_count > 0; beside_count--)
    if (complete) pthread_join(team[beside_count - 1], NULL);
}

/* Nanoseconds beyond the work, of n rounds that hold this much of it. */
static double net_of(int (*rounds_of)(uint64_t n), uint64_t n, double works) {
  const int64_t start = clock_ns(CLOCK_MONOTONIC);
  if (rounds_of(n) < 0) return -1;
  const double ns = (double)(clock_ns(CLOCK_MONOTONIC) - start) - clock_cost_ns - (double)n * works * alone_ns;
  return ns < 0 ? 0 : ns;
}
static double net_team(uint64_t n) { return net_of(run_rounds, n, 1); }

/* Two threads that take turns, each with work to do when it is its own. */
static int setup_turns(void) {
  if (setup_paced(20000, 0) < 0) return -1;
  measure_alone();
  partner_work = work;
  return setup_partner();
}
static void teardown_turns(void) {
  teardown_partner();
  partner_work = NULL;
}
static int run_turns(uint64_t n) {
  for (uint64_t i = 0; i < n; i++) {
    work();
    if (futex_once() < 0) return -1;
  }
  return 0;
}
static double net_turns(uint64_t n) { return net_of(run_turns, n, 2); }

/* Batches are bounded by what lies between the calls, which is most of them. */
#define PACED(pace, most) \
  {.name = "getppid_" #pace, .setup = setup_##pace, .net = net_getppid, .teardown = teardown_paced, .max_calls = most}
#define TOUCHED(pace, most)                                                                                        \
  {.name = "touch_apart_2m_" #pace, .setup = setup_##pace, .prepare = prepare_apart, .net = net_touch, \
   .teardown = teardown_paced, .max_calls = most}
#define BESIDE(call, count) \
  {.name = #call "_beside_" #count, .setup = setup_beside_##count, .run = run_##call, .teardown = teardown_paced}
static const struct op paced_ops[] = {
    PACED(every_5us, 100),
    PACED(every_20us, 25),
    PACED(every_100us, 8),
    {.name = "getppid_crowded", .setup = setup_crowded, .run = run_getppid, .teardown = teardown_paced},
    PACED(every_20us_crowded, 25),
    PACED(every_100us_crowded, 8),
    TOUCHED(every_20us, 25),
    TOUCHED(every_20us_crowded, 25),
    {.name = "team_barrier_20us", .setup = setup_team, .net = net_team, .teardown = teardown_team, .max_calls = 50},
    {.name = "futex_round_trip_every_20us", .setup = setup_turns, .net = net_turns, .teardown = teardown_turns,
     .max_calls = 25},
    BESIDE(getppid, 1),
    BESIDE(getppid, 2),
    BESIDE(futex_wake, 1),
    BESIDE(futex_wake, 2),
    {.name = "compute", .run = run_compute},
};
#undef PACED
#undef TOUCHED
#undef BESIDE
