// SPDX-License-Identifier: MIT
/*
 * The race workload: many processes that resolve a name and connect with no
 * pause in between, while all the others resolve other names to the same few
 * addresses. Whoever shows connections by name has to know each answer before
 * it deals with the connect that follows it by microseconds.
 *
 * Name i of the zone has address i % addresses, so an address alone says
 * nothing: of 200 names on 20 addresses ten fit each connect. Every process
 * speaks DNS itself, one fresh socket a question, so nothing is cached. What
 * it did goes to the truth file, which race_judge compares with what was seen.
 */
#include "race_lookup.h"
#include "race_truth.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define NSEC_PER_SEC 1000000000ULL
#define PROCS_MAX    1000
#define THREADS_MAX  64

struct race {
	struct lookup_server server;
	uint16_t port; /* to connect to */
	unsigned int procs;
	unsigned int threads; /* of each process */
	unsigned int connects;
	unsigned int names;
	uint64_t seed;
	const char *truth_path;
	bool use_udp;
	bool use_fork; /* a child of the one who asked connects */

	int start_fd; /* ends when all are to begin */
	struct truth *truth;
};

struct worker {
	const struct race *race;
	unsigned int index;
	uint64_t random;
	struct truth *truth; /* its part of the table */
	unsigned int connects;
};

/* xorshift64*: the same seed asks the same names in every process. */
static uint64_t worker_random(struct worker *worker)
{
	worker->random ^= worker->random >> 12;
	worker->random ^= worker->random << 25;
	worker->random ^= worker->random >> 27;
	return (worker->random * 0x2545f4914f6cdd1dULL) >> 16;
}

/* addr has 4 or 16 bytes. */
static int socket_to(const struct race *race, const void *addr, int *ret)
{
	struct sockaddr_in to4 = {.sin_family = AF_INET,
				  .sin_port = htons(race->port)};
	struct sockaddr_in6 to6 = {.sin6_family = AF_INET6,
				   .sin6_port = htons(race->port)};
	int type = (race->use_udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC;
	int failed;

	if (race->server.wants_ipv6) {
		memcpy(&to6.sin6_addr, addr, sizeof(to6.sin6_addr));
		*ret = socket(AF_INET6, type, 0);
		failed = connect(*ret, (struct sockaddr *)&to6, sizeof(to6));
	} else {
		memcpy(&to4.sin_addr, addr, sizeof(to4.sin_addr));
		*ret = socket(AF_INET, type, 0);
		failed = connect(*ret, (struct sockaddr *)&to4, sizeof(to4));
	}
	if (!failed && race->use_udp && send(*ret, "race", 4, 0) < 0)
		failed = -1;
	return failed ? errno : 0;
}

static void connect_to(const struct race *race, struct truth *truth,
		       const void *addr)
{
	struct sockaddr_in6 local = {0};
	socklen_t local_len = sizeof(local);
	int fd;

	truth->pid = getpid();
	truth->begun_ns = clock_ns(CLOCK_MONOTONIC);
	truth->error = socket_to(race, addr, &fd);
	truth->ended_ns = clock_ns(CLOCK_MONOTONIC);
	/* The port is at the same place in both families. */
	if (!getsockname(fd, (struct sockaddr *)&local, &local_len))
		truth->local_port = ntohs(local.sin6_port);
	close(fd);
}

static void run_once(struct worker *worker, struct truth *truth)
{
	const struct race *race = worker->race;
	uint8_t addr[sizeof(struct in6_addr)];
	pid_t child = -1;

	snprintf(truth->name, sizeof(truth->name), "race-%03u.lab",
		 (unsigned int)(worker_random(worker) % race->names));
	truth->pid = getpid();
	truth->error = -lookup(&race->server, truth->name,
			       (uint16_t)worker_random(worker), addr,
			       &truth->answered_ns, &truth->retries);
	if (truth->error)
		return;
	inet_ntop(race->server.wants_ipv6 ? AF_INET6 : AF_INET, addr,
		  truth->remote, sizeof(truth->remote));
	if (race->use_fork)
		child = fork();
	if (child <= 0)
		connect_to(race, truth, addr);
	if (child == 0)
		_exit(0);
	if (child > 0)
		waitpid(child, NULL, 0);
}

static void *worker_run(void *data)
{
	struct worker *worker = data;

	for (unsigned int i = 0; i < worker->connects; i++)
		run_once(worker, &worker->truth[i]);
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

	worker->race = race;
	worker->index = index;
	worker->random = (race->seed + index + 1) * 0x9e3779b97f4a7c15ULL;
	worker->truth = &race->truth[first];
	worker->connects = next - first;
}

static int process_run(const struct race *race, unsigned int process)
{
	struct worker workers[THREADS_MAX];
	pthread_t threads[THREADS_MAX];
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

/* Fork the processes, let them go together, wait. 0 if all went well. */
static int race_run(struct race *race)
{
	pid_t pids[PROCS_MAX];
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

static int truth_write(const struct race *race)
{
	FILE *file = fopen(race->truth_path, "we");

	if (!file)
		return -errno;
	for (unsigned int i = 0; i < race->connects; i++) {
		const struct truth *truth = &race->truth[i];

		fprintf(file, TRUTH_PRINT, truth->pid, truth->local_port,
			truth->remote[0] ? truth->remote : "-",
			truth->name[0] ? truth->name : "-",
			(uintmax_t)truth->answered_ns,
			(uintmax_t)truth->begun_ns, (uintmax_t)truth->ended_ns,
			truth->retries, truth->error);
	}
	if (ferror(file) | fclose(file))
		return -EIO;
	return 0;
}

/* Returns how many connects or lookups failed. */
static unsigned int race_summary(const struct race *race, uint64_t took_ns)
{
	unsigned int failed = 0, retries = 0;
	int error = 0;

	for (unsigned int i = 0; i < race->connects; i++) {
		const struct truth *truth = &race->truth[i];

		retries += truth->retries;
		if (!truth->error && truth->pid)
			continue;
		failed++;
		error = truth->error;
	}
	fprintf(stderr,
		"race: %u connects by %u processes in %.2f s, %u failed, "
		"%u questions repeated\n",
		race->connects, race->procs, (double)took_ns / NSEC_PER_SEC,
		failed, retries);
	if (error)
		fprintf(stderr, "race: the last failure: %s\n",
			strerror(error));
	return failed;
}

static unsigned int number(const char *text, unsigned int max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || !*text || !value || value > max) {
		fprintf(stderr, "race: %s is not in 1-%u\n", text, max);
		exit(2);
	}
	return (unsigned int)value;
}

static void usage(void)
{
	fputs("usage: race -s DNS-SERVER -p PORT -w TRUTH-FILE [options]\n"
	      "  -P, --processes N   at once, default 50\n"
	      "  -T, --threads N     of each process, default 1\n"
	      "  -c, --connects N    in all, default 10000\n"
	      "  -N, --names N       of the zone, default 200\n"
	      "  -S, --seed N        of the names' order, default 1\n"
	      "  -6, --ipv6          ask for AAAA and connect there\n"
	      "  -u, --udp           send a datagram instead of connecting\n"
	      "      --sendto        ask from unconnected sockets\n"
	      "      --tcp           ask over TCP\n"
	      "      --fork          a child of the asker connects\n",
	      stderr);
	exit(2);
}

static void options_parse(int argc, char **argv, struct race *race)
{
	enum { OPTION_SENDTO = 256, OPTION_TCP, OPTION_FORK };
	static const struct option options[] = {
		{"server", required_argument, NULL, 's'},
		{"port", required_argument, NULL, 'p'},
		{"write", required_argument, NULL, 'w'},
		{"processes", required_argument, NULL, 'P'},
		{"threads", required_argument, NULL, 'T'},
		{"connects", required_argument, NULL, 'c'},
		{"names", required_argument, NULL, 'N'},
		{"seed", required_argument, NULL, 'S'},
		{"ipv6", no_argument, NULL, '6'},
		{"udp", no_argument, NULL, 'u'},
		{"sendto", no_argument, NULL, OPTION_SENDTO},
		{"tcp", no_argument, NULL, OPTION_TCP},
		{"fork", no_argument, NULL, OPTION_FORK},
		{NULL},
	};
	int option;

	while ((option = getopt_long(argc, argv, "s:p:w:P:T:c:N:S:6u", options,
				     NULL)) != -1) {
		if (option == 's' && lookup_server_init(&race->server, optarg))
			usage();
		else if (option == 'p')
			race->port = (uint16_t)number(optarg, UINT16_MAX);
		else if (option == 'w')
			race->truth_path = optarg;
		else if (option == 'P')
			race->procs = number(optarg, PROCS_MAX);
		else if (option == 'T')
			race->threads = number(optarg, THREADS_MAX);
		else if (option == 'c')
			race->connects = number(optarg, 10000000);
		else if (option == 'N')
			race->names = number(optarg, 1000);
		else if (option == 'S')
			race->seed = number(optarg, UINT32_MAX);
		else if (option == '6')
			race->server.wants_ipv6 = true;
		else if (option == 'u')
			race->use_udp = true;
		else if (option == OPTION_SENDTO)
			race->server.use_sendto = true;
		else if (option == OPTION_TCP)
			race->server.use_tcp = true;
		else if (option == OPTION_FORK)
			race->use_fork = true;
		else if (option != 's')
			usage();
	}
	if (optind != argc || !race->server.addr_len || !race->port ||
	    !race->truth_path)
		usage();
}

int main(int argc, char **argv)
{
	struct race race = {.procs = 50,
			    .threads = 1,
			    .connects = 10000,
			    .names = 200,
			    .seed = 1};
	uint64_t begun_ns;
	int error;

	options_parse(argc, argv, &race);
	/* Shared, so that children and grandchildren write into one table. */
	race.truth = mmap(NULL, race.connects * sizeof(*race.truth),
			  PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			  -1, 0);
	if (race.truth == MAP_FAILED) {
		fprintf(stderr, "race: no memory\n");
		return 1;
	}
	begun_ns = clock_ns(CLOCK_MONOTONIC);
	error = race_run(&race);
	if (race_summary(&race, clock_ns(CLOCK_MONOTONIC) - begun_ns))
		error = 1;
	if (truth_write(&race)) {
		fprintf(stderr, "race: cannot write %s\n", race.truth_path);
		error = 1;
	}
	return error;
}
