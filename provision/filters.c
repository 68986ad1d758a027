/*
 * filters: the seccomp filters that a process of this host has, as the kernel keeps them.
 *
 *   filters <pid>
 *
 * Stops the process for a moment (PTRACE_SEIZE), reads each filter (PTRACE_SECCOMP_GET_FILTER: CAP_SYS_ADMIN, CONFIG_CHECKPOINT_RESTORE)
 * and prints it as a line of `code:jt:jf:k` instructions, the newest filter first.
 *
 *   gcc -O2 -static -o filters filters.c
 */
#include <errno.h>
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>

#ifndef PTRACE_SECCOMP_GET_FILTER
#define PTRACE_SECCOMP_GET_FILTER 0x420c
#endif

static int fail(const char *what) {
  fprintf(stderr, "filters: %s: %s\n", what, strerror(errno));
  return 1;
}

int main(int argc, char **argv) {
  static struct sock_filter code[BPF_MAXINSNS];
  const pid_t pid = argc == 2 ? (pid_t)atoi(argv[1]) : 0;
  if (pid <= 0) return fputs("usage: filters <pid>\n", stderr), 2;
  if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) != 0) return fail("cannot stop the process");
  if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) != 0) return fail("cannot stop the process");
  if (waitpid(pid, NULL, __WALL) != pid) return fail("cannot wait for the process");
  for (unsigned long index = 0;; index++) {
    const long length = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, (void *)index, code);
    /* ENOENT: there is no filter of this number; EINVAL: there is none at all. */
    if (length < 0 && (errno == ENOENT || errno == EINVAL)) break;
    if (length < 0) return fail("cannot read a filter");
    for (long i = 0; i < length; i++)
      printf("%s%x:%x:%x:%x", i == 0 ? "" : " ", code[i].code, code[i].jt, code[i].jf, code[i].k);
    putchar('\n');
  }
  /* The end of this process lets the other go on. */
  return 0;
}
