/*
 * steps: runs a container in the steps of the OCI command line, and stamps each.
 *
 *   steps STAMPS PID_FILE --- CREATE... --- START... --- DELETE...
 *
 * As the subreaper it becomes the parent of the container's first process, whose id CREATE writes into PID_FILE, so it waits
 * for its end itself. STAMPS is a file that gets one JSON line of real time in nanoseconds:
 * {"begin":"…","created":"…","started":"…","ended":"…"}; a step that was not reached is missing. It ends as the container does.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static void stamp(FILE *out, const char *name, int first)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	fprintf(out, "%s\"%s\":\"%lld\"", first ? "{" : ",", name, (long long)t.tv_sec * 1000000000 + t.tv_nsec);
}

static int code_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The container's first process, once known, and how it ended: it may do so while another is waited for. */
static pid_t container = -1;
static int container_status = -1;

/* Waits for one process; others that end meanwhile are reaped too. */
static int wait_for(pid_t pid)
{
	int status = 0;
	while (pid != container || container_status < 0) {
		pid_t ended = waitpid(-1, &status, 0);
		if (ended == container)
			container_status = status;
		else if (ended == pid)
			return code_of(status);
		if (ended < 0 && errno != EINTR)
			return 125;
	}
	return code_of(container_status);
}

static int run(char **command)
{
	pid_t pid;
	int failed = posix_spawnp(&pid, command[0], NULL, NULL, command, environ);
	if (failed) {
		fprintf(stderr, "steps: %s: %s\n", command[0], strerror(failed));
		return 125;
	}
	return wait_for(pid);
}

static pid_t read_pid(const char *path)
{
	FILE *in = fopen(path, "re");
	int pid = -1;
	if (in) {
		if (fscanf(in, "%d", &pid) != 1)
			pid = -1;
		fclose(in);
	}
	return pid;
}

int main(int argc, char **argv)
{
	char **commands[3];
	int count = 0;
	for (int i = 3; i < argc; i++)
		if (!strcmp(argv[i], "---")) {
			argv[i] = NULL;
			if (count < 3)
				commands[count++] = argv + i + 1;
		}
	FILE *out = count == 3 ? fopen(argv[1], "we") : NULL;
	if (!out) {
		fprintf(stderr, "usage: steps STAMPS PID_FILE --- CREATE... --- START... --- DELETE...\n");
		return 125;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	stamp(out, "begin", 1);
	int code = run(commands[0]);
	if (!code) {
		stamp(out, "created", 0);
		container = read_pid(argv[2]);
		code = run(commands[1]);
		stamp(out, "started", 0);
		if (!code && container > 0) {
			code = wait_for(container);
			stamp(out, "ended", 0);
		}
		int removed = run(commands[2]);
		code = code ? code : removed;
	}
	fprintf(out, "}\n");
	fclose(out);
	return code;
}
