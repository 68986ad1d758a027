/*
 * dropcache: takes the pages of some files out of the page cache, and tells how many were there and how many stayed.
 *
 *   dropcache PATH...
 *
 * A directory stands for all regular files below it on its file system. Only these files' own pages go (posix_fadvise with
 * POSIX_FADV_DONTNEED); what a running process has mapped stays, as do directory entries and inodes, which no
 * unprivileged call drops for single files. Nothing else of the host's cache is touched.
 * It prints one JSON line: {"files":N,"before":PAGES,"after":PAGES,"pageBytes":N}.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

struct range {
	uint64_t offset, length;
};

struct stats {
	uint64_t cached, dirty, writeback, evicted, recently_evicted;
};

static uint64_t files, before, after;

/* Resident pages by mincore(2). */
static uint64_t resident_by_mapping(int fd, off_t size)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	size_t pages = (size + page - 1) / page;
	void *map = mmap(NULL, size, PROT_NONE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return 0;
	unsigned char *in = malloc(pages);
	uint64_t count = 0;
	if (in && !mincore(map, size, in))
		for (size_t i = 0; i < pages; i++)
			count += in[i] & 1;
	free(in);
	munmap(map, size);
	return count;
}

/*
 * Kernels before 6.5 have no cachestat(2). A stacked file system (overlayfs) caches nothing under its own inodes, where
 * cachestat looks; a mapping, like posix_fadvise, goes to the file below.
 */
static uint64_t resident(int fd, off_t size, uint64_t *dirty)
{
	struct range all = {0, 0};
	struct stats stats;
	*dirty = 1;
	if (syscall(SYS_cachestat, fd, &all, &stats, 0) || stats.cached == 0)
		return resident_by_mapping(fd, size);
	*dirty = stats.dirty + stats.writeback;
	return stats.cached;
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *place)
{
	(void)place;
	if (type != FTW_F || !S_ISREG(st->st_mode) || st->st_size == 0)
		return 0;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOATIME);
	if (fd < 0)
		return 0;
	uint64_t dirty;
	uint64_t pages = resident(fd, st->st_size, &dirty);
	files++;
	if (pages > 0) {
		before += pages;
		/* A page that is not on the disk yet cannot be dropped. */
		if (dirty > 0)
			fdatasync(fd);
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
		after += resident(fd, st->st_size, &dirty);
	}
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: dropcache PATH...\n");
		return 125;
	}
	for (int i = 1; i < argc; i++)
		if (nftw(argv[i], drop, 64, FTW_PHYS | FTW_MOUNT)) {
			fprintf(stderr, "dropcache: %s: %s\n", argv[i], strerror(errno));
			return 125;
		}
	printf("{\"files\":%llu,\"before\":%llu,\"after\":%llu,\"pageBytes\":%ld}\n", (unsigned long long)files,
		(unsigned long long)before, (unsigned long long)after, sysconf(_SC_PAGESIZE));
	return 0;
}
