// SPDX-License-Identifier: MIT
/*
 * Datagrams to named hosts, from one socket for all of them:
 *
 *	udp_client [-c] [-4|-6] [-n COUNT] PORT NAME...
 *
 * COUNT datagrams go to each name in turn, and that twice over, by sendto(),
 * or with -c by connect() and send(). For each name a line "PID ADDRESS" is
 * printed.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NAMES_MAX 16
#define ROUNDS	  2

struct place {
	struct sockaddr_storage addr;
	socklen_t addr_len;
};

static int place_find(const char *name, const char *port, int family,
		      struct place *place)
{
	const struct addrinfo hints = {.ai_family = family,
				       .ai_socktype = SOCK_DGRAM};
	struct addrinfo *found;
	char text[INET6_ADDRSTRLEN];
	int error = getaddrinfo(name, port, &hints, &found);

	if (error) {
		fprintf(stderr, "udp_client: %s: %s\n", name,
			gai_strerror(error));
		return -1;
	}
	memcpy(&place->addr, found->ai_addr, found->ai_addrlen);
	place->addr_len = found->ai_addrlen;
	freeaddrinfo(found);
	error = getnameinfo((struct sockaddr *)&place->addr, place->addr_len,
			    text, sizeof(text), NULL, 0, NI_NUMERICHOST);
	if (error)
		return -1;
	printf("%d %s\n", getpid(), text);
	return 0;
}

static int place_send(int fd, const struct place *place, bool use_connect,
		      int count)
{
	const struct sockaddr *to = (const struct sockaddr *)&place->addr;

	if (use_connect && connect(fd, to, place->addr_len))
		return -1;
	for (int i = 0; i < count; i++) {
		ssize_t len = use_connect ? send(fd, "hello", 5, 0)
					  : sendto(fd, "hello", 5, 0, to,
						   place->addr_len);
		if (len < 0)
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct place places[NAMES_MAX];
	int family = AF_INET, count = 3, names, option, fd;
	bool use_connect = false;

	while ((option = getopt(argc, argv, "c46n:")) != -1) {
		if (option == 'c')
			use_connect = true;
		else if (option == 'n')
			count = atoi(optarg);
		else if (option == '4' || option == '6')
			family = option == '6' ? AF_INET6 : AF_INET;
		else
			return 2;
	}
	names = argc - optind - 1;
	if (names < 1 || names > NAMES_MAX) {
		fputs("usage: udp_client [-c] [-4|-6] [-n COUNT] PORT NAME…\n",
		      stderr);
		return 2;
	}
	for (int i = 0; i < names; i++) {
		if (place_find(argv[optind + 1 + i], argv[optind], family,
			       &places[i]))
			return 1;
	}
	fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (int i = 0; i < ROUNDS * names; i++) {
		if (place_send(fd, &places[i % names], use_connect, count)) {
			perror("udp_client");
			return 1;
		}
	}
	return 0;
}
