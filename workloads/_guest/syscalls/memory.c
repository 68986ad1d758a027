/* Operations on memory: mappings, protection and page faults. */
#include <sys/mman.h>
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

static const struct op memory_ops[] = {
    {.name = "mmap_munmap_4k", .run = run_mmap_munmap_4k},
    {.name = "mmap_touch_munmap_1m", .run = run_mmap_touch_munmap_1m},
    {.name = "page_fault", .prepare = prepare_page_fault, .run = run_page_fault, .teardown = teardown_page_fault,
     .max_calls = 4096},
    {.name = "mprotect", .setup = setup_page, .run = run_mprotect, .teardown = teardown_page},
    {.name = "touch_madvise_4k", .setup = setup_page, .run = run_touch_madvise_4k, .teardown = teardown_page},
    {.name = "brk_grow_shrink", .run = run_brk_grow_shrink},
};
