/*
 * prewarmer: the sidecar gvisor-sentry-prewarmer, which runsc runs in front of the sentry: PREWARMER BINARY ARGV0 [ARG...].
 *
 * The sentry moves its descriptors to 253 and above (runsc/boot/loader.go, startingStdioFD). A table of descriptors that grows in a process
 * with threads has to wait until no other CPU can look at the old one (expand_files in fs/file.c), for milliseconds. Here there is
 * one thread and nobody to wait for, and exec keeps the size.
 */
#include <fcntl.h>
#include <unistd.h>

extern char **environ;

enum { BEYOND_ALL = 511 };

int main(int argc, char **argv)
{
	if (argc < 3)
		return 125;
	int fd = open("/", O_PATH | O_CLOEXEC);
	if (fd >= 0) {
		if (dup3(fd, BEYOND_ALL, O_CLOEXEC) >= 0)
			close(BEYOND_ALL);
		close(fd);
	}
	execve(argv[1], argv + 2, environ);
	return 126;
}
