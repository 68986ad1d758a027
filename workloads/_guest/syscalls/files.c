/* Operations on files: devices, a file of our own in /tmp, and the read-only root file system. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "op.h"

/* Is in every root file system that has users, and in gVisor it is reached through the gofer or its replacement. */
static const char ROOTFS_FILE[] = "/etc/passwd";

static char block[4096];
static int file = -1;

static void teardown_file(void) {
  if (file >= 0) close(file);
  file = -1;
}

static int open_file(const char *path, int flags) {
  file = open(path, flags, 0600);
  return file < 0 ? -1 : 0;
}
static int setup_zero(void) { return open_file("/dev/zero", O_RDONLY); }
static int setup_null(void) { return open_file("/dev/null", O_WRONLY); }

/* A file of one block in the scratch directory. */
static int setup_file(void) {
  if (open_file(in_scratch("file"), O_RDWR | O_CREAT) < 0) return -1;
  return pwrite(file, block, sizeof block, 0) == sizeof block ? 0 : -1;
}

static int setup_link(void) { return symlink("file", in_scratch("link")); }
static void teardown_link(void) { unlink(in_scratch("link")); }

static int run_read_zero_1(uint64_t n) { REPEAT(n, read(file, block, 1)); }
static int run_read_zero_4k(uint64_t n) { REPEAT(n, read(file, block, sizeof block)); }
static int run_write_null_1(uint64_t n) { REPEAT(n, write(file, block, 1)); }
static int run_pread_4k(uint64_t n) { REPEAT(n, pread(file, block, sizeof block, 0)); }
static int run_pwrite_4k(uint64_t n) { REPEAT(n, pwrite(file, block, sizeof block, 0)); }
static int run_lseek(uint64_t n) { REPEAT(n, lseek(file, (off_t)(i % 2), SEEK_SET)); }

static int run_fstat(uint64_t n) {
  struct stat status;
  REPEAT(n, fstat(file, &status));
}

static int stat_path(const char *path, uint64_t n) {
  struct stat status;
  REPEAT(n, stat(path, &status));
}
static int run_stat(uint64_t n) { return stat_path(in_scratch("file"), n); }
static int run_stat_rootfs(uint64_t n) { return stat_path(ROOTFS_FILE, n); }

/* What a Python import does most: asking for a file that is not there. */
static int stat_missing_once(const char *path) {
  struct stat status;
  return stat(path, &status) < 0 && errno == ENOENT ? 0 : -1;
}
static int run_stat_missing(uint64_t n) {
  const char *path = in_scratch("missing");
  REPEAT(n, stat_missing_once(path));
}

static int run_access(uint64_t n) {
  const char *path = in_scratch("file");
  REPEAT(n, access(path, R_OK));
}

static int run_readlink(uint64_t n) {
  const char *path = in_scratch("link");
  REPEAT(n, readlink(path, block, sizeof block));
}

static int open_close_path(const char *path, uint64_t n) { REPEAT(n, close(open(path, O_RDONLY))); }
static int run_open_close(uint64_t n) { return open_close_path(in_scratch("file"), n); }
static int run_open_close_rootfs(uint64_t n) { return open_close_path(ROOTFS_FILE, n); }

static int run_dup_close(uint64_t n) { REPEAT(n, close(dup(file))); }

static int list_once(void) {
  static char entries[32768];
  const int directory = open(scratch_dir, O_RDONLY | O_DIRECTORY);
  if (directory < 0) return -1;
  long got;
  do {
    got = syscall(SYS_getdents64, directory, entries, sizeof entries);
  } while (got > 0);
  return close(directory) < 0 || got < 0 ? -1 : 0;
}
static int run_open_getdents_close(uint64_t n) { REPEAT(n, list_once()); }

/* 16 empty files, so that a listing has something to list. */
static int with_entries(int (*each)(const char *path)) {
  for (int i = 0; i < 16; i++) {
    char name[32];
    snprintf(name, sizeof name, "entry-%d", i);
    if (each(in_scratch(name)) < 0) return -1;
  }
  return 0;
}
static char large_block[1 << 18];
static int create(const char *path) { return close(open(path, O_WRONLY | O_CREAT | O_EXCL, 0600)); }
static int setup_entries(void) { return with_entries(create); }
static void teardown_entries(void) { with_entries(unlink); }

static int create_unlink_once(const char *path) { return create(path) < 0 ? -1 : unlink(path); }
static int run_create_unlink(uint64_t n) {
  const char *path = in_scratch("new");
  REPEAT(n, create_unlink_once(path));
}

/* A file with something in it: its memory has to be given back as well. */
enum { FILLED_BYTES = 16 * 1024 };
static int create_fill_unlink_once(const char *path) {
  const int made = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
  if (made < 0) return -1;
  const ssize_t written = write(made, large_block, FILLED_BYTES);
  return close(made) < 0 || written != FILLED_BYTES ? -1 : unlink(path);
}
static int run_create_fill_unlink(uint64_t n) {
  const char *path = in_scratch("filled");
  REPEAT(n, create_fill_unlink_once(path));
}

/* There and back again, so that a batch of any size ends where it began. */
static int setup_rename(void) { return create(in_scratch("a")); }
static int rename_pair(const char *a, const char *b) { return rename(a, b) < 0 ? -1 : rename(b, a); }
static int run_rename_pair(uint64_t n) {
  const char *a = in_scratch("a");
  const char *b = in_scratch("b");
  REPEAT(n, rename_pair(a, b));
}
static void teardown_rename(void) { unlink(in_scratch("a")); }

/*
 * Files of the root file system, each used once: the first access to a file is another thing than the second. Listing directories asks for
 * no file by its name.
 */
enum { MOST_FRESH = 6000, MOST_DIRECTORIES = 400 };
static char *fresh[MOST_FRESH];
static unsigned fresh_count, fresh_next;

/* In the order of names: kernels list in different orders, and all should use the same files. */
static void list_fresh(char *directories[], unsigned *open_directories, const char *path) {
  struct dirent **entries;
  const int count = scandir(path, &entries, NULL, alphasort);
  for (int i = 0; i < count; i++) {
    const struct dirent *entry = entries[i];
    char name[512];
    const int fits = snprintf(name, sizeof name, "%s/%s", path, entry->d_name) < (int)sizeof name;
    if (entry->d_name[0] != '.' && fits) {
      if (entry->d_type == DT_REG && fresh_count < MOST_FRESH) fresh[fresh_count++] = strdup(name);
      if (entry->d_type == DT_DIR && *open_directories < MOST_DIRECTORIES) directories[(*open_directories)++] = strdup(name);
    }
    free(entries[i]);
  }
  if (count >= 0) free(entries);
}

/* Once for all operations that use them up. */
static int setup_fresh(void) {
  if (fresh_count == 0) {
    char *directories[MOST_DIRECTORIES] = {strdup("/usr/lib"), strdup("/usr/share")};
    unsigned count = 2;
    for (unsigned i = 0; i < count; i++) {
      list_fresh(directories, &count, directories[i]);
      free(directories[i]);
    }
  }
  return fresh_next < fresh_count ? 0 : (errno = ENOSYS, -1);
}

/* Those that are used up are used again: a root file system with few files shows the second access. */
static const char *next_fresh(void) { return fresh[fresh_next++ % fresh_count]; }

static int stat_once(const char *path) {
  struct stat status;
  return stat(path, &status);
}
static int run_stat_first(uint64_t n) { REPEAT(n, stat_once(next_fresh())); }

static int stat_absent_once(const char *path) {
  char name[600];
  snprintf(name, sizeof name, "%s.absent", path);
  return stat_missing_once(name);
}
static int run_stat_missing_first(uint64_t n) { REPEAT(n, stat_absent_once(next_fresh())); }

/* What an import does with a file. */
static int open_read_close_once(const char *path) {
  struct stat status;
  const int opened = open(path, O_RDONLY | O_CLOEXEC);
  if (opened < 0 || fstat(opened, &status) < 0 || read(opened, block, sizeof block) < 0) return -1;
  return close(opened);
}
static int run_open_read_close_first(uint64_t n) { REPEAT(n, open_read_close_once(next_fresh())); }
static int run_open_read_close_rootfs(uint64_t n) { REPEAT(n, open_read_close_once(ROOTFS_FILE)); }

static int setup_rootfs_file(void) { return open_file(ROOTFS_FILE, O_RDONLY); }
static int setup_rootfs_large(void) {
  const int result = open_file("/usr/bin/python3", O_RDONLY);
  return result == 0 ? 0 : open_file("/bin/bash", O_RDONLY);
}
static int run_pread_rootfs(uint64_t n) { REPEAT(n, pread(file, block, 1024, 0)); }
static int run_pread_rootfs_256k(uint64_t n) { REPEAT(n, pread(file, large_block, sizeof large_block, 0)); }
static int run_pwrite_256k(uint64_t n) { REPEAT(n, pwrite(file, large_block, sizeof large_block, 0)); }

/* Every block on pages that the file has not had. */
static int empty_file(uint64_t n) {
  (void)n;
  return ftruncate(file, 0);
}
static int run_append_256k(uint64_t n) { REPEAT(n, pwrite(file, large_block, sizeof large_block, (off_t)(i * sizeof large_block))); }

/* As Python asks of every file that it opens whether it is a terminal: it is not. */
static int ask_terminal_once(void) { return isatty(file) ? -1 : 0; }
static int run_ioctl_not_tty(uint64_t n) { REPEAT(n, ask_terminal_once()); }

#define WITH_FILE .setup = setup_file, .teardown = teardown_file
static const struct op file_ops[] = {
    {.name = "read_zero_1", .setup = setup_zero, .run = run_read_zero_1, .teardown = teardown_file},
    {.name = "read_zero_4k", .setup = setup_zero, .run = run_read_zero_4k, .teardown = teardown_file},
    {.name = "write_null_1", .setup = setup_null, .run = run_write_null_1, .teardown = teardown_file},
    {.name = "pread_4k", .run = run_pread_4k, WITH_FILE},
    {.name = "pwrite_4k", .run = run_pwrite_4k, WITH_FILE},
    {.name = "lseek", .run = run_lseek, WITH_FILE},
    {.name = "fstat", .run = run_fstat, WITH_FILE},
    {.name = "stat", .run = run_stat, WITH_FILE},
    {.name = "stat_missing", .run = run_stat_missing},
    {.name = "stat_rootfs", .run = run_stat_rootfs},
    {.name = "access", .run = run_access, WITH_FILE},
    {.name = "readlink", .setup = setup_link, .run = run_readlink, .teardown = teardown_link},
    {.name = "open_close", .run = run_open_close, WITH_FILE},
    {.name = "open_close_rootfs", .run = run_open_close_rootfs},
    {.name = "open_getdents_close", .setup = setup_entries, .run = run_open_getdents_close, .teardown = teardown_entries},
    {.name = "dup_close", .run = run_dup_close, WITH_FILE},
    {.name = "create_unlink", .run = run_create_unlink},
    {.name = "create_fill_unlink", .run = run_create_fill_unlink},
    {.name = "stat_first", .setup = setup_fresh, .run = run_stat_first, .max_calls = 16},
    {.name = "stat_missing_first", .setup = setup_fresh, .run = run_stat_missing_first, .max_calls = 16},
    {.name = "open_read_close_first", .setup = setup_fresh, .run = run_open_read_close_first, .max_calls = 16},
    {.name = "open_read_close_rootfs", .run = run_open_read_close_rootfs},
    {.name = "pread_rootfs_1k", .setup = setup_rootfs_file, .run = run_pread_rootfs, .teardown = teardown_file},
    {.name = "pread_rootfs_256k", .setup = setup_rootfs_large, .run = run_pread_rootfs_256k, .teardown = teardown_file},
    {.name = "pwrite_256k", .run = run_pwrite_256k, WITH_FILE},
    {.name = "append_256k", .prepare = empty_file, .run = run_append_256k, .max_calls = 64, WITH_FILE},
    {.name = "ioctl_not_tty", .run = run_ioctl_not_tty, WITH_FILE},
    {.name = "rename_pair", .setup = setup_rename, .run = run_rename_pair, .teardown = teardown_rename},
};
#undef WITH_FILE
