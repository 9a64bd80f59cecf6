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
#include "race.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define NSEC_PER_SEC 1000000000ULL
#define CONNECTS_MAX 10000000
#define NAMES_MAX    1000
#define PAUSE_MS_MAX 60000

static int truth_write(const struct race *race)
{
	FILE *file = fopen(race->truth_path, "we");

	if (!file)
		return -errno;
	for (size_t i = 0; i < race->truth_count; i++) {
		const struct truth *truth = &race->truth[i];

		if (!truth->asker)
			continue;
		fprintf(file, TRUTH_PRINT, truth->asker, truth->pid,
			truth->local_port,
			truth->remote[0] ? truth->remote : "-", truth->name,
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
	unsigned int made = 0, retries = 0;
	int error = 0;

	for (size_t i = 0; i < race->truth_count; i++) {
		const struct truth *truth = &race->truth[i];

		retries += truth->retries;
		made += truth->begun_ns && !truth->error;
		if (truth->error)
			error = truth->error;
	}
	fprintf(stderr,
		"race: %u connects by %u processes in %.2f s, %u failed, "
		"%u questions repeated\n",
		race->connects, race->procs, (double)took_ns / NSEC_PER_SEC,
		race->connects - made, retries);
	if (error)
		fprintf(stderr, "race: the last failure: %s\n",
			strerror(error));
	return race->connects - made;
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
	      "  -n, --prefix TEXT   of the names, default race\n"
	      "  -S, --seed N        of the names' order, default 1\n"
	      "  -a, --also N        ask for the name N further on before\n"
	      "  -e, --each N        connects for one answer, default 1\n"
	      "  -m, --pause MS      between those, default 1\n"
	      "      --own           each thread asks for one name only\n"
	      "      --ipv6          ask for AAAA and connect there\n"
	      "      --udp           send a datagram instead of connecting\n"
	      "      --sendto        ask from unconnected sockets\n"
	      "      --tcp           ask over TCP\n"
	      "      --edns          have long answers in one datagram\n"
	      "      --fork          a child of the asker connects\n"
	      "      --helper        a child of the one who connects asks\n",
	      stderr);
	exit(2);
}

static void take_option(struct race *race, int option, const char *text)
{
	const struct {
		int option;
		unsigned int *value;
		unsigned int max;
	} numbers[] = {
		{'p', &race->port, UINT16_MAX},
		{'P', &race->procs, RACE_PROCS_MAX},
		{'T', &race->threads, RACE_THREADS_MAX},
		{'c', &race->connects, CONNECTS_MAX},
		{'N', &race->names, NAMES_MAX},
		{'S', &race->seed, UINT32_MAX},
		{'a', &race->also, NAMES_MAX},
		{'e', &race->each, CONNECTS_MAX},
		{'m', &race->pause_ms, PAUSE_MS_MAX},
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		if (numbers[i].option != option)
			continue;
		*numbers[i].value = number(text, numbers[i].max);
		return;
	}
	if (option == 'w')
		race->truth_path = text;
	else if (option == 'n')
		race->prefix = text;
	else if (option != 's' || lookup_server_init(&race->server, text))
		usage();
}

static void options_parse(int argc, char **argv, struct race *race)
{
	const struct option options[] = {
		{"server", required_argument, NULL, 's'},
		{"port", required_argument, NULL, 'p'},
		{"write", required_argument, NULL, 'w'},
		{"processes", required_argument, NULL, 'P'},
		{"threads", required_argument, NULL, 'T'},
		{"connects", required_argument, NULL, 'c'},
		{"names", required_argument, NULL, 'N'},
		{"prefix", required_argument, NULL, 'n'},
		{"seed", required_argument, NULL, 'S'},
		{"also", required_argument, NULL, 'a'},
		{"each", required_argument, NULL, 'e'},
		{"pause", required_argument, NULL, 'm'},
		{"own", no_argument, &race->use_own, 1},
		{"ipv6", no_argument, &race->server.wants_ipv6, 1},
		{"udp", no_argument, &race->use_udp, 1},
		{"sendto", no_argument, &race->server.use_sendto, 1},
		{"tcp", no_argument, &race->server.use_tcp, 1},
		{"edns", no_argument, &race->server.use_edns, 1},
		{"fork", no_argument, &race->use_fork, 1},
		{"helper", no_argument, &race->use_helper, 1},
		{NULL},
	};
	int option;

	while ((option = getopt_long(argc, argv, "s:p:w:P:T:c:N:n:S:a:e:m:",
				     options, NULL)) != -1)
		if (option)
			take_option(race, option, optarg);
	if (optind != argc || !race->server.addr_len || !race->port ||
	    !race->truth_path)
		usage();
}

int main(int argc, char **argv)
{
	struct race race = {.prefix = "race",
			    .procs = 50,
			    .threads = 1,
			    .connects = 10000,
			    .names = 200,
			    .each = 1,
			    .pause_ms = 1,
			    .seed = 1};
	uint64_t begun_ns;
	int error;

	options_parse(argc, argv, &race);
	race.truth_count = (size_t)race.connects * (race.also ? 2 : 1);
	/* Shared, so that children and grandchildren write into one table. */
	race.truth = mmap(NULL, race.truth_count * sizeof(*race.truth),
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
