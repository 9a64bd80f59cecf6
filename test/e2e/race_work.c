// SPDX-License-Identifier: MIT
#include "race.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Children of one thread that connect at the same time. */
#define CHILDREN_MAX 4

struct worker {
	const struct race *race;
	unsigned int index;
	uint64_t random;
	struct truth *truth;   /* the next of its part of the table */
	unsigned int connects; /* still to be made */
	unsigned int children; /* begotten so far */
	pid_t child[CHILDREN_MAX];
};

/* xorshift64*: the same seed asks the same names in every process. */
static uint64_t worker_random(struct worker *worker)
{
	worker->random ^= worker->random >> 12;
	worker->random ^= worker->random << 25;
	worker->random ^= worker->random >> 27;
	return (worker->random * 0x2545f4914f6cdd1dULL) >> 16;
}

static int socket_to(const struct race *race, const char *remote, int *ret)
{
	struct sockaddr_in to4 = {.sin_family = AF_INET,
				  .sin_port = htons((uint16_t)race->port)};
	struct sockaddr_in6 to6 = {.sin6_family = AF_INET6,
				   .sin6_port = htons((uint16_t)race->port)};
	int type = (race->use_udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC;
	int failed;

	if (race->server.wants_ipv6) {
		inet_pton(AF_INET6, remote, &to6.sin6_addr);
		*ret = socket(AF_INET6, type, 0);
		failed = connect(*ret, (struct sockaddr *)&to6, sizeof(to6));
	} else {
		inet_pton(AF_INET, remote, &to4.sin_addr);
		*ret = socket(AF_INET, type, 0);
		failed = connect(*ret, (struct sockaddr *)&to4, sizeof(to4));
	}
	if (!failed && race->use_udp && send(*ret, "race", 4, 0) < 0)
		failed = -1;
	return failed ? errno : 0;
}

static void connect_now(const struct race *race, struct truth *truth)
{
	struct sockaddr_in6 local = {0};
	socklen_t local_len = sizeof(local);
	int fd;

	truth->pid = getpid();
	truth->begun_ns = clock_ns(CLOCK_MONOTONIC);
	truth->error = socket_to(race, truth->remote, &fd);
	truth->ended_ns = clock_ns(CLOCK_MONOTONIC);
	/* The port is at the same place in both families. */
	if (!getsockname(fd, (struct sockaddr *)&local, &local_len))
		truth->local_port = ntohs(local.sin6_port);
	close(fd);
}

static void reap(pid_t *child)
{
	if (*child > 0)
		waitpid(*child, NULL, 0);
	*child = 0;
}

/* A child connects, while the one who asked goes on. */
static void connect_forked(struct worker *worker, struct truth *truth)
{
	pid_t *child = &worker->child[worker->children++ % CHILDREN_MAX];

	reap(child);
	*child = fork();
	if (*child < 0)
		truth->error = errno;
	if (*child)
		return;
	connect_now(worker->race, truth);
	_exit(0);
}

static void ask_now(struct worker *worker, struct truth *truth)
{
	const struct lookup_server *server = &worker->race->server;
	uint8_t addr[sizeof(struct in6_addr)];

	truth->asker = getpid();
	truth->error = -lookup(server, truth->name,
			       (uint16_t)worker_random(worker), addr,
			       &truth->answered_ns, &truth->retries);
	if (!truth->error)
		inet_ntop(server->wants_ipv6 ? AF_INET6 : AF_INET, addr,
			  truth->remote, sizeof(truth->remote));
}

static void ask(struct worker *worker, unsigned int name, struct truth *truth)
{
	pid_t child = -1;

	snprintf(truth->name, sizeof(truth->name), "%s-%03u.lab",
		 worker->race->prefix, name % worker->race->names);
	if (worker->race->use_helper)
		child = fork();
	if (child <= 0)
		ask_now(worker, truth);
	if (!child)
		_exit(0);
	reap(&child);
}

/* One answer, and what is connected to because of it. */
static void run_once(struct worker *worker)
{
	const struct race *race = worker->race;
	unsigned int name = race->use_own
				    ? worker->index
				    : (unsigned int)(worker_random(worker) %
						     race->names);
	struct truth asked;

	if (race->also)
		ask(worker, name + race->also, worker->truth++);
	ask(worker, name, worker->truth);
	asked = *worker->truth;
	for (unsigned int i = 0; i < race->each && worker->connects; i++) {
		struct truth *truth = worker->truth++;

		if (i)
			usleep(race->pause_ms * 1000);
		*truth = asked;
		worker->connects--;
		if (truth->error)
			continue;
		if (race->use_fork)
			connect_forked(worker, truth);
		else
			connect_now(race, truth);
	}
}

static void *worker_run(void *data)
{
	struct worker *worker = data;

	while (worker->connects)
		run_once(worker);
	for (unsigned int i = 0; i < CHILDREN_MAX; i++)
		reap(&worker->child[i]);
	return NULL;
}

/* What part of the table is whose: the workers share as evenly as they can. */
static void worker_init(struct worker *worker, const struct race *race,
			unsigned int index)
{
	unsigned int workers = race->procs * race->threads;
	unsigned int first = (unsigned int)((uint64_t)race->connects * index /
					    workers);
	unsigned int next = (unsigned int)((uint64_t)race->connects *
					   (index + 1) / workers);

	memset(worker, 0, sizeof(*worker));
	worker->race = race;
	worker->index = index;
	worker->random = ((uint64_t)race->seed + index + 1) *
			 0x9e3779b97f4a7c15ULL;
	worker->truth =
		&race->truth[race->truth_count / race->connects * first];
	worker->connects = next - first;
}

static int process_run(const struct race *race, unsigned int process)
{
	struct worker workers[RACE_THREADS_MAX];
	pthread_t threads[RACE_THREADS_MAX];
	unsigned int started = 0;
	char byte;

	for (unsigned int i = 0; i < race->threads; i++)
		worker_init(&workers[i], race, process * race->threads + i);
	if (read(race->start_fd, &byte, 1) != 0)
		return 1;
	if (race->threads == 1) {
		worker_run(&workers[0]);
		return 0;
	}
	while (started < race->threads &&
	       !pthread_create(&threads[started], NULL, worker_run,
			       &workers[started]))
		started++;
	for (unsigned int i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	return started < race->threads;
}

int race_run(struct race *race)
{
	pid_t pids[RACE_PROCS_MAX];
	unsigned int forked = 0;
	int start[2], status, failed = 0;

	if (pipe(start))
		return 1;
	race->start_fd = start[0];
	for (; forked < race->procs; forked++) {
		pids[forked] = fork();
		if (pids[forked] < 0)
			break;
		if (!pids[forked]) {
			close(start[1]);
			_exit(process_run(race, forked));
		}
	}
	close(start[0]);
	close(start[1]);
	if (forked < race->procs) {
		fprintf(stderr, "race: fork: %s\n", strerror(errno));
		failed = 1;
	}
	for (unsigned int i = 0; i < forked; i++)
		failed |= waitpid(pids[i], &status, 0) != pids[i] || status;
	return failed;
}
