/* Operations on memory: mappings, protection and page faults. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "op.h"

enum { PAGE = 4096, MIB = 1 << 20 };

static char *map_anonymous(size_t bytes) {
  char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return at == MAP_FAILED ? NULL : at;
}

static int map_once(size_t bytes, int touch) {
  char *at = map_anonymous(bytes);
  if (at == NULL) return -1;
  if (touch) {
    for (size_t offset = 0; offset < bytes; offset += PAGE) ((volatile char *)at)[offset] = 1;
  }
  return munmap(at, bytes);
}
static int run_mmap_munmap_4k(uint64_t n) { REPEAT(n, map_once(PAGE, 0)); }
static int run_mmap_touch_munmap_1m(uint64_t n) { REPEAT(n, map_once(MIB, 1)); }

/* As CPython's stack of frames takes and gives back its next piece, thousands of times where a loop calls at the edge of one. */
static int map_frames_once(void) {
  char *at = map_anonymous(4 * PAGE);
  if (at == NULL) return -1;
  ((volatile char *)at)[0] = 1;
  return munmap(at, 4 * PAGE);
}
static int run_mmap_touch_munmap_16k(uint64_t n) { REPEAT(n, map_frames_once()); }

/* Mapped anew before each batch, so that a batch times nothing but first writes to its pages. */
static char *fault_area;
static size_t fault_bytes;

static void teardown_page_fault(void) {
  if (fault_area != NULL) munmap(fault_area, fault_bytes);
  fault_area = NULL;
}

static int prepare_page_fault(uint64_t n) {
  teardown_page_fault();
  fault_bytes = n * PAGE;
  fault_area = map_anonymous(fault_bytes);
  if (fault_area == NULL) return -1;
  (void)madvise(fault_area, fault_bytes, MADV_NOHUGEPAGE); /* a kernel without huge pages refuses: just as well */
  return 0;
}

static int run_page_fault(uint64_t n) {
  for (uint64_t i = 0; i < n; i++) ((volatile char *)fault_area)[i * PAGE] = 1;
  return 0;
}

/* Read and never written: Linux maps its one page of zeros. */
static int run_touch_zero(uint64_t n) {
  for (uint64_t i = 0; i < n; i++) (void)((volatile char *)fault_area)[i * PAGE];
  return 0;
}

static char *page;
static int setup_page(void) {
  page = map_anonymous(PAGE);
  if (page == NULL) return -1;
  page[0] = 1;
  return 0;
}
static void teardown_page(void) {
  if (page != NULL) munmap(page, PAGE);
  page = NULL;
}

static int run_mprotect(uint64_t n) { REPEAT(n, mprotect(page, PAGE, i % 2 == 0 ? PROT_READ : PROT_READ | PROT_WRITE)); }

static int give_back_once(void) {
  ((volatile char *)page)[0] = 1;
  return madvise(page, PAGE, MADV_DONTNEED);
}
/* One page: written to, which faults, and given back. */
static int run_touch_madvise_4k(uint64_t n) { REPEAT(n, give_back_once()); }

static int brk_once(void) { return sbrk(PAGE) == (void *)-1 || sbrk(-PAGE) == (void *)-1 ? -1 : 0; }
static int run_brk_grow_shrink(uint64_t n) { REPEAT(n, brk_once()); }

/* One page in every 2 MiB of a mapping: gVisor, which maps in pieces of that size, has to be asked for each. */
static int prepare_apart(uint64_t n) {
  teardown_page_fault();
  fault_bytes = n * 2 * MIB;
  fault_area = map_anonymous(fault_bytes);
  if (fault_area == NULL) return -1;
  (void)madvise(fault_area, fault_bytes, MADV_NOHUGEPAGE);
  return 0;
}
static void touch_apart(uint64_t i) { ((volatile char *)fault_area)[i * 2 * MIB] = 1; }
static int run_touch_apart(uint64_t n) {
  for (uint64_t i = 0; i < n; i++) touch_apart(i);
  return 0;
}

/* One huge page at a time, where the kernel gives them; natively as arrays of many MiB get theirs. */
static int prepare_huge(uint64_t n) {
  teardown_page_fault();
  fault_bytes = (n + 1) * 2 * MIB;
  fault_area = map_anonymous(fault_bytes);
  if (fault_area == NULL) return -1;
  (void)madvise(fault_area, fault_bytes, MADV_HUGEPAGE);
  return 0;
}
static int run_touch_huge(uint64_t n) {
  const uintptr_t first = ((uintptr_t)fault_area + 2 * MIB - 1) / (2 * MIB) * (2 * MIB);
  for (uint64_t i = 0; i < n; i++) ((volatile char *)first)[i * 2 * MIB] = 1;
  return 0;
}

/* Pages that are in memory already, mapped once more: a fault that finds its page. */
static int shared_file = -1;
static int setup_again(void) {
  shared_file = memfd_create("again", 0);
  return shared_file < 0 ? -1 : 0;
}
static int prepare_again(uint64_t n) {
  teardown_page_fault();
  fault_bytes = n * PAGE;
  if (ftruncate(shared_file, (off_t)fault_bytes) < 0) return -1;
  for (int time = 0; time < 2; time++) {
    fault_area = mmap(NULL, fault_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, shared_file, 0);
    if (fault_area == MAP_FAILED) return fault_area = NULL, -1;
    if (time > 0) return 0;
    run_page_fault(n);
    teardown_page_fault();
  }
  return 0;
}
static void teardown_again(void) {
  teardown_page_fault();
  if (shared_file >= 0) close(shared_file);
  shared_file = -1;
}

/* As malloc's main arena grows: 33 pages at a time, each written to. */
enum { GROWTH = 33 };
static int run_brk_touch(uint64_t n) {
  uint64_t done = 0;
  char *const start = sbrk(0);
  for (; done < n; done += GROWTH) {
    char *at = sbrk(GROWTH * PAGE);
    if (at == (void *)-1) return -1;
    for (int i = 0; i < GROWTH && done + (uint64_t)i < n; i++) ((volatile char *)at)[i * PAGE] = 1;
  }
  return brk(start);
}

/* A library of the root file system, or what else is large there: private pages of a file, read or written for the first time. */
static int mapped_file = -1;
static uint64_t mapped_pages;
static int map_prot;

static int setup_mapped(int prot) {
  static const char *const large[] = {"/usr/bin/python3", "/usr/bin/perl", "/bin/bash", "/usr/bin/bash", "/bin/sh"};
  for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
    mapped_file = open(large[i], O_RDONLY);
    if (mapped_file >= 0) break;
  }
  struct stat status;
  if (mapped_file < 0 || fstat(mapped_file, &status) < 0) return -1;
  mapped_pages = (uint64_t)status.st_size / PAGE;
  map_prot = prot;
  return mapped_pages > 0 ? 0 : -1;
}
static int setup_mapped_read(void) { return setup_mapped(PROT_READ); }
static int setup_mapped_write(void) { return setup_mapped(PROT_READ | PROT_WRITE); }
static void teardown_mapped(void) {
  teardown_page_fault();
  if (mapped_file >= 0) close(mapped_file);
  mapped_file = -1;
}

static int prepare_mapped(uint64_t n) {
  teardown_page_fault();
  fault_bytes = (n < mapped_pages ? n : mapped_pages) * PAGE;
  fault_area = mmap(NULL, fault_bytes, map_prot, MAP_PRIVATE, mapped_file, 0);
  return fault_area == MAP_FAILED ? (fault_area = NULL, -1) : 0;
}

static int run_mapped_read(uint64_t n) {
  for (uint64_t i = 0; i < n; i++) (void)((volatile char *)fault_area)[i % mapped_pages * PAGE];
  return 0;
}
static int run_mapped_write(uint64_t n) {
  for (uint64_t i = 0; i < n; i++) ((volatile char *)fault_area)[i % mapped_pages * PAGE] = 1;
  return 0;
}

static int map_file_once(void) {
  char *at = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, mapped_file, 0);
  return at == MAP_FAILED ? -1 : munmap(at, PAGE);
}
static int run_mmap_file_munmap(uint64_t n) { REPEAT(n, map_file_once()); }

/* One byte of every page of memory that is all there: what translation of addresses costs. A call is a page. */
enum { WALK_PAGES = 8192 };
static int setup_walk(int advice) {
  fault_bytes = WALK_PAGES * (size_t)PAGE + 2 * MIB;
  fault_area = map_anonymous(fault_bytes);
  if (fault_area == NULL) return -1;
  (void)madvise(fault_area, fault_bytes, advice);
  for (size_t at = 0; at < fault_bytes; at += PAGE) ((volatile char *)fault_area)[at] = 1;
  return 0;
}
static int setup_walk_small(void) { return setup_walk(MADV_NOHUGEPAGE); }
static int setup_walk_huge(void) { return setup_walk(MADV_HUGEPAGE); }
static int run_walk(uint64_t n) {
  /* Pages in an order that no prefetcher follows; an odd multiplier visits all of them. */
  for (uint64_t i = 0; i < n; i++) ((volatile char *)fault_area)[i * 2654435761u % WALK_PAGES * PAGE + i % 64 * 64] += 1;
  return 0;
}

static const struct op memory_ops[] = {
    {.name = "mmap_munmap_4k", .run = run_mmap_munmap_4k},
    {.name = "mmap_touch_munmap_16k", .run = run_mmap_touch_munmap_16k},
    {.name = "mmap_touch_munmap_1m", .run = run_mmap_touch_munmap_1m},
    {.name = "page_fault", .prepare = prepare_page_fault, .run = run_page_fault, .teardown = teardown_page_fault,
     .max_calls = 4096},
    {.name = "touch_zero", .prepare = prepare_page_fault, .run = run_touch_zero, .teardown = teardown_page_fault,
     .max_calls = 4096},
    {.name = "mprotect", .setup = setup_page, .run = run_mprotect, .teardown = teardown_page},
    {.name = "touch_madvise_4k", .setup = setup_page, .run = run_touch_madvise_4k, .teardown = teardown_page},
    {.name = "brk_grow_shrink", .run = run_brk_grow_shrink},
    {.name = "touch_apart_2m", .prepare = prepare_apart, .run = run_touch_apart, .teardown = teardown_page_fault, .max_calls = 128},
    {.name = "touch_huge_2m", .prepare = prepare_huge, .run = run_touch_huge, .teardown = teardown_page_fault, .max_calls = 32},
    {.name = "touch_again", .setup = setup_again, .prepare = prepare_again, .run = run_page_fault, .teardown = teardown_again,
     .max_calls = 4096},
    {.name = "touch_heap", .run = run_brk_touch, .max_calls = 4096},
    {.name = "touch_file_read", .setup = setup_mapped_read, .prepare = prepare_mapped, .run = run_mapped_read,
     .teardown = teardown_mapped, .max_calls = 1024},
    {.name = "touch_file_write", .setup = setup_mapped_write, .prepare = prepare_mapped, .run = run_mapped_write,
     .teardown = teardown_mapped, .max_calls = 1024},
    {.name = "mmap_file_munmap", .setup = setup_mapped_read, .run = run_mmap_file_munmap, .teardown = teardown_mapped},
    {.name = "walk_small_pages", .setup = setup_walk_small, .run = run_walk, .teardown = teardown_page_fault},
    {.name = "walk_huge_pages", .setup = setup_walk_huge, .run = run_walk, .teardown = teardown_page_fault},
};
