/*
 * The syscall micro-suite: nanoseconds per call of the operations that data and ML programs lean on.
 *
 * Each operation runs in batches that last about `batch_ns`; a batch's mean is one sample, so the clock is read
 * twice a batch, and what that costs is measured just before, reported, and subtracted. An operation has a budget of time,
 * not of calls: the suite takes about as long where a call costs 50 times more.
 *
 * Built as one translation unit, without libraries: gcc -static -O2 -pthread -o syscalls syscalls.c
 * Started by hand it prints its events; with names as arguments it runs only those operations.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Two reads of the clock in a row, as last measured. */
static double clock_cost_ns;

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

#include "syscalls/events.c"
#include "syscalls/files.c"
#include "syscalls/ipc.c"
#include "syscalls/memory.c"
#include "syscalls/process.c"
#include "syscalls/paced.c"

enum { MAX_BATCHES = 1000, MIN_BATCHES = 3, CLOCK_SAMPLES = 21, MOST_TRIES = 3 };

static const struct {
  const struct op *ops;
  size_t count;
} tables[] = {
#define TABLE(ops) {ops, sizeof ops / sizeof *ops}
    TABLE(process_ops), TABLE(file_ops), TABLE(memory_ops), TABLE(ipc_ops), TABLE(paced_ops),
#undef TABLE
};

static struct {
  int64_t batches;   /* most samples of one operation */
  int64_t batch_ns;  /* how long one should last */
  int64_t budget_ns; /* for all batches of one operation; MIN_BATCHES are made all the same */
} plan;

const char *scratch_dir;

const char *in_scratch(const char *name) {
  static char buffers[4][256];
  static unsigned next;
  char *buffer = buffers[next++ % 4];
  snprintf(buffer, sizeof *buffers, "%s/%s", scratch_dir, name);
  return buffer;
}

/*
 * What two reads of the clock cost by themselves, the median. gVisor's vDSO starts out as a real system call and becomes
 * cheap once its clock is calibrated, in the middle of the suite: so it is measured before and after each operation.
 */
static double measure_clock(void) {
  double ns[CLOCK_SAMPLES];
  for (int i = 0; i < CLOCK_SAMPLES; i++) {
    const int64_t start = clock_ns(CLOCK_MONOTONIC);
    ns[i] = (double)(clock_ns(CLOCK_MONOTONIC) - start);
  }
  send_samples("clock", NULL, ns, CLOCK_SAMPLES);
  qsort(ns, CLOCK_SAMPLES, sizeof *ns, compare);
  return ns[CLOCK_SAMPLES / 2];
}

/* Nanoseconds of one batch of n calls, without the clock's; negative when the operation failed. */
static double time_batch(const struct op *op, uint64_t n) {
  if (op->prepare != NULL && op->prepare(n) < 0) return -1;
  if (op->net != NULL) return op->net(n);
  const int64_t start = clock_ns(CLOCK_MONOTONIC);
  const int result = op->run(n);
  const double ns = (double)(clock_ns(CLOCK_MONOTONIC) - start) - clock_cost_ns;
  if (result < 0) return -1;
  return ns < 0 ? 0 : ns;
}

/*
 * Grows the batch until it lasts as long as it should, which warms the operation up as well. The shorter of two tries
 * counts: one hiccup must not leave a fast operation with batches of one call. Returns 0 when the operation failed.
 */
static uint64_t size_batch(const struct op *op) {
  const uint64_t most = op->max_calls == 0 ? UINT64_MAX : op->max_calls;
  uint64_t n = 1;
  for (;;) {
    const double first = time_batch(op, n);
    const double second = first < 0 ? -1 : time_batch(op, n);
    if (second < 0) return 0;
    const double ns = first < second ? first : second;
    const double wanted = (double)n * (double)plan.batch_ns / (ns < 1 ? 1 : ns);
    if (n >= most || wanted <= 1.5 * (double)n) {
      if (wanted < 1) return 1;
      return wanted < (double)most ? (uint64_t)wanted : most;
    }
    n = wanted < 16.0 * (double)n ? (uint64_t)wanted : 16 * n;
    if (n > most) n = most;
  }
}

/*
 * Times an operation. When the clock's own cost moved meanwhile by more than a fiftieth of a batch, what was subtracted
 * is wrong, and all is done again: a clock is calibrated once.
 */
static int measure(const struct op *op) {
  double ns[MAX_BATCHES];
  int64_t done;
  double moved, batch = 0;
  int tries = 0;
  do {
    clock_cost_ns = measure_clock();
    done = 0;
    const int64_t deadline = clock_ns(CLOCK_MONOTONIC) + plan.budget_ns;
    const uint64_t n = size_batch(op);
    if (n == 0) return -1;
    while (done < plan.batches && (done < MIN_BATCHES || clock_ns(CLOCK_MONOTONIC) < deadline)) {
      batch = time_batch(op, n);
      if (batch < 0) return -1;
      ns[done++] = batch / (double)n;
    }
    const double after = measure_clock();
    moved = after > clock_cost_ns ? after - clock_cost_ns : clock_cost_ns - after;
  } while (50 * moved > batch && ++tries < MOST_TRIES);
  send_samples("syscall", op->name, ns, (size_t)done);
  return 0;
}

/* Returns 0 when it was measured or is not there to be measured, 1 when it failed. */
static int run_op(const struct op *op) {
  errno = 0;
  int result = op->setup == NULL ? 0 : op->setup();
  if (result == 0) result = measure(op);
  const int error = errno;
  if (op->teardown != NULL) op->teardown();
  if (result == 0) return 0;
  if (error == ENOSYS) {
    fprintf(stderr, "syscalls: %s: this kernel does not have it; skipped\n", op->name);
    return 0;
  }
  fprintf(stderr, "syscalls: %s: %s\n", op->name, error == 0 ? "did not do what it should" : strerror(error));
  return 1;
}

static int is_chosen(const char *name, char **names) {
  if (*names == NULL) return 1;
  for (; *names != NULL; names++) {
    if (strcmp(*names, name) == 0) return 1;
  }
  return 0;
}

/* Runs what was chosen; returns how many were run, and counts failures. */
static int run_all(char **names, int *failures) {
  int ran = 0;
  for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
    for (size_t i = 0; i < tables[t].count; i++) {
      if (!is_chosen(tables[t].ops[i].name, names)) continue;
      *failures += run_op(&tables[t].ops[i]);
      if (ran++ == 0) send_mark("first_result");
    }
  }
  return ran;
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--exit") == 0) return 0; /* the program that vfork_exec_wait starts */
  if (open_events() < 0) {
    perror("syscalls: SEEBENCH_EVENTS_FD");
    return 1;
  }
  send_mark("interpreter");
  send_inside();
  plan.batches = param("batches", 20);
  plan.batch_ns = param("batch_ns", 500000);
  plan.budget_ns = param("op_budget_ms", 15) * 1000000;
  if (plan.batches < MIN_BATCHES || plan.batches > MAX_BATCHES || plan.batch_ns < 1 || plan.budget_ns < 1) {
    fprintf(stderr, "syscalls: batches must be %d…%d, batch_ns and op_budget_ms at least 1\n", MIN_BATCHES, MAX_BATCHES);
    return 1;
  }
  char directory[] = "/tmp/syscalls-XXXXXX";
  if ((scratch_dir = mkdtemp(directory)) == NULL) {
    perror("syscalls: /tmp");
    return 1;
  }
  signal(SIGPIPE, SIG_IGN); /* a child that died shows as EPIPE of the operation that needed it */
  send_mark("imports");
  int failures = 0;
  const int ran = run_all(argv + 1, &failures);
  unlink(in_scratch("file"));
  rmdir(scratch_dir);
  if (argc > 1 && ran < argc - 1) {
    fprintf(stderr, "syscalls: %d of the names given are no operations\n", argc - 1 - ran);
    return 1;
  }
  if (failures > 0) fprintf(stderr, "syscalls: %d of %d operations failed\n", failures, ran);
  send_mark("done");
  return failures > 0;
}
