// SPDX-License-Identifier: MIT
/*
 *	connects [-c COUNT | -t SECONDS] [-P PROCESSES] HOST
 *
 * Short TCP connections as fast as they can be made, to an address of this
 * machine that is asked for by name once: each process connects to a listening
 * socket of its own, accepts, and closes both ends. Prints how many were made
 * in a second, and how many in all.
 */
#include <errno.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROCESSES_MAX 64

/* Seen by all processes. */
struct shared {
	uint64_t made[PROCESSES_MAX];
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "connects: %s: %s\n", what, strerror(errno));
	_exit(1);
}

/* A free port of the host; *at becomes what to connect to. */
static int listen_at(struct sockaddr_storage *at, socklen_t len)
{
	int fd = socket(at->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)at, len) || listen(fd, 16) ||
	    getsockname(fd, (struct sockaddr *)at, &len))
		die("cannot listen: is the host this machine?");
	return fd;
}

/*
 * One connection. It is reset at its end: else its port would not be free
 * for a minute, and all ports are soon used up.
 */
static void connect_once(int listener, const struct sockaddr_storage *at,
			 socklen_t len)
{
	static const struct linger reset = {.l_onoff = 1};
	int client = socket(at->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int server;

	if (client < 0 || connect(client, (const struct sockaddr *)at, len))
		die("cannot connect");
	server = accept(listener, NULL, NULL);
	if (server < 0)
		die("cannot accept");
	setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(client);
	close(server);
}

static void connect_until(const struct addrinfo *host, uint64_t end_ns,
			  uint64_t count, uint64_t *made)
{
	struct sockaddr_storage at;
	int listener;

	memcpy(&at, host->ai_addr, host->ai_addrlen);
	listener = listen_at(&at, host->ai_addrlen);
	while (*made < count && (!end_ns || now_ns() < end_ns)) {
		connect_once(listener, &at, host->ai_addrlen);
		++*made;
	}
	close(listener);
}

/* 0 if all went well. */
static int run(const struct addrinfo *host, unsigned int processes,
	       uint64_t lasts_ns, uint64_t count, struct shared *shared)
{
	uint64_t end_ns = lasts_ns ? now_ns() + lasts_ns : 0;
	int status, failed = 0;

	for (unsigned int i = 0; i < processes; i++) {
		uint64_t share = count / processes + (i < count % processes);
		pid_t pid = fork();

		if (pid < 0)
			die("cannot fork");
		if (pid == 0) {
			connect_until(host, end_ns, count ? share : UINT64_MAX,
				      &shared->made[i]);
			_exit(0);
		}
	}
	while (wait(&status) > 0)
		failed |= status;
	return failed;
}

int main(int argc, char **argv)
{
	struct addrinfo hints = {.ai_family = AF_INET,
				 .ai_socktype = SOCK_STREAM};
	struct addrinfo *host;
	struct shared *shared = mmap(NULL, sizeof(*shared),
				     PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned long processes = 1, count = 0;
	double seconds = 0;
	uint64_t begun_ns, made = 0;
	int option, err;

	while ((option = getopt(argc, argv, "c:t:P:")) != -1) {
		if (option == 'c')
			count = strtoul(optarg, NULL, 10);
		else if (option == 't')
			seconds = strtod(optarg, NULL);
		else if (option == 'P')
			processes = strtoul(optarg, NULL, 10);
	}
	if (optind != argc - 1 || shared == MAP_FAILED || !processes ||
	    processes > PROCESSES_MAX || (seconds > 0) == (count > 0)) {
		fputs("usage: connects -c COUNT | -t SECONDS [-P PROCESSES] "
		      "HOST\n",
		      stderr);
		return 2;
	}
	err = getaddrinfo(argv[optind], NULL, &hints, &host);
	if (err) {
		fprintf(stderr, "connects: %s: %s\n", argv[optind],
			gai_strerror(err));
		return 1;
	}
	begun_ns = now_ns();
	if (run(host, (unsigned int)processes, (uint64_t)(seconds * 1e9), count,
		shared))
		return 1;
	for (unsigned long i = 0; i < processes; i++)
		made += shared->made[i];
	printf("%.0f %ju\n", (double)made * 1e9 / (double)(now_ns() - begun_ns),
	       (uintmax_t)made);
	freeaddrinfo(host);
	return 0;
}
