/*
 * syscount: which system calls the processes of one cgroup make, and which page faults they take, counted in the kernel.
 *
 *   syscount <directory of the cgroup below cgroup2> <file to make when counting has begun> [<FIFO of segments>]
 *
 * Small BPF programs on raw tracepoints count by process, number and segment. Segments cut the life of a sandbox into pieces: the next one begins
 * in the kernel when a process of the cgroup calls getpriority(SEGMENT_CALL, n), or when a line `<n>` comes through the FIFO. Faults are counted
 * under FAULT_USER + error code, those of the kernel on a process's behalf under FAULT_KERNEL + error code, and signals that a process makes under
 * SIGNAL + number: gVisor's stubs hand page faults and system calls over by them. Faults that found pages of a file in memory are counted again under
 * FILE_FAULT, pages that the kernel took for a process under PAGE_ALLOC + order, and how long a thread was out of system calls before each one under
 * GAP + the whole part of log2 of its nanoseconds. System calls that a seccomp filter turned into signals are counted under TRAPPED + their number:
 * those of a program in gVisor that could not be patched. It ends when the directory is gone, and prints for each triple a line `<tgid> <number> <count> <first> <last> <segment>`; times are CLOCK_MONOTONIC in ns. Nothing of it stays: programs
 * and maps go with it.
 *
 *   gcc -O2 -static -o syscount syscount.c
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define DEEPEST 10 /* of cgroups, from the root of the hierarchy */
#define MOST_KEYS 65536

#define SEGMENT_CALL 0x5eeb /* no `which` of getpriority, which refuses it; agreed with workloads/_guest */
#define FAULT_USER 0x10000
#define FAULT_KERNEL 0x20000
#define SIGNAL 0x30000
#define FILE_FAULT 0x40000
#define PAGE_ALLOC 0x50000
#define GAP 0x60000
#define TRAPPED 0x70000
#define MOST_THREADS 65536
/* Where struct kernel_siginfo holds the number of the system call that SIGSYS is about. */
#define SI_SYSCALL 24

/* Where struct pt_regs holds the first two arguments of a system call. */
#if defined(__x86_64__)
#define FIRST_ARGUMENT 112 /* rdi */
#define SECOND_ARGUMENT 104 /* rsi */
#elif defined(__aarch64__)
#define FIRST_ARGUMENT 272 /* orig_x0 */
#define SECOND_ARGUMENT 8  /* x1 */
#endif

struct key {
  uint32_t tgid, number, segment;
};
struct seen {
  uint64_t count, first, last;
};

static long bpf(int command, union bpf_attr *attr) { return syscall(SYS_bpf, command, attr, sizeof *attr); }

static int fail(const char *what) {
  fprintf(stderr, "syscount: %s: %s\n", what, strerror(errno));
  return 1;
}

static int make_map(enum bpf_map_type type, uint32_t key, uint32_t value, uint32_t entries) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.map_type = type;
  attr.key_size = key;
  attr.value_size = value;
  attr.max_entries = entries;
  return (int)bpf(BPF_MAP_CREATE, &attr);
}

#define INSN(c, d, s, o, i) ((struct bpf_insn){.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i)})
#define MOV(d, s) INSN(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define MOV_IMM(d, i) INSN(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, i)
#define ADD_IMM(d, i) INSN(BPF_ALU64 | BPF_ADD | BPF_K, d, 0, 0, i)
#define CALL(f) INSN(BPF_JMP | BPF_CALL, 0, 0, 0, f)
#define LOAD(size, d, s, o) INSN(BPF_LDX | BPF_MEM | (size), d, s, o, 0)
#define STORE(size, d, o, s) INSN(BPF_STX | BPF_MEM | (size), d, s, o, 0)
#define SKIP_IF(condition, d, i, n) INSN(BPF_JMP | (condition) | BPF_K, d, 0, n, i)
#define EXIT INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
#define LOAD_64(d, s, low, high) INSN(BPF_LD | BPF_DW | BPF_IMM, d, s, 0, (int32_t)(low)), INSN(0, 0, 0, 0, (int32_t)(high))

/* Room on the program's stack. */
enum { TGID = -16, NUMBER = -12, SEGMENT = -8, VALUE = -40, ARGUMENT = -48, ZERO = -52, KEY = TGID };

static struct bpf_insn code[256];
static int length;
static void put(const struct bpf_insn *insns, size_t count) {
  for (size_t i = 0; i < count; i++) code[length++] = insns[i];
}
#define PUT(...) put((const struct bpf_insn[]){__VA_ARGS__}, sizeof(const struct bpf_insn[]){__VA_ARGS__} / sizeof(struct bpf_insn))

/* Ends the program unless the caller lives in the cgroup or below it. */
static void put_cgroup_check(uint64_t cgroup) {
  int jumps[DEEPEST];
  PUT(MOV(6, 1), LOAD_64(7, 0, cgroup, cgroup >> 32));
  for (int level = 1; level <= DEEPEST; level++) {
    PUT(MOV_IMM(1, level), CALL(BPF_FUNC_get_current_ancestor_cgroup_id));
    jumps[level - 1] = length;
    PUT(INSN(BPF_JMP | BPF_JEQ | BPF_X, 0, 7, 0, 0)); /* its target is set below */
  }
  PUT(MOV_IMM(0, 0), EXIT);
  for (int level = 0; level < DEEPEST; level++) code[jumps[level]].off = (int16_t)(length - jumps[level] - 1);
}

/* Register 9 points to the segment that is counted into. */
static void put_segment_lookup(int segment) {
  PUT(INSN(BPF_ST | BPF_MEM | BPF_W, 10, 0, ZERO, 0), LOAD_64(1, BPF_PSEUDO_MAP_FD, segment, 0), MOV(2, 10), ADD_IMM(2, ZERO),
      CALL(BPF_FUNC_map_lookup_elem), SKIP_IF(BPF_JNE, 0, 0, 2), MOV_IMM(0, 0), EXIT, MOV(9, 0));
}

/* A call of getpriority(SEGMENT_CALL, n) begins segment n, and is itself counted there. */
static void put_segment_switch(void) {
#ifdef FIRST_ARGUMENT
  const struct bpf_insn part[] = {
      LOAD(BPF_DW, 1, 6, 0), MOV(3, 1), ADD_IMM(3, FIRST_ARGUMENT), MOV(1, 10), ADD_IMM(1, ARGUMENT), MOV_IMM(2, 8),
      CALL(BPF_FUNC_probe_read_kernel), LOAD(BPF_W, 1, 10, ARGUMENT), SKIP_IF(BPF_JNE, 1, SEGMENT_CALL, 8),
      LOAD(BPF_DW, 3, 6, 0), ADD_IMM(3, SECOND_ARGUMENT), MOV(1, 10), ADD_IMM(1, ARGUMENT), MOV_IMM(2, 8),
      CALL(BPF_FUNC_probe_read_kernel), LOAD(BPF_W, 1, 10, ARGUMENT), STORE(BPF_W, 9, 0, 1)};
  const int16_t past = sizeof part / sizeof *part;
  PUT(LOAD(BPF_W, 1, 10, NUMBER), SKIP_IF(BPF_JNE, 1, SYS_getpriority, past));
  put(part, (size_t)past);
#endif
}

/* Counts what stands under NUMBER. */
static void put_count(int map) {
  PUT(LOAD(BPF_W, 1, 9, 0), STORE(BPF_W, 10, SEGMENT, 1), CALL(BPF_FUNC_get_current_pid_tgid),
      INSN(BPF_ALU64 | BPF_RSH | BPF_K, 0, 0, 0, 32), STORE(BPF_W, 10, TGID, 0), CALL(BPF_FUNC_ktime_get_ns), MOV(8, 0),
      LOAD_64(1, BPF_PSEUDO_MAP_FD, map, 0), MOV(2, 10), ADD_IMM(2, KEY), CALL(BPF_FUNC_map_lookup_elem), SKIP_IF(BPF_JEQ, 0, 0, 5),
      MOV_IMM(1, 1), INSN(BPF_STX | BPF_ATOMIC | BPF_DW, 0, 1, 0, BPF_ADD), STORE(BPF_DW, 0, 16, 8), MOV_IMM(0, 0), EXIT,
      /* seen for the first time */
      INSN(BPF_ST | BPF_MEM | BPF_DW, 10, 0, VALUE, 1), STORE(BPF_DW, 10, VALUE + 8, 8), STORE(BPF_DW, 10, VALUE + 16, 8),
      LOAD_64(1, BPF_PSEUDO_MAP_FD, map, 0), MOV(2, 10), ADD_IMM(2, KEY), MOV(3, 10), ADD_IMM(3, VALUE), MOV_IMM(4, BPF_ANY),
      CALL(BPF_FUNC_map_update_elem), MOV_IMM(0, 0), EXIT);
}

static int attach(const char *tracepoint) {
  static char log[65536];
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT;
  attr.insns = (uintptr_t)code;
  attr.insn_cnt = (uint32_t)length;
  attr.license = (uintptr_t) "Dual MIT/GPL";
  attr.log_buf = (uintptr_t)log;
  attr.log_size = sizeof log;
  attr.log_level = 1;
  const int program = (int)bpf(BPF_PROG_LOAD, &attr);
  if (program < 0) {
    fprintf(stderr, "%.2000s", log);
    return -1;
  }
  memset(&attr, 0, sizeof attr);
  attr.raw_tracepoint.name = (uintptr_t)tracepoint;
  attr.raw_tracepoint.prog_fd = (uint32_t)program;
  return (int)bpf(BPF_RAW_TRACEPOINT_OPEN, &attr);
}

static int attach_calls(uint64_t cgroup, int map, int segment) {
  length = 0;
  put_cgroup_check(cgroup);
  put_segment_lookup(segment);
  PUT(LOAD(BPF_DW, 1, 6, 8), STORE(BPF_W, 10, NUMBER, 1)); /* the second argument of the tracepoint: the number */
  put_segment_switch();
  put_count(map);
  return attach("sys_enter");
}

/* Counts some bits of an argument of a tracepoint, and nothing where the kernel has no such tracepoint. */
static void attach_events(const char *tracepoint, int argument, int bits, int base, uint64_t cgroup, int map, int segment) {
  length = 0;
  put_cgroup_check(cgroup);
  put_segment_lookup(segment);
  PUT(LOAD(BPF_DW, 1, 6, (int16_t)(8 * argument)), INSN(BPF_ALU64 | BPF_AND | BPF_K, 1, 0, 0, bits), ADD_IMM(1, base),
      STORE(BPF_W, 10, NUMBER, 1));
  put_count(map);
  (void)attach(tracepoint);
}

/* Remembers when a thread came back from a system call. */
static void attach_returns(uint64_t cgroup, int returns) {
  length = 0;
  put_cgroup_check(cgroup);
  PUT(CALL(BPF_FUNC_get_current_pid_tgid), STORE(BPF_W, 10, NUMBER, 0), CALL(BPF_FUNC_ktime_get_ns), STORE(BPF_DW, 10, VALUE, 0),
      LOAD_64(1, BPF_PSEUDO_MAP_FD, returns, 0), MOV(2, 10), ADD_IMM(2, NUMBER), MOV(3, 10), ADD_IMM(3, VALUE), MOV_IMM(4, BPF_ANY),
      CALL(BPF_FUNC_map_update_elem), MOV_IMM(0, 0), EXIT);
  (void)attach("sys_exit");
}

/* Counts by the time since then. */
static void attach_gaps(uint64_t cgroup, int map, int segment, int returns) {
  length = 0;
  put_cgroup_check(cgroup);
  put_segment_lookup(segment);
  PUT(CALL(BPF_FUNC_get_current_pid_tgid), STORE(BPF_W, 10, NUMBER, 0), LOAD_64(1, BPF_PSEUDO_MAP_FD, returns, 0), MOV(2, 10),
      ADD_IMM(2, NUMBER), CALL(BPF_FUNC_map_lookup_elem), SKIP_IF(BPF_JNE, 0, 0, 2), MOV_IMM(0, 0), EXIT, LOAD(BPF_DW, 7, 0, 0),
      CALL(BPF_FUNC_ktime_get_ns), INSN(BPF_ALU64 | BPF_SUB | BPF_X, 0, 7, 0, 0), MOV_IMM(1, GAP));
  for (int bits = 32; bits > 0; bits /= 2) /* the whole part of log2, by halves */
    PUT(MOV(2, 0), INSN(BPF_ALU64 | BPF_RSH | BPF_K, 2, 0, 0, bits), SKIP_IF(BPF_JEQ, 2, 0, 2), MOV(0, 2), ADD_IMM(1, bits));
  PUT(STORE(BPF_W, 10, NUMBER, 1));
  put_count(map);
  (void)attach("sys_enter");
}

/* Counts the calls that a seccomp filter turned into signals, by their number. */
static void attach_trapped(uint64_t cgroup, int map, int segment) {
  length = 0;
  put_cgroup_check(cgroup);
  put_segment_lookup(segment);
  PUT(LOAD(BPF_DW, 1, 6, 0), SKIP_IF(BPF_JEQ, 1, SIGSYS, 2), MOV_IMM(0, 0), EXIT, LOAD(BPF_DW, 3, 6, 8), ADD_IMM(3, SI_SYSCALL),
      MOV(1, 10), ADD_IMM(1, ARGUMENT), MOV_IMM(2, 4), CALL(BPF_FUNC_probe_read_kernel), LOAD(BPF_W, 1, 10, ARGUMENT),
      INSN(BPF_ALU64 | BPF_AND | BPF_K, 1, 0, 0, 0xffff), ADD_IMM(1, TRAPPED), STORE(BPF_W, 10, NUMBER, 1));
  put_count(map);
  (void)attach("signal_generate");
}

static void print_map(int map) {
  struct key key, next;
  struct seen value;
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.map_fd = (uint32_t)map;
  attr.next_key = (uintptr_t)&next;
  while (bpf(BPF_MAP_GET_NEXT_KEY, &attr) == 0) {
    union bpf_attr look;
    memset(&look, 0, sizeof look);
    look.map_fd = (uint32_t)map;
    look.key = (uintptr_t)&next;
    look.value = (uintptr_t)&value;
    if (bpf(BPF_MAP_LOOKUP_ELEM, &look) == 0)
      printf("%u %u %llu %llu %llu %u\n", next.tgid, next.number, (unsigned long long)value.count,
             (unsigned long long)value.first, (unsigned long long)value.last, next.segment);
    key = next;
    attr.key = (uintptr_t)&key;
  }
}

static void set_segment(int map, uint32_t number) {
  const uint32_t zero = 0;
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.map_fd = (uint32_t)map;
  attr.key = (uintptr_t)&zero;
  attr.value = (uintptr_t)&number;
  (void)bpf(BPF_MAP_UPDATE_ELEM, &attr);
}

/* Waits a little for lines of the FIFO; the last one says which segment it is now. */
static void heed(int fifo, int segment) {
  struct pollfd ready = {.fd = fifo, .events = POLLIN};
  char text[256];
  if (poll(&ready, 1, 20) <= 0) return;
  const ssize_t got = read(fifo, text, sizeof text - 1);
  if (got <= 0) return;
  text[got] = '\0';
  char *at = text;
  for (char *line; (line = strsep(&at, "\n")) != NULL;)
    if (*line != '\0') set_segment(segment, (uint32_t)strtoul(line, NULL, 10));
}

int main(int argc, char **argv) {
  struct stat group;
  if (argc != 3 && argc != 4) return fputs("usage: syscount <cgroup directory> <ready file> [<FIFO>]\n", stderr), 2;
  if (stat(argv[1], &group) != 0) return fail(argv[1]);
  /* Both ways, so that it never ends while nobody writes. */
  const int fifo = argc == 4 ? open(argv[3], O_RDWR | O_CLOEXEC) : -1;
  if (argc == 4 && fifo < 0) return fail(argv[3]);
  /* Kernels before 5.11 charge maps to this limit. */
  const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &all);
  const int map = make_map(BPF_MAP_TYPE_HASH, sizeof(struct key), sizeof(struct seen), MOST_KEYS);
  const int segment = make_map(BPF_MAP_TYPE_ARRAY, sizeof(uint32_t), sizeof(uint32_t), 1);
  const int returns = make_map(BPF_MAP_TYPE_LRU_HASH, sizeof(uint32_t), sizeof(uint64_t), MOST_THREADS);
  if (map < 0 || segment < 0 || returns < 0) return fail("cannot make a BPF map");
  if (attach_calls((uint64_t)group.st_ino, map, segment) < 0) return fail("cannot attach to the tracepoint sys_enter");
  attach_returns((uint64_t)group.st_ino, returns);
  attach_gaps((uint64_t)group.st_ino, map, segment, returns);
  attach_events("page_fault_user", 2, 0x1f, FAULT_USER, (uint64_t)group.st_ino, map, segment);
  attach_events("page_fault_kernel", 2, 0x1f, FAULT_KERNEL, (uint64_t)group.st_ino, map, segment);
  attach_events("signal_generate", 0, 0x7f, SIGNAL, (uint64_t)group.st_ino, map, segment);
  attach_trapped((uint64_t)group.st_ino, map, segment);
  attach_events("mm_filemap_map_pages", 0, 0, FILE_FAULT, (uint64_t)group.st_ino, map, segment);
  attach_events("mm_page_alloc", 1, 0xf, PAGE_ALLOC, (uint64_t)group.st_ino, map, segment);
  const int ready = open(argv[2], O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (ready < 0) return fail(argv[2]);
  while (stat(argv[1], &group) == 0) heed(fifo, segment);
  print_map(map);
  return 0;
}
