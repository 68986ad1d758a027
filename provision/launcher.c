/*
 * launcher: starts one trial, stamps its clock, and leaves no process behind.
 *
 *   launcher --report FD --deadline-ms N [--join CGROUP_PROCS_FILE]... -- COMMAND [ARG...]
 *   launcher --noop
 *
 * Two processes, because two jobs exclude each other:
 *  - the starter joins the trial's cgroups, so that the runtime and all below it are charged there; then it
 *    stamps the clock, starts COMMAND and waits. The stamps frame exactly spawn and exit, free of the harness's event loop.
 *  - the supervisor stays outside the cgroup as the subreaper of everything: orphans of any depth become its children,
 *    so it can end all of them (at the deadline, on SIGTERM, or when the harness dies), reap them, and read the usage of all.
 *    It runs before others when it wakes: a guest that forks without end must not outlive its deadline for lack of a turn.
 *
 * Before the starter and after the last reaping the supervisor probes the host: two CPUs hand a cache line to and fro, and then
 * it spins, a fixed piece of work. Their times tell how near the CPUs are to each other and how fast they are just then. It does
 * so outside the cgroup and outside the stamps, and no sandbox can change it. Both CPUs are busy for a millisecond by that, for 20 at
 * most where others want them.
 *
 * It writes one JSON line to FD when everything is reaped. COMMAND inherits all descriptors but FD.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

struct stamps {
	int64_t spawn_real_ns, spawn_mono_ns, exit_mono_ns;
	int32_t status, spawn_errno;
	pid_t pid;
};

static int64_t now_ns(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

struct probe {
	double core_to_core_ns; /* 0 where there is one CPU, or nobody answered in time */
	int64_t cpu_ns, memory_ns;
};

enum { HANDOVER_ROUNDS = 21, HANDOVERS = 100, HANDOVER_LIMIT_NS = 20000000, LOOKS = 1 << 12 };

/* Whose turn it is, in a cache line of its own; and no more turns. */
static _Alignas(128) atomic_int turn;
static _Alignas(128) atomic_bool over;

static void stay_on(int cpu)
{
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof one, &one);
}

/* Waits for a turn, as long as the other one may be kept from running; whether it came. */
static bool await_turn(int mine, int64_t until_ns)
{
	while (!atomic_load_explicit(&over, memory_order_relaxed)) {
		for (int i = 0; i < LOOKS; i++)
			if (atomic_load_explicit(&turn, memory_order_acquire) == mine)
				return true;
		if (now_ns(CLOCK_MONOTONIC) > until_ns)
			atomic_store(&over, true);
	}
	return false;
}

static void *give_back(void *cpu)
{
	stay_on(*(const int *)cpu);
	while (await_turn(1, INT64_MAX))
		atomic_store_explicit(&turn, 0, memory_order_release);
	return NULL;
}

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/*
 * How long a cache line takes from one CPU to another, half of a round trip: the median of some rounds, between the first two CPUs.
 * Two CPUs of a virtual machine may be threads of one core or stand on different chips, and a hypervisor moves them about.
 */
static double core_to_core(void)
{
	cpu_set_t before;
	int cpu[2], found = 0;
	if (sched_getaffinity(0, sizeof before, &before) < 0)
		return 0;
	for (int i = 0; i < CPU_SETSIZE && found < 2; i++)
		if (CPU_ISSET(i, &before))
			cpu[found++] = i;
	pthread_t other;
	atomic_store(&turn, 0);
	atomic_store(&over, false);
	if (found < 2 || pthread_create(&other, NULL, give_back, &cpu[1]))
		return 0;
	stay_on(cpu[0]);
	double took[HANDOVER_ROUNDS];
	const int64_t until = now_ns(CLOCK_MONOTONIC) + HANDOVER_LIMIT_NS;
	bool answered = true;
	/* The first round waits for the other thread to start. */
	for (int round = -1; round < HANDOVER_ROUNDS && answered; round++) {
		const int64_t start = now_ns(CLOCK_MONOTONIC);
		for (int i = 0; i < HANDOVERS && answered; i++) {
			atomic_store_explicit(&turn, 1, memory_order_release);
			answered = await_turn(0, until);
		}
		if (round >= 0)
			took[round] = (double)(now_ns(CLOCK_MONOTONIC) - start) / (2.0 * HANDOVERS);
	}
	atomic_store(&over, true);
	pthread_join(other, NULL);
	sched_setaffinity(0, sizeof before, &before);
	if (!answered)
		return 0;
	qsort(took, HANDOVER_ROUNDS, sizeof *took, ascending);
	return took[HANDOVER_ROUNDS / 2];
}

enum { SPIN_STEPS = 1 << 20, SPIN_BYTES = 8 << 20, SPIN_LOADS = 1 << 14 };

/* The work before it is neither left out nor moved across the clock's reading after it. */
#define KEEP(value) __asm__ volatile("" : "+r"(value) : : "memory")

/*
 * Fixed work of two kinds, about two milliseconds each: dependent integer arithmetic in registers, and dependent loads
 * across more memory than a core's own caches hold, which neighbours on the same machine slow down.
 */
static struct probe probe(const uint32_t *memory)
{
	struct probe took = {.core_to_core_ns = core_to_core()};
	int64_t start = now_ns(CLOCK_MONOTONIC);
	uint64_t x = 88172645463325252u;
	for (int i = 0; i < SPIN_STEPS; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
	}
	KEEP(x);
	int64_t middle = now_ns(CLOCK_MONOTONIC);
	uint32_t at = (uint32_t)x & (SPIN_BYTES / 4 - 1);
	for (int i = 0; i < SPIN_LOADS; i++)
		at = memory[at];
	KEEP(at);
	took.memory_ns = now_ns(CLOCK_MONOTONIC) - middle;
	took.cpu_ns = middle - start;
	return took;
}

/* Memory in which each word names the next one to load: one cycle through all of it (a full-period generator). */
static uint32_t *spin_memory(void)
{
	const uint32_t words = SPIN_BYTES / 4;
	uint32_t *memory = mmap(NULL, SPIN_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return NULL;
	for (uint32_t at = 0; at < words; at++)
		memory[at] = (at * 1664525u + 1013904223u) & (words - 1);
	return memory;
}

static void die(const char *what, const char *which)
{
	fprintf(stderr, "launcher: %s %s: %s\n", what, which, strerror(errno));
	exit(125);
}

static void join_cgroup(const char *procs_file)
{
	int fd = open(procs_file, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		die("cannot join cgroup", procs_file);
	close(fd);
}

/* The starter's whole life. */
static void start(char **command, char **join, int joins, const sigset_t *mask, struct stamps *s)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; i < joins; i++)
		join_cgroup(join[i]);
	posix_spawnattr_t attr;
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, mask);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	s->spawn_real_ns = now_ns(CLOCK_REALTIME);
	s->spawn_mono_ns = now_ns(CLOCK_MONOTONIC);
	s->spawn_errno = posix_spawnp(&s->pid, command[0], NULL, &attr, command, environ);
	if (s->spawn_errno)
		_exit(127);
	while (waitpid(s->pid, &s->status, 0) < 0 && errno == EINTR)
		;
	s->exit_mono_ns = now_ns(CLOCK_MONOTONIC);
	_exit(0);
}

/* Adds the children of all threads of a process to a list that has room. */
static int add_children(pid_t of, pid_t *list, int count, int room)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/task", (int)of);
	DIR *threads = opendir(path);
	if (!threads)
		return count;
	for (struct dirent *thread; (thread = readdir(threads));) {
		if (thread->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)of, atoi(thread->d_name));
		FILE *f = fopen(path, "re");
		if (!f)
			continue;
		while (count < room && fscanf(f, "%d", &list[count]) == 1)
			count++;
		fclose(f);
	}
	closedir(threads);
	return count;
}

/*
 * SIGKILL to all descendants, parents first. The first process of a PID namespace alone would do, as it takes the others
 * with it; but while they fork, it can wait for half a minute in its own fork, for the locks that all of their memory
 * shares, before it sees its signal. Who is born meanwhile is met in the next round.
 */
static void kill_descendants(void)
{
	static pid_t list[1 << 16];
	const int room = sizeof list / sizeof *list;
	int count = add_children(getpid(), list, 0, room);
	for (int i = 0; i < count; i++) {
		kill(list[i], SIGKILL);
		count = add_children(list[i], list, count, room);
	}
}

enum ending { BY_ITSELF, AT_DEADLINE, TOLD_TO };

/*
 * Reaps until nothing is left; tells why it ended. Orphans may outlive the runtime for a moment (a gofer that
 * is just ending): only after the grace time are they killed.
 */
static enum ending reap_all(pid_t starter, int64_t deadline_ns, const sigset_t *waited)
{
	const int64_t grace_ns = 2000000000;
	enum ending ending = BY_ITSELF;
	int64_t starter_gone_ns = 0;
	for (;;) {
		pid_t pid;
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			if (pid == starter)
				starter_gone_ns = now_ns(CLOCK_MONOTONIC);
		if (pid < 0)
			return ending;
		struct timespec wait = {.tv_nsec = 20000000};
		int sig = sigtimedwait(waited, NULL, &wait);
		int64_t now = now_ns(CLOCK_MONOTONIC);
		if (ending == BY_ITSELF && sig > 0 && sig != SIGCHLD)
			ending = TOLD_TO;
		if (ending == BY_ITSELF && !starter_gone_ns && now >= deadline_ns)
			ending = AT_DEADLINE;
		if (ending != BY_ITSELF || (starter_gone_ns && now - starter_gone_ns > grace_ns))
			kill_descendants();
	}
}

static long long ns_of(struct timeval t)
{
	return (long long)t.tv_sec * 1000000000 + (long long)t.tv_usec * 1000;
}

static int write_report(int fd, const struct stamps *s, enum ending ending, const struct probe *before, const struct probe *after)
{
	struct rusage u;
	getrusage(RUSAGE_CHILDREN, &u);
	char line[1024];
	int n = snprintf(line, sizeof line,
		"{\"spawnErrno\":%d,\"spawnRealNs\":\"%lld\",\"spawnMonoNs\":\"%lld\",\"exitMonoNs\":\"%lld\","
		"\"status\":%d,\"killed\":%s,\"timedOut\":%s,\"userNs\":%lld,\"systemNs\":%lld,"
		"\"minorFaults\":%ld,\"majorFaults\":%ld,\"voluntarySwitches\":%ld,\"involuntarySwitches\":%ld,"
		"\"spinBeforeNs\":%lld,\"spinAfterNs\":%lld,\"spinMemoryBeforeNs\":%lld,\"spinMemoryAfterNs\":%lld,"
		"\"coreToCoreBeforeNs\":%.1f,\"coreToCoreAfterNs\":%.1f}\n",
		s->spawn_errno, (long long)s->spawn_real_ns, (long long)s->spawn_mono_ns, (long long)s->exit_mono_ns,
		s->status, ending != BY_ITSELF ? "true" : "false",
		ending == AT_DEADLINE ? "true" : "false", ns_of(u.ru_utime),
		ns_of(u.ru_stime), u.ru_minflt, u.ru_majflt, u.ru_nvcsw, u.ru_nivcsw, (long long)before->cpu_ns,
		(long long)after->cpu_ns, (long long)before->memory_ns, (long long)after->memory_ns, before->core_to_core_ns,
		after->core_to_core_ns);
	return write(fd, line, n) == n ? 0 : 125;
}

int main(int argc, char **argv)
{
	int report = -1, joins = 0, i = 1;
	int64_t deadline_ms = 0;
	char *join[32];
	for (; i < argc && strcmp(argv[i], "--"); i++) {
		if (!strcmp(argv[i], "--noop"))
			return 0;
		if (!strcmp(argv[i], "--report") && i + 1 < argc)
			report = atoi(argv[++i]);
		else if (!strcmp(argv[i], "--deadline-ms") && i + 1 < argc)
			deadline_ms = atoll(argv[++i]);
		else if (!strcmp(argv[i], "--join") && i + 1 < argc && joins < 32)
			join[joins++] = argv[++i];
		else
			break;
	}
	if (report < 0 || deadline_ms <= 0 || i >= argc - 1 || strcmp(argv[i], "--")) {
		fprintf(stderr, "usage: launcher --report FD --deadline-ms N [--join FILE]... -- COMMAND [ARG...]\n");
		return 125;
	}
	fcntl(report, F_SETFD, FD_CLOEXEC);
	pid_t harness = getppid();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	sigset_t waited, before;
	sigemptyset(&waited);
	sigaddset(&waited, SIGCHLD);
	sigaddset(&waited, SIGTERM);
	sigaddset(&waited, SIGINT);
	sigaddset(&waited, SIGHUP);
	sigprocmask(SIG_BLOCK, &waited, &before);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != harness)
		return 125; /* the harness died before it could be watched */

	struct stamps *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s == MAP_FAILED)
		die("cannot map", "the stamps");
	const uint32_t *memory = spin_memory();
	if (!memory)
		die("cannot map", "memory to spin on");
	const struct probe before_trial = probe(memory);
	pid_t starter = fork();
	if (starter < 0)
		die("cannot fork", "the starter");
	if (starter == 0)
		start(argv + i + 1, join, joins, &before, s);
	/* The trial's pipes must end when the trial does, not when the supervisor does. */
	for (int fd = 0; fd < 64; fd++)
		if (fd != report)
			close(fd);
	setpriority(PRIO_PROCESS, 0, -20); /* only root may; without it the deadline can be late */
	enum ending ending = reap_all(starter, now_ns(CLOCK_MONOTONIC) + deadline_ms * 1000000, &waited);
	const struct probe after_trial = probe(memory);
	return write_report(report, s, ending, &before_trial, &after_trial);
}
