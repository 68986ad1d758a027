/*
 * first: the first instruction in the guest. Writes the mark "guest" to the descriptor in SEEBENCH_EVENTS_FD and
 * becomes the workload. Static and without stdio, so that it adds almost nothing to what it marks.
 *
 *   gcc -O2 -static -o bin/first first.c
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* Appends the decimal digits of a number that is not negative. */
static char *decimal(char *to, unsigned long long number) {
  char digits[20];
  int n = 0;
  do digits[n++] = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  while (n > 0) *to++ = digits[--n];
  return to;
}

static void mark(int fd) {
  static const char head[] = "{\"e\":\"mark\",\"name\":\"guest\",\"t\":";
  char line[sizeof head + 24];
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  char *end = line + sizeof head - 1;
  memcpy(line, head, sizeof head - 1);
  end = decimal(end, (unsigned long long)now.tv_sec * 1000000000ull + (unsigned long long)now.tv_nsec);
  *end++ = '}';
  *end++ = '\n';
  /* A reader that is gone is the harness's affair; the workload runs all the same. */
  if (write(fd, line, (size_t)(end - line)) < 0) return;
}

static void say(const char *text) {
  if (write(STDERR_FILENO, text, strlen(text)) < 0) return;
}

int main(int argc, char **argv) {
  const char *fd = getenv("SEEBENCH_EVENTS_FD");
  if (fd != NULL) mark(atoi(fd));
  /* Instrumented: the guest's first segment, for whoever counts its calls; see seebench_instrument.py. */
  if (getenv("SEEBENCH_INSTRUMENT") != NULL) getpriority((__priority_which_t)0x5eeb, 1);
  if (argc < 2) {
    say("first: no command was given\n");
    return 127;
  }
  execvp(argv[1], argv + 1);
  const char *reason = strerror(errno);
  say("first: cannot start ");
  say(argv[1]);
  say(": ");
  say(reason);
  say("\n");
  return 127;
}
