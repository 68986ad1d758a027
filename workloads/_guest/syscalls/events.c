/* What the suite tells the harness: JSON lines on the events descriptor, as the Python guest module writes them. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <inttypes.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

static FILE *events;

/* Started by hand, without a harness: events are printed. */
static int open_events(void) {
  const char *number = getenv("SEEBENCH_EVENTS_FD");
  events = number == NULL ? stdout : fdopen(atoi(number), "w");
  if (events != NULL) setvbuf(events, NULL, _IOFBF, 1 << 16);
  return events == NULL ? -1 : 0;
}

static int64_t clock_ns(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void send_mark(const char *name) {
  fprintf(events, "{\"e\":\"mark\",\"name\":\"%s\",\"t\":%" PRId64 "}\n", name, clock_ns(CLOCK_REALTIME));
  fflush(events);
}

/* `{"e":"clock","ns":[…]}`, or with a name `{"e":"syscall","name":"…","ns":[…]}`; at most 1,000 values. */
static void send_samples(const char *event, const char *name, const double *ns, size_t count) {
  fprintf(events, "{\"e\":\"%s\",", event);
  if (name != NULL) fprintf(events, "\"name\":\"%s\",", name);
  fputs("\"ns\":[", events);
  for (size_t i = 0; i < count; i++) fprintf(events, "%s%.*f", i == 0 ? "" : ",", ns[i] < 100 ? 3 : 1, ns[i]);
  fputs("]}\n", events);
  fflush(events);
}

/* MemTotal as the guest sees it, bytes; 0 when it does not say. */
static int64_t memory_total(void) {
  int64_t kib = 0;
  FILE *info = fopen("/proc/meminfo", "r");
  if (info == NULL) return 0;
  if (fscanf(info, "MemTotal: %" SCNd64, &kib) != 1) kib = 0;
  fclose(info);
  return kib * 1024;
}

static void send_inside(void) {
  struct utsname names;
  cpu_set_t cpus;
  if (uname(&names) < 0 || sched_getaffinity(0, sizeof cpus, &cpus) < 0) return;
  fprintf(events, "{\"e\":\"inside\",\"kernel\":\"%s\",\"cpus\":%d,\"mem\":%" PRId64 "}\n", names.release,
          CPU_COUNT(&cpus), memory_total());
  fflush(events);
}

/* A number out of SEEBENCH_PARAMS, the flat JSON object of the size's parameters; `missing` when it is not there. */
static int64_t param(const char *name, int64_t missing) {
  const char *params = getenv("SEEBENCH_PARAMS");
  char key[64];
  snprintf(key, sizeof key, "\"%s\":", name);
  const char *at = params == NULL ? NULL : strstr(params, key);
  return at == NULL ? missing : strtoll(at + strlen(key), NULL, 10);
}
