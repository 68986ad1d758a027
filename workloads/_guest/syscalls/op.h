/* One operation of the syscall suite, and what the tables of operations share. */
#ifndef SEEBENCH_SYSCALLS_OP_H
#define SEEBENCH_SYSCALLS_OP_H

#include <stddef.h>
#include <stdint.h>

/* Functions return 0, or -1 with errno set. Those that an operation does not need are NULL. */
struct op {
  const char *name;            /* of the metric `syscall_ns/<name>`: [a-z0-9_+.-]+ */
  int (*setup)(void);          /* once, before the first batch */
  int (*prepare)(uint64_t n);  /* before each batch, not timed */
  int (*run)(uint64_t n);      /* the batch: n calls, timed */
  void (*teardown)(void);      /* once, after the last batch, also after a failure */
  uint64_t max_calls;          /* most calls of one batch; 0 = no limit */
  double (*net)(uint64_t n);   /* instead of `run`: times n calls itself, nanoseconds, negative when one failed */
};

/* A directory of our own in /tmp, made at the start and removed at the end. */
extern const char *scratch_dir;

/* `<scratch_dir>/<name>`, in one of four rotating buffers. */
const char *in_scratch(const char *name);

/* Repeats one expression that must not return a negative value. */
#define REPEAT(n, expression)             \
  do {                                    \
    for (uint64_t i = 0; i < (n); i++) {  \
      if ((expression) < 0) return -1;    \
    }                                     \
    return 0;                             \
  } while (0)

#endif
