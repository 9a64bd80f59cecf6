// SPDX-License-Identifier: MIT
/*
 * The other end of the tests' connections: accepts on a port of every local
 * address, of both families, and closes at once; takes datagrams there and
 * forgets them.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 4096

static int sink_open(int type, uint16_t port)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6,
				   .sin6_port = htons(port)};
	const int on = 1, off = 0;
	int fd = socket(AF_INET6, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&any, sizeof(any)) ||
	    (type == SOCK_STREAM && listen(fd, BACKLOG))) {
		close(fd);
		return -1;
	}
	return fd;
}

static void take_connections(int fd)
{
	int taken;

	while ((taken = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		close(taken);
}

static void take_datagrams(int fd)
{
	char data[2048];

	while (recv(fd, data, sizeof(data), 0) >= 0)
		continue;
}

int main(int argc, char **argv)
{
	struct pollfd fds[2] = {{.events = POLLIN}, {.events = POLLIN}};
	long port = argc == 2 ? strtol(argv[1], NULL, 10) : 0;

	if (port <= 0 || port > UINT16_MAX) {
		fputs("usage: sink PORT\n", stderr);
		return 2;
	}
	fds[0].fd = sink_open(SOCK_STREAM, (uint16_t)port);
	fds[1].fd = sink_open(SOCK_DGRAM, (uint16_t)port);
	if (fds[0].fd < 0 || fds[1].fd < 0) {
		fprintf(stderr, "sink: port %ld: %s\n", port, strerror(errno));
		return 1;
	}
	/* Tests wait for this line. */
	puts("ready");
	fflush(stdout);
	while (poll(fds, 2, -1) > 0) {
		if (fds[0].revents)
			take_connections(fds[0].fd);
		if (fds[1].revents)
			take_datagrams(fds[1].fd);
	}
	return 1;
}
