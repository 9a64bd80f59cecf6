// SPDX-License-Identifier: MIT
/*
 * Who answers: at a port of every local address, of both families; the port
 * after it is that of multipath TCP, where there is that.
 */
#include "ways.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define BACKLOG 16

static int open_port(int type, int protocol, uint16_t port)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6,
				   .sin6_port = htons(port)};
	const int on = 1, off = 0, backlog = BACKLOG, room = 1 << 20;
	int fd = socket(AF_INET6, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return -1;
	/* Without these it still answers. */
	setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN, &backlog, sizeof(backlog));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&any, sizeof(any)) ||
	    (type == SOCK_STREAM && listen(fd, BACKLOG))) {
		close(fd);
		return -1;
	}
	return fd;
}

static void answer_stream(int listener)
{
	static const char answer[WAYS_ANSWER];
	char bytes[4096];
	size_t said = 0;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	while (read(fd, bytes, sizeof(bytes)) > 0)
		continue;
	while (said < sizeof(answer)) {
		ssize_t sent = send(fd, answer + said, sizeof(answer) - said,
				    MSG_NOSIGNAL);

		if (sent <= 0)
			break;
		said += (size_t)sent;
	}
	close(fd);
}

/* From the address that it was sent to. */
static void answer_datagram(int fd)
{
	static char bytes[65536];
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	} control;
	union ways_addr from;
	struct iovec part = {bytes, sizeof(bytes)};
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};

	if (recvmsg(fd, &message, 0) < 0)
		return;
	part.iov_len = WAYS_DATAGRAM_ANSWER;
	sendmsg(fd, &message, 0);
}

int ways_serve(uint16_t port)
{
	struct pollfd fds[3] = {
		{open_port(SOCK_DGRAM, IPPROTO_UDP, port), POLLIN, 0},
		{open_port(SOCK_STREAM, IPPROTO_TCP, port), POLLIN, 0},
		{open_port(SOCK_STREAM, IPPROTO_MPTCP, (uint16_t)(port + 1)),
		 POLLIN, 0},
	};

	if (fds[0].fd < 0 || fds[1].fd < 0) {
		fprintf(stderr, "ways: port %u: %s\n", port, strerror(errno));
		return 1;
	}
	/* Tests wait for this line. */
	puts("ready");
	fflush(stdout);
	while (poll(fds, 3, -1) > 0) {
		if (fds[0].revents)
			answer_datagram(fds[0].fd);
		for (int i = 1; i < 3; i++)
			if (fds[i].revents)
				answer_stream(fds[i].fd);
	}
	return 1;
}
