/*
 * syscount: which system calls the processes of one cgroup make, counted in the kernel.
 *
 *   syscount <directory of the cgroup below cgroup2> <file to make when counting has begun>
 *
 * A small BPF program on the raw tracepoint sys_enter counts by process and number. It ends when the directory is gone, and prints for each
 * pair a line `<tgid> <number> <count> <first> <last>`; times are CLOCK_MONOTONIC in ns. Nothing of it stays: program and map go with it.
 *
 *   gcc -O2 -static -o syscount syscount.c
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define DEEPEST 10 /* of cgroups, from the root of the hierarchy */
#define MOST_PAIRS 65536

struct pair {
  uint32_t tgid, number;
};
struct seen {
  uint64_t count, first, last;
};

static long bpf(int command, union bpf_attr *attr) { return syscall(SYS_bpf, command, attr, sizeof *attr); }

static int fail(const char *what) {
  fprintf(stderr, "syscount: %s: %s\n", what, strerror(errno));
  return 1;
}

static int make_map(void) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.map_type = BPF_MAP_TYPE_HASH;
  attr.key_size = sizeof(struct pair);
  attr.value_size = sizeof(struct seen);
  attr.max_entries = MOST_PAIRS;
  return (int)bpf(BPF_MAP_CREATE, &attr);
}

#define INSN(c, d, s, o, i) ((struct bpf_insn){.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i)})
#define MOV(d, s) INSN(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define MOV_IMM(d, i) INSN(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, i)
#define CALL(f) INSN(BPF_JMP | BPF_CALL, 0, 0, 0, f)
#define STORE(size, d, o, s) INSN(BPF_STX | BPF_MEM | (size), d, s, o, 0)
#define EXIT INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
#define LOAD_64(d, s, low, high) INSN(BPF_LD | BPF_DW | BPF_IMM, d, s, 0, (int32_t)(low)), INSN(0, 0, 0, 0, (int32_t)(high))

static int load_program(int map, uint64_t cgroup) {
  struct bpf_insn code[128];
  int n = 0, jumps[DEEPEST];
  const struct bpf_insn head[] = {MOV(6, 1), LOAD_64(7, 0, cgroup, cgroup >> 32)};
  for (size_t i = 0; i < sizeof head / sizeof *head; i++) code[n++] = head[i];
  for (int level = 1; level <= DEEPEST; level++) {
    code[n++] = MOV_IMM(1, level);
    code[n++] = CALL(BPF_FUNC_get_current_ancestor_cgroup_id);
    jumps[level - 1] = n;
    code[n++] = INSN(BPF_JMP | BPF_JEQ | BPF_X, 0, 7, 0, 0); /* its target is set below */
  }
  code[n++] = MOV_IMM(0, 0);
  code[n++] = EXIT;
  for (int level = 0; level < DEEPEST; level++) code[jumps[level]].off = (int16_t)(n - jumps[level] - 1);
  const struct bpf_insn tail[] = {
      CALL(BPF_FUNC_get_current_pid_tgid),
      INSN(BPF_ALU64 | BPF_RSH | BPF_K, 0, 0, 0, 32),
      STORE(BPF_W, 10, -8, 0),
      INSN(BPF_LDX | BPF_MEM | BPF_DW, 1, 6, 8, 0), /* the second argument of the tracepoint: the number */
      STORE(BPF_W, 10, -4, 1),
      CALL(BPF_FUNC_ktime_get_ns),
      MOV(8, 0),
      LOAD_64(1, BPF_PSEUDO_MAP_FD, map, 0),
      MOV(2, 10),
      INSN(BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -8),
      CALL(BPF_FUNC_map_lookup_elem),
      INSN(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 5, 0),
      MOV_IMM(1, 1),
      INSN(BPF_STX | BPF_ATOMIC | BPF_DW, 0, 1, 0, BPF_ADD),
      STORE(BPF_DW, 0, 16, 8),
      MOV_IMM(0, 0),
      EXIT,
      /* seen for the first time */
      INSN(BPF_ST | BPF_MEM | BPF_DW, 10, 0, -32, 1),
      STORE(BPF_DW, 10, -24, 8),
      STORE(BPF_DW, 10, -16, 8),
      LOAD_64(1, BPF_PSEUDO_MAP_FD, map, 0),
      MOV(2, 10),
      INSN(BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -8),
      MOV(3, 10),
      INSN(BPF_ALU64 | BPF_ADD | BPF_K, 3, 0, 0, -32),
      MOV_IMM(4, BPF_ANY),
      CALL(BPF_FUNC_map_update_elem),
      MOV_IMM(0, 0),
      EXIT,
  };
  for (size_t i = 0; i < sizeof tail / sizeof *tail; i++) code[n++] = tail[i];

  static char log[65536];
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT;
  attr.insns = (uintptr_t)code;
  attr.insn_cnt = (uint32_t)n;
  attr.license = (uintptr_t) "Dual MIT/GPL";
  attr.log_buf = (uintptr_t)log;
  attr.log_size = sizeof log;
  attr.log_level = 1;
  const int program = (int)bpf(BPF_PROG_LOAD, &attr);
  if (program < 0) fprintf(stderr, "%.2000s", log);
  return program;
}

static int attach(int program) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.raw_tracepoint.name = (uintptr_t) "sys_enter";
  attr.raw_tracepoint.prog_fd = (uint32_t)program;
  return (int)bpf(BPF_RAW_TRACEPOINT_OPEN, &attr);
}

static void print_map(int map) {
  struct pair key, next;
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
      printf("%u %u %llu %llu %llu\n", next.tgid, next.number, (unsigned long long)value.count,
             (unsigned long long)value.first, (unsigned long long)value.last);
    key = next;
    attr.key = (uintptr_t)&key;
  }
}

int main(int argc, char **argv) {
  struct stat group;
  if (argc != 3) return fputs("usage: syscount <cgroup directory> <ready file>\n", stderr), 2;
  if (stat(argv[1], &group) != 0) return fail(argv[1]);
  /* Kernels before 5.11 charge maps to this limit. */
  const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &all);
  const int map = make_map();
  if (map < 0) return fail("cannot make a BPF map");
  const int program = load_program(map, (uint64_t)group.st_ino);
  if (program < 0) return fail("the kernel refused the BPF program");
  if (attach(program) < 0) return fail("cannot attach to the tracepoint sys_enter");
  const int ready = open(argv[2], O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (ready < 0) return fail(argv[2]);
  const struct timespec pause = {0, 20000000};
  while (stat(argv[1], &group) == 0) nanosleep(&pause, NULL);
  print_map(map);
  return 0;
}
